"""An AWS endpoint to try Glueline against: Glue, S3 and STS, with quotas, faults and denials."""

from .errors import CatalogueError, SimulatorError, StartError, UsageError
from .simulator import Simulator

__all__ = ["CatalogueError", "Simulator", "SimulatorError", "StartError", "UsageError"]
