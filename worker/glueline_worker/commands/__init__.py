"""The worker's subcommands of ``glueline``; imports wait until a command runs."""

import typer

from glueline_worker.commands import check, demo, events, inspect, lineage, policy, run, worker


def register(app: typer.Typer) -> None:
    """Add the commands; called through the entry point group ``glueline.commands``."""
    app.command()(run.run)
    app.command()(demo.demo)
    app.command()(worker.worker)
    app.command()(events.events)
    app.command()(lineage.lineage)
    app.command()(check.check)
    app.command()(policy.policy)
    app.add_typer(inspect.app, name="inspect")
