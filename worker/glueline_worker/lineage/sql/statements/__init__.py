"""Statements: what each kind reads and writes."""
