"""The sink ``openlineage+http(s)://``, which posts events of OpenLineage to a service."""

from collections.abc import Sequence

import orjson

from glueline.contract.errors import UsageError
from glueline.contract.terminal import clean_line
from glueline_worker.openlineage.events import AnyEvent, encode_event
from glueline_worker.openlineage.options import (
    EVENT_OPTIONS,
    parse_count,
    parse_event_options,
)
from glueline_worker.openlineage.sending_sink import SendingSink
from glueline_worker.sinks.errors import SinkRefused, SinkUnavailable
from glueline_worker.sinks.push.receiver import Address, Receiver
from glueline_worker.sinks.push.tokens import SecretReference
from glueline_worker.sinks.sink_url import SinkUrl

_PATH = "/api/v1/lineage"
"""Marquez's, which others have taken over."""
_LONGEST_REASON = 200
"""Characters of a reason that an error shows."""


def make_event_http_sink(sink_url: SinkUrl) -> SendingSink:
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
    sender = HttpSender(receiver, parse_count(sink_url, "batch", 1))
    return SendingSink(sink_url.name, sender, parse_event_options(sink_url))


class HttpSender:
    """Posts events, one or several in a request."""

    def __init__(self, receiver: Receiver, batch: int) -> None:
        """Post to ``receiver``, up to ``batch`` events at once."""
        self._receiver = receiver
        self._batch = batch

    async def open(self) -> None:
        """Try to connect."""
        await self._receiver.open()

    async def send(self, events: Sequence[AnyEvent], what: str) -> None:
        """Post events in their order."""
        for start in range(0, len(events), self._batch):
            texts = [encode_event(each) for each in events[start : start + self._batch]]
            if self._batch == 1:
                await self._receiver.post(texts[0], what)
            else:
                body = b'{"events":[' + b",".join(texts) + b"]}"
                _check_batch(await self._receiver.post(body, what, "/batch"), what)

    async def close(self) -> None:
        """Close the connections."""
        await self._receiver.close()


def _check_batch(answer: bytes, what: str) -> None:
    """Raise SinkUnavailable or SinkRefused when the service did not take all events of a batch.

    The form is that of OpenMetadata's ``OpenLineageResponse``.
    """
    try:
        failed = orjson.loads(answer or b"{}").get("failedEvents") or []
        reasons = [(str(each.get("reason")), bool(each.get("retriable"))) for each in failed]
    except (ValueError, AttributeError, TypeError):
        return  # another service, which answers in its own way: its status says that all is well
    if not reasons:
        return
    # One that would be refused again makes another attempt pointless.
    reason, may_pass = min(reasons, key=lambda each: each[1])
    kind = SinkUnavailable if may_pass else SinkRefused
    text = clean_line(reason)[:_LONGEST_REASON]
    raise kind(f"{len(reasons)} of {what} were not taken: {text}")
