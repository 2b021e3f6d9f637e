"""DuckDB: SQL over files, frames, tables of its own and databases that are attached to it."""
