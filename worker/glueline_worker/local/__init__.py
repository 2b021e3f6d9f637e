"""Run everything on one machine: an embedded Redis, worker processes and one run."""
