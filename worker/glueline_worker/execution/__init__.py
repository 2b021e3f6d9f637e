"""The engine: claims units, runs attempts, retries, and commits runs."""
