"""The progress of a run as server-sent events.

The id of an event is a digest of the run's status. A client that reconnects with ``Last-Event-ID``
gets no status twice; if it has had the last one, the answer is 204, and browsers stop asking.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from hashlib import blake2b
from http import HTTPStatus

from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from glueline.api.connections import client_group
from glueline.api.context import ApiContext, Principal
from glueline.api.problems import HttpProblem
from glueline.client.errors import UnknownRun
from glueline.client.producer import POLL_INTERVAL
from glueline.contract.errors import Retryable
from glueline.contract.runs import RunStatus

KEEP_ALIVE = 15.0
"""Seconds between comments that show proxies that the stream is alive."""
RECONNECT_MS = 2000
LOGIN_CHECK = 3.0
"""Seconds between two checks of the login of a stream."""


def stream_run(
    context: ApiContext, principal: Principal, run: RunStatus, last_id: str | None
) -> Response:
    """Stream the status of ``run``, from what the client does not know yet."""
    if run.state.is_final and last_id == _id_of(run):
        return Response(status_code=HTTPStatus.NO_CONTENT)
    return RunStream(context, principal, _stream(context, principal, run, last_id))


class RunStream(StreamingResponse):
    """A stream that counts towards the limits of the process, its token and its address."""

    def __init__(
        self, context: ApiContext, principal: Principal, events: AsyncIterator[str]
    ) -> None:
        """Count the stream now; raises Refused when there are enough."""
        api = context.settings.api
        self._context = context
        self._counts_against = {
            "all": ("api.streams", api.streams),
            f"token {principal.token.name}": ("api.streams_per_token", api.streams_per_token),
            f"address {client_group(principal.address)}": (
                "api.streams_per_token",
                api.streams_per_token,
            ),
        }
        for who, (setting, limit) in self._counts_against.items():
            if context.streams[who] >= limit:
                raise HttpProblem(
                    HTTPStatus.TOO_MANY_REQUESTS,
                    "too_many_streams",
                    f"as many streams are open as {setting} allows; ask again later",
                    headers={"Retry-After": "10"},
                )
        context.streams.update(self._counts_against.keys())
        context.metrics.streams.inc()
        headers = {"X-Accel-Buffering": "no"}
        super().__init__(events, media_type="text/event-stream", headers=headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the events until the run, the client or the server ends."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._context.metrics.streams.dec()
            self._context.streams.subtract(self._counts_against.keys())
            for who in self._counts_against:
                if not self._context.streams[who]:
                    del self._context.streams[who]


async def _stream(
    context: ApiContext, principal: Principal, run: RunStatus, last_id: str | None
) -> AsyncIterator[str]:
    yield f"retry: {RECONNECT_MS}\n\n"
    sent = checked = time.monotonic()
    while not context.stopping.is_set():
        if principal.session is not None and time.monotonic() - checked > LOGIN_CHECK:
            checked = time.monotonic()
            with suppress(Retryable):  # without the ledger there is nothing to send either
                if await context.sessions.find(principal.session) is None:
                    return
        if _id_of(run) != last_id:
            last_id, sent = _id_of(run), time.monotonic()
            yield _event("end" if run.state.is_final else "progress", run)
        if run.state.is_final:
            return
        if time.monotonic() - sent > KEEP_ALIVE:
            sent = time.monotonic()
            yield ": still running\n\n"
        await asyncio.sleep(POLL_INTERVAL)
        try:
            run = await context.producer.status(run.run_id)
        except UnknownRun:
            return
        except Retryable:
            continue  # the ledger is away; send its news later


def _event(kind: str, run: RunStatus) -> str:
    return f"id: {_id_of(run)}\nevent: {kind}\ndata: {run.model_dump_json()}\n\n"


def _id_of(run: RunStatus) -> str:
    return blake2b(run.model_dump_json().encode(), digest_size=8).hexdigest()
