"""The worker's subcommands of ``glueline``.

Their modules import libraries that load slowly only when a command runs.
"""

import typer

from glueline_worker.commands import (
    check,
    demo,
    events,
    impact,
    inspect,
    lineage,
    policy,
    run,
    worker,
)


def register(app: typer.Typer) -> None:
    """Add the commands. The entry point group ``glueline.commands`` calls this."""
    app.command("run")(run.run_extraction)
    app.command()(demo.demo)
    app.command()(worker.worker)
    app.command()(events.events)
    app.command()(lineage.lineage)
    app.command()(impact.impact)
    app.command()(check.check)
    app.command()(policy.policy)
    app.add_typer(inspect.inspect_commands, name="inspect")
