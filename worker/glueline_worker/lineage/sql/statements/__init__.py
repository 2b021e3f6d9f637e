"""Statements: the tables and files that each kind reads and writes."""
