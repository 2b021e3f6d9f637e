"""The files of a job (scripts, notebooks, definitions), recognised by their content."""
