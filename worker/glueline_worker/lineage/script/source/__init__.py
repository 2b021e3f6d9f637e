"""From a script's bytes to its syntax tree."""
