"""The files of a job: scripts, notebooks and definitions, recognised by their content."""
