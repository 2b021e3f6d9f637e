"""What a job reads and writes: four readers, one graph, and the merge.

Everything here is a pure function of its input: no I/O, no AWS client, and no exception for any
input: what cannot be understood becomes a warning.
"""
