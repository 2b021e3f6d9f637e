"""``/healthz``, ``/readyz`` and ``/metrics``."""

import asyncio
import time
from contextlib import suppress
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from glueline.api import openapi
from glueline.api.auth.authorization import ContextDep, ReaderDep, require_all_sources
from glueline.api.context import ApiContext
from glueline.api.problems import HttpProblem
from glueline.contract.errors import GluelineError
from glueline.contract.model import StrictModel

BEAT = 1.0
"""Seconds between two checks of Redis for the heartbeat file."""
ANSWER_WITHIN = 2.0
"""Seconds after which a Redis that does not answer counts as away."""
log = structlog.get_logger()
health_router = APIRouter(tags=["operations"])


class Health(StrictModel):
    """The answer of a healthy process."""

    status: str = "ok"


@health_router.get("/healthz", summary="Is the process alive?")
async def healthz() -> Health:
    """Answer without a token, as long as the event loop runs."""
    return Health()


@health_router.get("/readyz", responses=openapi.problem_responses(503), summary="Can it serve?")
async def readyz(context: ContextDep, principal: ReaderDep) -> Health:  # noqa: ARG001
    """Tell whether Redis answers and the server is not about to stop."""
    if context.stopping.is_set():
        raise HttpProblem(HTTPStatus.SERVICE_UNAVAILABLE, "stopping", "the server is about to stop")
    await context.producer.runs(1)
    return Health()


@health_router.get("/metrics", response_class=PlainTextResponse, summary="Figures for Prometheus")
async def metrics(context: ContextDep, principal: ReaderDep) -> Response:
    """Of this process, the queue and the ledger, so of every source: the token is for all."""
    require_all_sources(principal)
    text = await asyncio.to_thread(generate_latest, context.metrics.registry)
    return Response(text, media_type=CONTENT_TYPE_LATEST)


async def touch_heartbeat(context: ApiContext) -> None:
    """Touch the heartbeat file while the API is ready: probes that are commands have no token."""
    heartbeat = context.settings.heartbeat_file
    while heartbeat is not None and not context.stopping.is_set():
        with suppress(GluelineError, TimeoutError):
            async with asyncio.timeout(ANSWER_WITHIN):
                await context.producer.runs(1)
            try:
                heartbeat.touch()
            except OSError as error:
                log.warning("heartbeat.failed", error=str(error.strerror))
        await asyncio.sleep(BEAT)


class MetricsMiddleware:
    """Counts requests by route, so that ids do not multiply the metrics."""

    def __init__(self, app: ASGIApp, context: ApiContext) -> None:
        """Stand before ``app``."""
        self._app, self._metrics = app, context.metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and count its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begin = time.perf_counter()

        async def send_and_count(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._count(scope, message["status"], time.perf_counter() - begin)
            await send(message)

        await self._app(scope, receive, send_and_count)

    def _count(self, scope: Scope, status: int, seconds: float) -> None:
        route: Any = scope.get("route")
        path = getattr(route, "path", "none")
        # A method may be any word that a client thinks of.
        method = scope["method"] if scope["method"] in ("GET", "POST", "HEAD") else "other"
        self._metrics.requests.labels(method, path, str(status)).inc()
        self._metrics.seconds.labels(method, path).observe(seconds)
