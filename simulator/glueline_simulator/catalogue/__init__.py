"""What the simulated accounts hold, whether written by hand or generated."""
