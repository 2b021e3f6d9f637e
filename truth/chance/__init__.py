"""Statements and scripts by chance: valid ones for the most part."""
