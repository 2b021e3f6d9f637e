"""The schema of the SQL sinks and its migrations."""
