"""What the ledger's commands answer: plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from glueline.contract.messages import ExtractionRequest, UnitMessage
from glueline.contract.runs import Failure, RunState

UNREADABLE = "unreadable"
"""The code of a failure that this version cannot read, or that is for want of reading."""
Refusal = Literal["left", "later", "failed"]
"""What became of a unit that this version cannot read; see ``refuse.lua``."""


@dataclass(frozen=True, slots=True)
class OpenRunResult:
    """A run, whether it is new, and what is to be published for it.

    The ``finish`` of a run that it supersedes is among the units. ``is_other``: this run of the
    same scope goes on, and none was opened. ``is_conflict``: the idempotency key belongs to another
    request, and none was opened. ``is_waiting``: the run waits for another of its scope to end.
    """

    run_id: str
    generation: int
    is_new: bool
    units: list[UnitMessage]
    is_other: bool = False
    is_conflict: bool = False
    is_waiting: bool = False


@dataclass(frozen=True, slots=True)
class UnreadableUnit:
    """An open unit whose message this version cannot read."""

    run_id: str
    unit_id: str
    problem: str


@dataclass(frozen=True, slots=True)
class DueUnits:
    """What the reconciler has to do.

    ``units`` are to be published. ``sentences`` tell of runs that were forgotten.
    """

    units: list[UnitMessage] = field(default_factory=list)
    unreadable: list[UnreadableUnit] = field(default_factory=list)
    sentences: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ClaimResult:
    """The answer to a claim; see ``claim.lua`` for the outcomes."""

    outcome: str
    attempts: int
    state: RunState | None = None
    request: ExtractionRequest | None = None
    generation: int = 0
    created_at: datetime | None = None
    unit: UnitMessage | None = None
    """The unit as it was opened, when it is to be worked on."""
    trace: str = ""
    """The ``traceparent`` that the run was opened with."""
    replayed: bool = False
    """Whether the run had ended before, so that sinks may have committed it."""
    problem: str = ""
    """Why this version cannot work on the unit: something of it or of its run cannot be read."""
    circumstances: str = ""
    """What the run works with, as JSON, once it is fixed."""


@dataclass(frozen=True, slots=True)
class CircumstancesResult:
    """What a run works with, as JSON, and its generation from now on."""

    circumstances: str
    generation: int


@dataclass(frozen=True, slots=True)
class CancelResult:
    """The state of a run now, and the ``finish`` to publish if the run was stopped just now."""

    state: RunState
    units: list[UnitMessage]


@dataclass(frozen=True, slots=True)
class ReplayResult:
    """Which units run again, or in one word why none does."""

    outcome: str
    units: list[UnitMessage]
    count: int = 0
    """Of all, also of those that this version cannot read."""


@dataclass(frozen=True, slots=True)
class RunResults:
    """What the units of a run left for its end."""

    listings: list[str]
    receipts: dict[str, Mapping[str, Any]]
    failures: list[Failure]
    problem: str = ""
    """Why they are not all there; such a run is not committed."""
    newest_generation: int = 0
    """The greatest that the ledger has given to a run of the source."""
