"""``python -m glueline_simulator``."""

from .cli import main

main()
