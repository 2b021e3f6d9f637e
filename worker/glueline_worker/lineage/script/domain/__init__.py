"""The values that a script's expressions may have, and what a reading has found."""
