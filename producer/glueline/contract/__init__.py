"""The contract between producers, workers and readers of records.

Nothing here imports another part of Glueline, opens a connection or reads a file.
"""
