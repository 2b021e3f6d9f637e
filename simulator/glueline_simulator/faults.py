"""Injected faults: which calls are hit, and by what, from the seed alone."""

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


# What `--faults` mixes unless kinds are named. An outage is never drawn, it is declared.
DEFAULT_KINDS = (
    FaultKind.INTERNAL,
    FaultKind.RESET,
    FaultKind.HANG,
    FaultKind.TRUNCATE,
    FaultKind.GARBAGE,
    FaultKind.THROTTLE,
    FaultKind.TIMEOUT,
)

# Kinds that are an error answer of the service: code, message, HTTP status.
ANSWERS: dict[FaultKind, tuple[str, str, int]] = {
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
    """The n-th call of an operation meets the same fate in every run with the same seed.

    Each operation has a sequence of its own, so that the order in which different operations
    arrive does not matter.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._sequences: dict[str, Random] = {}

    def draw(self, operation: str, share: float, kinds: tuple[FaultKind, ...]) -> FaultKind | None:
        """The fault of the next call of this operation, if it has one."""
        sequence = self._sequences.get(operation)
        if sequence is None:
            sequence = self._sequences[operation] = Random(f"{self._seed}:{operation}")  # noqa: S311
        # Both numbers are drawn always, so that a changed share does not shift the sequence.
        chance, choice = sequence.random(), sequence.random()
        if not kinds or chance >= share:
            return None
        return kinds[int(choice * len(kinds))]
