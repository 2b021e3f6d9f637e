"""The ``glueline-simulator`` command."""

import sys
from collections.abc import Sequence

from glueline_simulator.catalogue.load import sample_text
from glueline_simulator.errors import SimulatorError, UsageError

from .parser import make_parser
from .run import run_serve

FAILED, WRONG_USAGE = 1, 2


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command; exit code 1 when it failed, 2 when it was asked for nonsense."""
    try:
        options = make_parser().parse_args(arguments)
        if options.command == "sample":
            sys.stdout.write(sample_text())
        else:
            run_serve(options)
    except UsageError as error:
        _exit(error, WRONG_USAGE)
    except SimulatorError as error:
        _exit(error, FAILED)
    except BrokenPipeError:
        sys.exit(FAILED)


def _exit(error: SimulatorError, code: int) -> None:
    sys.stderr.write(f"glueline-simulator: {error}\n")
    sys.exit(code)
