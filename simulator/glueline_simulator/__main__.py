"""``python -m glueline_simulator``."""

from glueline_simulator.cli import main

main()
