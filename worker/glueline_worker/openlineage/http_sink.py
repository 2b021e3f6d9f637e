"""The sink ``openlineage+http(s)://``, which posts events of OpenLineage to a service."""

from collections.abc import Sequence
from datetime import datetime

import orjson

from glueline.contract.errors import UsageError
from glueline.contract.records import Record
from glueline_worker.openlineage.events import EventOptions, encode_event, make_events
from glueline_worker.openlineage.options import (
    EVENT_OPTIONS,
    parse_count,
    parse_event_options,
)
from glueline_worker.sinks.errors import SinkRefused, SinkUnavailable
from glueline_worker.sinks.model import Commit, CommitReport, Receipt, Run
from glueline_worker.sinks.push.receiver import Address, Receiver
from glueline_worker.sinks.push.tokens import SecretReference
from glueline_worker.sinks.sink_url import SinkUrl

_PATH = "/api/v1/lineage"
"""Marquez's, which others have taken over."""
_MOST_HELD = 4 << 20
"""Bytes of events that a unit holds before it posts them."""


def make_event_http_sink(sink_url: SinkUrl) -> "EventHttpSink":
    """Make the sink of an ``openlineage+http(s)://`` URL; raises UsageError."""
    sink_url.refuse_options_except((*EVENT_OPTIONS, "batch", "compression", "token"))
    address = Address.parse(sink_url, _PATH)
    token = SecretReference.parse(sink_url, "token")
    if sink_url.options.get("compression", "gzip") != "gzip":
        raise UsageError(
            f"the sink {sink_url.name!r} has an unknown compression; write compression=gzip or "
            "nothing"
        )
    is_compressed = "compression" in sink_url.options
    receiver = Receiver(sink_url.name, address, token, is_compressed=is_compressed)
    batch = parse_count(sink_url, "batch", 1)
    return EventHttpSink(sink_url.name, receiver, parse_event_options(sink_url), batch)


class EventHttpSink:
    """Posts the events of a unit when it completes. It remembers nothing of earlier runs.

    A unit that runs twice posts the same events again, with the same run ids.
    """

    def __init__(self, name: str, receiver: Receiver, options: EventOptions, batch: int) -> None:
        """Post to ``receiver``, up to ``batch`` events at once."""
        self.name = name
        self.identity = name
        self._receiver = receiver
        self._options = options
        self._batch = batch

    async def open(self) -> None:
        """Try to connect."""
        await self._receiver.open()

    async def newest_generation(self, source: str) -> int:  # noqa: ARG002 - the protocol's
        """Return 0: nothing is known of earlier runs."""
        return 0

    async def begin(self, run: Run, unit_id: str) -> "EventPoster":
        """Start an attempt."""
        return EventPoster(self._receiver, self._options, self._batch, unit_id, run.created_at)

    async def commit(self, commit: Commit) -> CommitReport:  # noqa: ARG002 - the protocol's
        """Do nothing: each unit has posted its events."""
        return CommitReport()

    async def abort(self, run: Run, *, replayed: bool = False) -> None:
        """Do nothing: what was posted are facts that were read."""

    async def close(self) -> None:
        """Close the connections."""
        await self._receiver.close()


class EventPoster:
    """Holds the events of a unit until it completes, or until they are many."""

    def __init__(
        self,
        receiver: Receiver,
        options: EventOptions,
        batch: int,
        unit_id: str,
        time: datetime,
    ) -> None:
        """Post the events of ``unit_id``, whose run was created at ``time``."""
        self._receiver = receiver
        self._options = options
        self._batch = batch
        self._unit_id = unit_id
        self._time = time
        self._events: list[bytes] = []
        self._posted = 0

    async def write(self, records: Sequence[Record]) -> None:
        """Make the events of a batch."""
        self._events += map(encode_event, make_events(records, self._options, self._time))
        if sum(map(len, self._events)) > _MOST_HELD:
            await self._post()

    def shares_commit(self) -> bool:
        """Return False: a unit waits for no other."""
        return False

    async def complete(self) -> Receipt:
        """Post all events."""
        await self._post()
        return {"events": self._posted}

    async def discard(self) -> None:
        """Drop the events that were not posted."""
        self._events = []

    async def _post(self) -> None:
        what = f"the events of {self._unit_id}"
        while self._events:
            some = self._events[: self._batch]
            if self._batch == 1:
                await self._receiver.post(some[0], what)
            else:
                body = b'{"events":[' + b",".join(some) + b"]}"
                _check_batch(await self._receiver.post(body, what, "/batch"), what)
            del self._events[: len(some)]
            self._posted += len(some)


def _check_batch(answer: bytes, what: str) -> None:
    """Raise SinkUnavailable or SinkRefused when the service did not take all events of a batch.

    The form is that of OpenMetadata's ``OpenLineageResponse``.
    """
    try:
        failed = orjson.loads(answer or b"{}").get("failedEvents") or []
        reasons = [(str(each.get("reason")), bool(each.get("retriable"))) for each in failed]
    except (ValueError, AttributeError, TypeError):
        return  # another service, which answers in its own way: its status says that all is well
    for reason, may_pass in reasons:
        kind = SinkUnavailable if may_pass else SinkRefused
        raise kind(f"{len(reasons)} of {what} were not taken: {reason[:200]}")
