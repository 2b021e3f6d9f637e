"""An AWS endpoint to try Glueline against: Glue, S3 and STS, with quotas, faults and denials.

The names below are imported on first use: the command must be able to handle an interrupt before
it loads anything else.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from glueline_simulator.errors import CatalogueError, SimulatorError, StartError, UsageError
    from glueline_simulator.simulator import Simulator

__all__ = ["CatalogueError", "Simulator", "SimulatorError", "StartError", "UsageError"]


def __getattr__(name: str) -> "Any":
    from importlib import import_module  # noqa: PLC0415 - see above

    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = "simulator" if name == "Simulator" else "errors"
    return getattr(import_module(f"{__name__}.{home}"), name)
