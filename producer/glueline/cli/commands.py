"""The commands of this distribution, and the options that stand before any command."""

from typing import Annotated

import typer

from glueline.cli.lazy_commands import LazyCommand

COMMANDS = (
    LazyCommand(
        "status",
        "glueline.cli.runs:show_status",
        "Show the state of a run. The exit code is that of the run: 0, 1 or 3; 0 while it runs.",
    ),
    LazyCommand(
        "watch",
        "glueline.cli.runs:watch_to_end",
        "Follow a run to its end. The exit code is that of the run.",
    ),
    LazyCommand(
        "runs",
        "glueline.cli.runs:list_newest_runs",
        "List the newest runs.",
    ),
    LazyCommand(
        "cancel",
        "glueline.cli.runs:stop_run",
        "Stop a run. Its files are removed; its rows in SQL sinks stay, because they were read.",
    ),
    LazyCommand(
        "failures",
        "glueline.cli.runs:show_failures",
        "List the units of a run that failed, and why; with --json its warnings too.",
    ),
    LazyCommand(
        "replay",
        "glueline.cli.runs:replay_units",
        "Run the failed units of a run again, in the same run.",
    ),
    LazyCommand(
        "dead-letters",
        "glueline.cli.runs:show_dead_letters",
        "List the newest messages that could not be understood.",
    ),
    LazyCommand(
        "sources",
        "glueline.cli.sources:list_declared_sources",
        "List the sources of glueline.toml, including those of templates.",
    ),
    LazyCommand(
        "health",
        "glueline.cli.health:check_health",
        "Tell whether the worker, scheduler or API of this host works: exit code 0, else 1.",
    ),
    LazyCommand(
        "enqueue",
        "glueline.cli.enqueue:enqueue_app",
        "Ask the workers for an extraction.",
    ),
    LazyCommand(
        "schedule",
        "glueline.cli.schedule:schedule_app",
        "Recurring extractions: the schedules of glueline.toml.",
    ),
    LazyCommand(
        "api",
        "glueline.cli.api:api_app",
        "Serve the HTTP API and its page until SIGTERM or Ctrl-C.",
    ),
)


def _print_version(is_wanted: bool) -> None:  # noqa: FBT001 - Typer's signature
    if is_wanted:
        from importlib.metadata import version  # noqa: PLC0415

        print(f"glueline {version('glueline')}")  # noqa: T201
        raise typer.Exit


def take_common_options(
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            help="Show the version and exit.",
            callback=_print_version,
            is_eager=True,
        ),
    ] = False,
) -> None:
    """Take the options that stand before any command."""
