"""The simulated services besides Glue, and what all of them share."""
