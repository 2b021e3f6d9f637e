"""The progress of a run as server-sent events.

An event's id is a digest of the status that it tells, so that a client which comes back with
``Last-Event-ID`` hears of nothing twice; to one that has heard the end the answer is 204, upon
which browsers stop asking.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from hashlib import blake2b
from http import HTTPStatus

from starlette.responses import Response, StreamingResponse

from glueline.api.desk import Desk
from glueline.api.problems import Refused
from glueline.contract.errors import Retryable
from glueline.contract.runs import RunStatus
from glueline.producer import POLL, UnknownRun

KEEP_ALIVE = 15.0
"""Seconds after which a comment shows proxies that the stream lives."""
RECONNECT_MS = 2000


def events(desk: Desk, run: RunStatus, last_id: str | None) -> Response:
    """The stream of ``run``, from what the client does not know yet."""
    if run.state.is_final and last_id == _id_of(run):
        return Response(status_code=HTTPStatus.NO_CONTENT)
    if desk.streams >= desk.settings.api.streams:
        raise Refused(
            HTTPStatus.TOO_MANY_REQUESTS,
            "too_many_streams",
            "as many streams are open as api.streams allows; ask again later",
            headers={"Retry-After": "10"},
        )
    headers = {"X-Accel-Buffering": "no"}
    stream = _counted(desk, _stream(desk, run, last_id))
    return StreamingResponse(stream, media_type="text/event-stream", headers=headers)


async def _counted(desk: Desk, stream: AsyncIterator[str]) -> AsyncIterator[str]:
    desk.streams += 1
    desk.metrics.streams.inc()
    try:
        async for text in stream:
            yield text
    finally:
        desk.streams -= 1
        desk.metrics.streams.dec()


async def _stream(desk: Desk, run: RunStatus, last_id: str | None) -> AsyncIterator[str]:
    yield f"retry: {RECONNECT_MS}\n\n"
    said = time.monotonic()
    while not desk.stopping.is_set():
        if _id_of(run) != last_id:
            last_id, said = _id_of(run), time.monotonic()
            yield _event("end" if run.state.is_final else "progress", run)
        if run.state.is_final:
            return
        if time.monotonic() - said > KEEP_ALIVE:
            said = time.monotonic()
            yield ": still running\n\n"
        await asyncio.sleep(POLL)
        try:
            run = await desk.producer.status(run.run_id)
        except UnknownRun:
            return
        except Retryable:
            continue  # the ledger is away; what it knows will still be news


def _event(kind: str, run: RunStatus) -> str:
    return f"id: {_id_of(run)}\nevent: {kind}\ndata: {run.model_dump_json()}\n\n"


def _id_of(run: RunStatus) -> str:
    return blake2b(run.model_dump_json().encode(), digest_size=8).hexdigest()
