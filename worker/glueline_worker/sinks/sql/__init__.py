"""SQLite and PostgreSQL: one schema, rows that know when they were seen, changed and deleted."""
