"""Lineage that runs have reported, beside the lineage that extractions have read."""
