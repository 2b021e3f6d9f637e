"""The ground floor: what producers, workers and readers of records agree on.

Nothing here imports another part of Glueline, opens a connection or reads a file.
"""
