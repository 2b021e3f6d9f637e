"""Everything on one machine: an embedded Redis, worker processes and the run that they serve."""
