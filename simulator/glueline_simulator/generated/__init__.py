"""A generated catalogue: any size, made on demand from indexes and a seed."""
