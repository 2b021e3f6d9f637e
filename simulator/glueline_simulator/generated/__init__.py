"""A generated catalogue of any size, made on demand from indexes and a seed."""
