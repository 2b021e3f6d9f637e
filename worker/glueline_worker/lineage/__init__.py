"""The lineage of jobs and views: four readers, one graph, and the merge.

Everything here is a pure function of its input, without I/O and AWS clients. No input raises an
exception: parts that cannot be understood become warnings.
"""
