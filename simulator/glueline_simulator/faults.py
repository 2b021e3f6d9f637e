"""Choose the calls that get a fault, and its kind, from a seed."""

from enum import StrEnum
from random import Random


class FaultKind(StrEnum):
    """The ways a call can go wrong."""

    INTERNAL = "500"
    RESET = "reset"
    HANG = "hang"
    TRUNCATE = "truncate"
    GARBAGE = "garbage"
    THROTTLE = "throttle"
    TIMEOUT = "timeout"
    FEDERATION = "federation"
    OUTAGE = "outage"


# The kinds of `--faults` unless others are named. An outage is never drawn, only set.
DEFAULT_FAULT_KINDS = (
    FaultKind.INTERNAL,
    FaultKind.RESET,
    FaultKind.HANG,
    FaultKind.TRUNCATE,
    FaultKind.GARBAGE,
    FaultKind.THROTTLE,
    FaultKind.TIMEOUT,
)

# The kinds that are errors of the service: code, message, HTTP status.
FAULT_ERRORS: dict[FaultKind, tuple[str, str, int]] = {
    FaultKind.INTERNAL: ("InternalServiceException", "Internal service error", 500),
    FaultKind.THROTTLE: ("ThrottlingException", "Rate exceeded", 400),
    FaultKind.TIMEOUT: ("OperationTimeoutException", "The operation timed out.", 400),
    FaultKind.FEDERATION: (
        "FederationSourceRetryableException",
        "The federation source failed; try again.",
        400,
    ),
}


class FaultPlan:
    """Gives the n-th call of an operation the same fault in every run with the same seed.

    Each operation has its own random sequence, so that the order of different operations does not
    matter.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._sequences: dict[str, Random] = {}

    def draw(self, operation: str, share: float, kinds: tuple[FaultKind, ...]) -> FaultKind | None:
        """Return the fault of the next call of the operation; None for no fault."""
        sequence = self._sequences.get(operation)
        if sequence is None:
            sequence = self._sequences[operation] = Random(f"{self._seed}:{operation}")  # noqa: S311
        # Always draw both numbers, so that a changed share does not shift the sequence.
        chance, choice = sequence.random(), sequence.random()
        if not kinds or chance >= share:
            return None
        return kinds[int(choice * len(kinds))]
