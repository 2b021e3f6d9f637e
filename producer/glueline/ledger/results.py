"""The answers of the ledger's commands, as values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from glueline.contract.messages import ExtractionRequest, UnitMessage
from glueline.contract.runs import Failure, RunState

UNREADABLE = "unreadable"
"""The code of a failure that cannot be read, or of a unit that could not be."""
Refusal = Literal["left", "later", "failed"]
"""The result of refusing a unit that this version cannot read; see ``refuse.lua``."""


@dataclass(frozen=True, slots=True)
class OpenRunResult:
    """A run, whether it is new, and the units to publish.

    The ``finish`` of a superseded run is among the units. ``is_other``: this run of the same scope
    goes on, and none was opened. ``is_conflict``: the idempotency key belongs to another request,
    and none was opened. ``is_waiting``: the run waits for another run of its scope to end.
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
    """The work of the reconciler.

    ``units`` are to be published. ``sentences`` explain which runs were forgotten.
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
    """The reason why this version cannot work on the unit: it, or its run, cannot be read."""
    circumstances: str = ""
    """The circumstances of the run, as JSON, once they are fixed."""


@dataclass(frozen=True, slots=True)
class CircumstancesResult:
    """The circumstances of a run, as JSON, and its generation from now on."""

    circumstances: str
    generation: int


@dataclass(frozen=True, slots=True)
class CancelResult:
    """The state of a run now, and the ``finish`` to publish if the run was stopped just now."""

    state: RunState
    units: list[UnitMessage]


@dataclass(frozen=True, slots=True)
class ReplayResult:
    """The units that run again, or the reason in one word why none does."""

    outcome: str
    units: list[UnitMessage]
    count: int = 0
    """The number of all units, including those that this version cannot read."""


@dataclass(frozen=True, slots=True)
class RunResults:
    """The results of a run's units, for the commit."""

    listings: list[str]
    receipts: dict[str, Mapping[str, Any]]
    failures: list[Failure]
    problem: str = ""
    """The reason why results are missing; such a run is not committed."""
    newest_generation: int = 0
    """The greatest that the ledger has given to a run of the source."""
