"""The ``glueline`` command. The worker adds its own subcommands by entry point.

Imports are inside ``main`` and the functions that it calls: an interrupt is handled only there, so
as little as possible happens before.
"""

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from glueline.cli.lazy_commands import LazyGroup

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


def build_group() -> "LazyGroup":
    """Build the command with the names of all commands of the installed distributions."""
    from importlib.metadata import entry_points  # noqa: PLC0415 - see `main`

    import typer  # noqa: PLC0415
    import typer.main  # noqa: PLC0415

    from glueline.cli.commands import COMMANDS, take_common_options  # noqa: PLC0415
    from glueline.cli.lazy_commands import LazyGroup, join_lines  # noqa: PLC0415

    app = typer.Typer(
        cls=LazyGroup,
        help=join_lines(HELP),
        no_args_is_help=True,
        rich_markup_mode="rich",
        pretty_exceptions_enable=False,
        add_completion=False,
        result_callback=_exit_with,
    )
    app.callback()(take_common_options)
    group = typer.main.get_command(app)
    assert isinstance(group, LazyGroup)
    for point in sorted(entry_points(group="glueline.commands"), key=lambda point: point.name):
        point.load()(group)
    group.add_lazy(*COMMANDS)
    return group


def main() -> None:
    """Run the command and end the process with its exit code.

    The process ends without Python's own cleanup, which takes longer than many commands.
    """
    try:
        run_command()
    except SystemExit as end:
        import atexit  # noqa: PLC0415
        import os  # noqa: PLC0415

        if not isinstance(end.code, int):
            raise
        try:
            atexit._run_exitfuncs()  # noqa: SLF001 - as Python does before its cleanup
            sys.stdout.flush()
            sys.stderr.flush()
        except OSError:  # nobody reads any more: Python says it in its own way
            raise end from None
        os._exit(end.code)


def run_command() -> None:
    """Run the command; an error is one sentence and an exit code, never a traceback.

    Raises SystemExit.
    """
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


def _run() -> None:
    from glueline.contract.errors import GluelineError, UsageError  # noqa: PLC0415
    from glueline.contract.terminal import clean_line  # noqa: PLC0415
    from glueline.telemetry import tracing  # noqa: PLC0415

    try:
        build_group()()
    except GluelineError as error:
        print(f"glueline: {clean_line(str(error))}", file=sys.stderr)  # noqa: T201
        sys.exit(2 if isinstance(error, UsageError) else 1)
    finally:
        tracing.end()


def _exit_with(code: object, **_options: object) -> None:
    """Exit with what the command returned."""
    import typer  # noqa: PLC0415

    raise typer.Exit(code if isinstance(code, int) else 0)
