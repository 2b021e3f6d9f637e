"""One run of the ledger in memory."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from glueline.contract.runs import RunState
from glueline.ledger.commands import make_finish_unit


@dataclass
class InMemoryRun:
    """A run as Redis holds it: times are in milliseconds, units and failures are JSON."""

    run_id: str
    source: str
    request: str
    summary: str
    scope_key: str
    generation: int
    created_at: int
    units: dict[str, str]
    """The messages of units by id."""
    open: set[str] = field(default_factory=set)
    """The ids of units that are not settled."""
    failures: dict[str, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    settled: int = 0
    state: str = RunState.RUNNING
    finished_at: int | None = None
    reason: str = ""
    after: "InMemoryRun | None" = None
    """The run whose end this one waits for."""
    is_waiting: bool = False
    is_protected: bool = False
    """Whether it goes on to its end: a newer run of its scope waits."""

    @property
    def is_running(self) -> bool:
        """Tell whether the run has not ended."""
        return self.state == RunState.RUNNING

    @property
    def finish_message(self) -> str:
        """The message of the run's ``finish``."""
        return make_finish_unit(self.run_id, self.source).model_dump_json()

    def stop(self, state: RunState, reason: str, now: int) -> None:
        """End the run early; nothing but its ``finish`` stays open."""
        self.state, self.reason, self.finished_at = state, reason, now
        self.open = {"finish"}

    def begin(self) -> None:
        """Open the units of a run that waited."""
        self.is_waiting, self.after, self.is_protected, self.reason = False, None, True, ""
        self.open.update(self.units)

    def settle(self, unit_id: str, failure: str | None) -> None:
        """Close an open unit, as failed if there is a ``failure``."""
        self.open.remove(unit_id)
        if failure is None:
            self.settled += 1
        else:
            self.failures[unit_id] = failure

    def fields(self, *, is_short: bool) -> Mapping[str, str | int]:
        """Return the run as the hash that Redis holds; a short one has no request."""
        found = {
            "state": self.state,
            "source": self.source,
            "summary": self.summary,
            "generation": self.generation,
            "created_at": self.created_at,
            "settled": self.settled,
            "failed": len(self.failures),
            **dict(self._optional_fields()),
        }
        return found if is_short else {**found, "request": self.request}

    def _optional_fields(self) -> Iterator[tuple[str, str | int]]:
        if self.finished_at is not None:
            yield "finished_at", self.finished_at
        if self.reason:
            yield "reason", self.reason
        yield from ((f"count:{name}", number) for name, number in self.counts.items())
