"""Record the changes in a delivery of messages; refused messages become dead letters."""

import time
from collections import Counter
from collections.abc import Mapping, Sequence

import redis.asyncio
import structlog

from glueline.changes.eventbridge import parse_queue_body
from glueline.changes.intake import route_events
from glueline.changes.source_router import SourceRouter
from glueline.client.shards import name_shard, split_by_shard
from glueline.contract.errors import UsageError
from glueline.ledger import AsyncLedger, LedgerUnavailable
from glueline.ledger.changes import EventChanges, record_changes
from glueline.queue import make_commands
from glueline.redis.auto_pipeline import AutoPipeline
from glueline.settings.redis_shards import MAIN_SHARD
from glueline.settings.settings import Settings
from glueline_worker.changes.sqs_queue import Delivery
from glueline_worker.observe.metrics import DEAD_LETTERS, EVENT_AGE, EVENTS
from glueline_worker.redact import redact_dead_letter

log = structlog.get_logger()


class ChangeRecorder:
    """Records the changes in messages in the ledger."""

    def __init__(self, settings: Settings, clients: Mapping[str, redis.asyncio.Redis]) -> None:
        """Use the ``clients`` of all Redis shards, by name; the caller closes them."""
        self._ledgers = {
            name: AsyncLedger(AutoPipeline(client)) for name, client in clients.items()
        }
        self._settings = settings
        self._calls = make_commands(settings)
        self._events = settings.events
        self._router = SourceRouter(settings)

    async def record(self, deliveries: Sequence[Delivery]) -> Counter[str]:
        """Record all messages and count the outcomes; raises LedgerUnavailable.

        After that, none of the messages is needed any more. To record them again does no harm.
        """
        changes: list[EventChanges] = []
        refused: list[tuple[str, Delivery]] = []
        for delivery in deliveries:
            try:
                events = parse_queue_body(delivery.body)
                changes += route_events(self._router, events, self._events.source)
            except UsageError as error:
                refused.append((str(error), delivery))
        counts = await self._record_changes(changes)
        for reason, delivery in refused:
            await self._add_dead_letter(reason, delivery)
        counts["refused"] = len(refused)
        _count_events(counts, deliveries)
        return counts

    async def _record_changes(self, changes: Sequence[EventChanges]) -> Counter[str]:
        quiet, at_most = self._events.debounce, self._events.debounce_at_most
        counts = Counter(ignored=sum(1 for event in changes if not event.changes))
        silent: LedgerUnavailable | None = None
        for shard, some in split_by_shard(self._settings, changes).items():
            call = record_changes(self._calls.keys, some, int(quiet * 1000), int(at_most * 1000))
            try:
                result = await self._ledgers[shard](call)
            except LedgerUnavailable as error:  # the other shards take what is theirs
                silent = name_shard(shard, error) if self._settings.redis_shards else error
                continue
            counts.update(noted=result.noted, repeated=result.repeated)
        if silent is not None:
            raise silent
        return counts

    async def _add_dead_letter(self, reason: str, delivery: Delivery) -> None:
        reason, body = redact_dead_letter(
            f"a message of the events' queue was refused: {reason}", delivery.body
        )
        await self._ledgers[MAIN_SHARD](self._calls.add_dead_letter(reason, body))
        log.error("message.buried", reason=reason)
        DEAD_LETTERS.inc()


def _count_events(counts: Counter[str], deliveries: Sequence[Delivery]) -> None:
    for outcome, number in counts.items():
        EVENTS.labels(outcome).inc(number)
    for delivery in deliveries:
        if delivery.sent is not None:
            EVENT_AGE.observe(max(0.0, time.time() - delivery.sent))
