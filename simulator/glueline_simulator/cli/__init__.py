"""The ``glueline-simulator`` command.

All else is imported by ``main``: an interrupt is understood from there on.
"""

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

FAILED, WRONG_USAGE = 1, 2
INTERRUPTED = 130
"""The exit code after Ctrl-C, as shells have it."""


def main(arguments: "Sequence[str] | None" = None) -> None:
    """Run the command; exit code 1 when it failed, 2 when it was asked for nonsense."""
    try:
        code = _run(arguments)
    except KeyboardInterrupt:
        code = INTERRUPTED
    finally:
        if arguments is None:
            import signal  # noqa: PLC0415

            # What is left is Python's own end, which would tell of Ctrl-C in a traceback.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
    if code:
        sys.exit(code)


def _run(arguments: "Sequence[str] | None") -> int:
    from glueline_simulator.catalogue.load import sample_text  # noqa: PLC0415 - see above
    from glueline_simulator.cli.parser import make_parser  # noqa: PLC0415
    from glueline_simulator.cli.run import run_serve  # noqa: PLC0415
    from glueline_simulator.errors import SimulatorError, UsageError  # noqa: PLC0415

    try:
        options = make_parser().parse_args(arguments)
        if options.command == "sample":
            sys.stdout.write(sample_text())
        else:
            run_serve(options)
    except SimulatorError as error:
        sys.stderr.write(f"glueline-simulator: {error}\n")
        return WRONG_USAGE if isinstance(error, UsageError) else FAILED
    except BrokenPipeError:
        return FAILED
    return 0
