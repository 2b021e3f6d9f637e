"""What the ledger tells about a run."""

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from glueline.contract.messages import ExtractionRequest
from glueline.contract.model import Frozen


class RunState(StrEnum):
    """Where a run stands."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    PARTIAL = "partial"
    """Finished, and some units failed; ``failures`` says which and why."""
    FAILED = "failed"
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"
    """A newer run of the same scope took over."""

    @property
    def is_final(self) -> bool:
        """Whether the run has ended."""
        return self is not RunState.RUNNING

    @property
    def exit_code(self) -> int:
        """What a command that waited for the run answers to its shell."""
        return {RunState.SUCCEEDED: 0, RunState.PARTIAL: 3}.get(self, 1)


class Failure(Frozen):
    """Why one unit of a run failed."""

    unit_id: str
    code: str
    """A short stable word: AWS's error code where AWS refused."""
    message: str
    attempts: int
    at: datetime


class RunStatus(Frozen):
    """A run at one moment. Times are UTC."""

    run_id: str
    generation: int
    request: ExtractionRequest
    state: RunState
    created_at: datetime
    finished_at: datetime | None = None
    open_units: int = 0
    settled_units: int = 0
    failed_units: int = 0
    counts: dict[str, int] = Field(default_factory=dict)
    """Records by kind, how many of them are as a sink holds them (``unchanged_<kind>``), and
    ``calls``, ``throttled``, ``retried``, ``warnings``."""
    reason: str | None = None
    """Why the run failed as a whole, or what superseded it."""

    @property
    def units(self) -> int:
        """All units that are known so far."""
        return self.open_units + self.settled_units + self.failed_units


class DeadLetter(Frozen):
    """A message that could not be understood or run."""

    reason: str
    body: str
    """The start of the message, with what looks like a secret redacted."""
    at: datetime
