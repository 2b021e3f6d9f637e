"""The ``glueline`` command. The worker adds its own subcommands by entry point.

Imports are inside ``main`` and the functions that it calls: an interrupt is handled only there, so
as little as possible happens before.
"""

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    import typer

HELP = """Extract the AWS Glue Data Catalog and the lineage of Glue jobs.

[bold]glueline run[/bold] does everything in one command. With workers of your own on a Redis
server, [bold]glueline enqueue[/bold] asks for an extraction and [bold]glueline watch[/bold]
follows it.

Exit codes: 0 succeeded, 1 failed, 2 wrong usage, 3 partial (some units failed:
[bold]glueline failures[/bold]).
"""

_GC_THRESHOLD = 50_000
"""New objects until Python collects garbage. Imports make many and no garbage: with Python's own
700, a fifth of their time went into collections."""
INTERRUPTED = 130
"""The exit code after Ctrl-C, as shells have it."""


def build_app() -> "typer.Typer":
    """Build the application with the commands of all installed distributions."""
    from importlib.metadata import entry_points  # noqa: PLC0415 - see `main`

    import typer  # noqa: PLC0415

    from glueline.cli import api, enqueue, runs, schedule, sources  # noqa: PLC0415
    from glueline.cli.health import check_health  # noqa: PLC0415

    app = typer.Typer(
        help=_join_lines(HELP),
        no_args_is_help=True,
        rich_markup_mode="rich",
        pretty_exceptions_enable=False,
        add_completion=False,
        result_callback=_exit_with,
    )
    for point in sorted(entry_points(group="glueline.commands"), key=lambda point: point.name):
        point.load()(app)
    app.add_typer(enqueue.enqueue_app, name="enqueue")
    runs.register(app)
    app.command("sources")(sources.list_declared_sources)
    app.command("health")(check_health)
    app.add_typer(schedule.schedule_app, name="schedule")
    app.add_typer(api.api_app, name="api")
    _join_help_lines(app)
    return app


def _join_help_lines(app: "typer.Typer") -> None:
    """Join the lines of each paragraph of help: Typer would keep the source's line breaks."""
    for command in app.registered_commands:
        command.help = _join_lines(command.help or (command.callback and command.callback.__doc__))
    group = app.registered_callback
    if group and group.callback and group.callback.__doc__:
        group.help = _join_lines(group.callback.__doc__)
    for inner in app.registered_groups:
        if inner.typer_instance:
            _join_help_lines(inner.typer_instance)


def _join_lines(text: str | None) -> str:
    import re  # noqa: PLC0415

    paragraphs = re.split(r"\n\s*\n", (text or "").strip())
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def main() -> None:
    """Run the command; an error is one sentence and an exit code, never a traceback."""
    try:
        import gc  # noqa: PLC0415

        gc.set_threshold(_GC_THRESHOLD)
        _run()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    finally:
        import signal  # noqa: PLC0415

        # From here on Python itself ends, and would report Ctrl-C in a traceback.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        gc.freeze()  # it would search all modules for garbage, twice


def _run() -> None:
    from glueline.contract.errors import GluelineError, UsageError  # noqa: PLC0415
    from glueline.contract.terminal import clean_line  # noqa: PLC0415
    from glueline.telemetry import tracing  # noqa: PLC0415

    try:
        build_app()()
    except GluelineError as error:
        print(f"glueline: {clean_line(str(error))}", file=sys.stderr)  # noqa: T201
        sys.exit(2 if isinstance(error, UsageError) else 1)
    finally:
        tracing.end()


def _exit_with(code: object) -> None:
    """Exit with what the command returned."""
    import typer  # noqa: PLC0415

    raise typer.Exit(code if isinstance(code, int) else 0)
