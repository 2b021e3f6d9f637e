"""The content of the simulated accounts, from a file or generated."""
