"""Runs, as the ledger reports them."""

from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import Field

from glueline.contract.messages import ExtractionRequest, Options, Scope, SourceName
from glueline.contract.model import StrictModel


class RunState(StrEnum):
    """The state of a run."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    PARTIAL = "partial"
    """Finished, and some units failed; ``failures`` lists them with the reasons."""
    FAILED = "failed"
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"
    """A newer run of the same scope took over."""

    @property
    def is_final(self) -> bool:
        """Tell whether the run has ended."""
        return self is not RunState.RUNNING

    @property
    def exit_code(self) -> int:
        """The exit code of a command that waited for the run."""
        return {RunState.SUCCEEDED: 0, RunState.PARTIAL: 3}.get(self, 1)


class Failure(StrictModel):
    """Why one unit of a run failed."""

    unit_id: str
    code: str
    """A short stable word: AWS's error code where AWS refused."""
    message: str
    attempts: int
    at: datetime


class RequestSummary(StrictModel):
    """A request without its filters, which may be long; ``globs`` is their number."""

    schema_version: Literal[1] = 1
    kind: Literal["request"] = "request"
    source: SourceName = "default"
    scope: Scope
    globs: int = 0
    options: Options = Options()
    idempotency_key: str | None = None

    @property
    def label(self) -> str:
        """A few words for people."""
        return f"{self.scope.label} of {self.source}"


class _RunBase(StrictModel):
    """A run without its request."""

    run_id: str
    generation: int
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
    """Why the run failed as a whole, what superseded it, or which run it waits for."""
    is_readable: bool = True
    """False when this version cannot read what another has written. ``reason`` says why, and the
    request is not that of the run."""

    @property
    def units(self) -> int:
        """All units that are known so far."""
        return self.open_units + self.settled_units + self.failed_units


class RunStatus(_RunBase):
    """A run at one moment. Times are UTC."""

    request: ExtractionRequest


class RunSummary(_RunBase):
    """A run in a listing, at one moment. Times are UTC."""

    request: RequestSummary


AnyRun = RunStatus | RunSummary


class DeadLetter(StrictModel):
    """A message that could not be understood or run."""

    reason: str
    body: str
    """The start of the message, with what looks like a secret redacted."""
    at: datetime
