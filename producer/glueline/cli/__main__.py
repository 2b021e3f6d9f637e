"""``python -m glueline.cli`` is the ``glueline`` command."""

from glueline.cli import main

main()
