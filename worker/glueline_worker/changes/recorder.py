"""What a delivery of messages says is noted, and what says nothing is kept as dead letters."""

import time
from collections import Counter
from collections.abc import Sequence

import redis.asyncio
import structlog

from glueline.changes.eventbridge import parse_queue_body
from glueline.changes.intake import route_events
from glueline.changes.source_router import SourceRouter
from glueline.contract.errors import UsageError
from glueline.ledger import AsyncLedger
from glueline.ledger.changes import EventChanges, record_changes
from glueline.queue import make_commands
from glueline.settings.settings import Settings
from glueline_worker.changes.sqs_queue import Delivery
from glueline_worker.observe.metrics import BURIED, EVENT_AGE, EVENTS
from glueline_worker.redact import letter

log = structlog.get_logger()


class Noting:
    """Notes in the ledger what messages tell."""

    def __init__(self, settings: Settings, client: redis.asyncio.Redis) -> None:
        """Use ``client``; closing it stays with the caller."""
        self._ledger = AsyncLedger(client)
        self._calls = make_commands(settings)
        self._events = settings.events
        self._router = SourceRouter(settings)

    async def __call__(self, deliveries: Sequence[Delivery]) -> Counter[str]:
        """Note all of it and say what became of it; raises LedgerUnavailable.

        After that, none of the messages is needed any more. To note the same again does no harm.
        """
        told: list[EventChanges] = []
        refused: list[tuple[str, Delivery]] = []
        for delivery in deliveries:
            try:
                events = parse_queue_body(delivery.body)
                told += route_events(self._router, events, self._events.source)
            except UsageError as error:
                refused.append((str(error), delivery))
        counts = await self._note(told)
        for reason, delivery in refused:
            await self._bury(reason, delivery)
        counts["refused"] = len(refused)
        self._count(counts, deliveries)
        return counts

    async def _note(self, told: Sequence[EventChanges]) -> Counter[str]:
        quiet, at_most = self._events.debounce, self._events.debounce_at_most
        call = record_changes(self._calls.keys, told, int(quiet * 1000), int(at_most * 1000))
        found = await self._ledger(call)
        ignored = sum(1 for one in told if not one.changes)
        return Counter(noted=found.noted, repeated=found.repeated, ignored=ignored)

    async def _bury(self, reason: str, delivery: Delivery) -> None:
        why, body = letter(f"a message of the events' queue was refused: {reason}", delivery.body)
        await self._ledger(self._calls.add_dead_letter(why, body))
        log.error("message.buried", reason=why)
        BURIED.inc()

    @staticmethod
    def _count(counts: Counter[str], deliveries: Sequence[Delivery]) -> None:
        for outcome, number in counts.items():
            EVENTS.labels(outcome).inc(number)
        for delivery in deliveries:
            if delivery.sent is not None:
                EVENT_AGE.observe(max(0.0, time.time() - delivery.sent))
