"""The services that all attempts of a worker process share."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from glueline.contract.messages import UnitMessage
from glueline.ledger import AsyncLedger, Commands
from glueline.settings.settings import Settings
from glueline_worker.aws.sources import SourceConnections
from glueline_worker.execution.commit_barrier import CommitBarrier
from glueline_worker.sinks.base import Sink
from glueline_worker.units.column_cache import ColumnCache
from glueline_worker.units.module_cache import ModuleCache


@dataclass(frozen=True)
class WorkerServices:
    """The ledger, the sources, the sinks and the queue of one process."""

    settings: Settings
    ledger: AsyncLedger
    calls: Commands
    sources: SourceConnections
    sinks: Sequence[Sink]
    publish: Callable[[Sequence[UnitMessage]], Awaitable[None]]
    column_cache: ColumnCache = field(default_factory=ColumnCache)
    module_cache: ModuleCache = field(default_factory=ModuleCache)

    @cached_property
    def commit_barrier(self) -> CommitBarrier:
        """The barrier at which the units of the process end together."""
        return CommitBarrier(self.settings.worker.concurrency)

    @property
    def lease_ms(self) -> int:
        """The time that a claim lasts, in milliseconds."""
        return int(self.settings.worker.lease * 1000)

    @property
    def keep_ms(self) -> int:
        """The time that a run is remembered after its end, in milliseconds."""
        return int(self.settings.keep_runs * 1000)
