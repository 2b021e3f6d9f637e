"""The worker's subcommands of ``glueline``; imports wait until a command runs."""

import typer

from glueline_worker.commands import demo, inspect, lineage, run, worker


def register(app: typer.Typer) -> None:
    """Add the commands; called through the entry point group ``glueline.commands``."""
    app.command()(run.run)
    app.command()(demo.demo)
    app.command()(worker.worker)
    app.command()(lineage.lineage)
    app.add_typer(inspect.app, name="inspect")
