"""A script's bytes into a syntax tree."""
