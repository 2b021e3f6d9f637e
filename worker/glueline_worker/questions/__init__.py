"""Questions about the catalogue and the lineage that a SQL sink holds, and their answers."""
