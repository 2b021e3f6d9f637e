"""What a unit has at hand while it runs, and what it leaves behind."""

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from glueline.contract.messages import Options, UnitMessage
from glueline.contract.records import Record
from glueline.settings import WorkerSettings
from glueline_worker.aws.glue import Glue
from glueline_worker.aws.sources import Connection
from glueline_worker.sinks.base import Run
from glueline_worker.units.writing import Writing


@dataclass
class UnitContext:
    """One attempt at one unit."""

    run: Run
    connection: Connection
    settings: WorkerSettings
    last_attempt: bool
    """Whether a retryable failure would be final, so that less is better than nothing."""
    writing: Writing
    ensure_claim: Callable[[], Awaitable[None]]
    """Raises ClaimLost when another worker may hold the unit by now."""
    open_units: Callable[[Sequence[UnitMessage]], Awaitable[None]]
    """Open children now, while this unit is still under way."""
    counts: Counter[str] = field(default_factory=Counter)
    listings: list[str] = field(default_factory=list)
    """Listings that were read to their end."""
    warnings: list[str] = field(default_factory=list)
    children: list[UnitMessage] = field(default_factory=list)
    """Units to open when this one settles."""
    _written: set[str] = field(default_factory=set)

    @property
    def glue(self) -> Glue:
        """The source's catalogue and jobs."""
        return Glue(self.connection)

    @property
    def options(self) -> Options:
        """What the request asked for."""
        return self.run.request.options

    async def write(self, records: Sequence[Record]) -> None:
        """Hand a batch of records to all sinks and count them by kind."""
        if not records:
            return
        await self.ensure_claim()
        await self.writing.write(records)
        kinds = [record.kind for record in records]
        self.counts.update(kinds)
        self._written.update(kinds)
        for record in records:
            self.warnings.extend(f"{record.kind} {record.subject}: {w}" for w in record.warnings)

    async def forget(self) -> None:
        """Take back what was written: other units will write it."""
        await self.writing.discard()
        for kind in self._written:
            del self.counts[kind]
        self.warnings.clear()
