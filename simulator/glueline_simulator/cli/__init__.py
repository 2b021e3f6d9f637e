"""The ``glueline-simulator`` command.

``main`` imports everything else, so that it can handle an interrupt from the start.
"""

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_FAILED, _WRONG_USAGE = 1, 2
_INTERRUPTED = 130
"""The exit code after Ctrl-C, as in shells."""


def main(arguments: "Sequence[str] | None" = None) -> None:
    """Run the command; the exit code is 1 for a failure and 2 for wrong usage."""
    try:
        code = _run(arguments)
    except KeyboardInterrupt:
        code = _INTERRUPTED
    finally:
        if arguments is None:
            import signal  # noqa: PLC0415

            # Python is about to end, and would answer Ctrl-C with a traceback.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
    if code:
        sys.exit(code)


def _run(arguments: "Sequence[str] | None") -> int:
    from glueline_simulator.catalogue.load import read_sample_text  # noqa: PLC0415 - see above
    from glueline_simulator.cli.parser import make_parser  # noqa: PLC0415
    from glueline_simulator.cli.run import run_serve  # noqa: PLC0415
    from glueline_simulator.errors import SimulatorError, UsageError  # noqa: PLC0415

    try:
        options = make_parser().parse_args(arguments)
        if options.command == "sample":
            sys.stdout.write(read_sample_text())
        else:
            run_serve(options)
    except SimulatorError as error:
        sys.stderr.write(f"glueline-simulator: {error}\n")
        return _WRONG_USAGE if isinstance(error, UsageError) else _FAILED
    except BrokenPipeError:
        return _FAILED
    return 0
