"""Queries: their tables, their scopes and the columns that they yield."""
