"""Deletions in SQL sinks: proofs, limits and tombstones."""
