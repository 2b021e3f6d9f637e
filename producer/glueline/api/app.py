"""The application: its parts put together."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from prometheus_client.registry import Collector
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from glueline.api import openapi
from glueline.api.auth.authentication import Guard
from glueline.api.auth.rate_limit import Buckets
from glueline.api.auth.sessions import Sessions
from glueline.api.context import Desk
from glueline.api.problems import Refused, invalid, of_glueline, of_status
from glueline.api.responses import Headers, Surprises, answer
from glueline.api.routes import event_routes, health, runs, sources, web
from glueline.api.routes.health import Measured
from glueline.api.tracing import Traced
from glueline.client.async_producer import AsyncProducer
from glueline.contract.errors import GluelineError
from glueline.settings.settings import Settings
from glueline.telemetry import tracing

THREADS = 32
"""For the producer, which blocks: one of them waits for Redis at a time."""
ABOUT = """Enqueue extractions of AWS Glue catalogues and lineage, and follow them.

Every request but `GET /healthz` needs a token: `Authorization: Bearer …`. Errors are problem
documents (RFC 9457) with a `code` for programs. Unknown fields and parameters are refused.
"""


def make_app(
    settings: Settings,
    *,
    collectors: Sequence[Collector] = (),
    routers: Sequence[APIRouter] = (),
) -> FastAPI:
    """The application. ``collectors`` join its ``/metrics``, ``routers`` come behind its login."""
    desk = Desk(
        settings,
        AsyncProducer(settings),
        Sessions(settings),
        Buckets(settings.api.rate, settings.api.burst),
    )
    for collector in collectors:
        desk.metrics.registry.register(collector)
    app = FastAPI(
        title="Glueline",
        version=version("glueline"),
        description=ABOUT,
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
        generate_unique_id_function=lambda route: route.name,
        redirect_slashes=False,
    )
    app.state.desk = desk
    for part in (runs, event_routes, sources, health, web):
        app.include_router(part.router)
    for router in routers:
        app.include_router(router)
    app.openapi = lambda: openapi.document(app)  # type: ignore[method-assign]
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(GluelineError, _glueline)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    # The last one added is the first that a request meets. Starlette's own answer to a surprise
    # would come before all of them, without headers and uncounted.
    if tracing.is_on():
        app.add_middleware(Traced)
    app.add_middleware(Guard, desk=desk)
    app.add_middleware(Surprises)
    app.add_middleware(Measured, desk=desk)
    app.add_middleware(Headers)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    desk: Desk = app.state.desk
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(THREADS, "producer"))
    beating = asyncio.create_task(health.beat(desk))
    try:
        yield
    finally:
        desk.stopping.set()
        beating.cancel()
        await desk.producer.close()
        desk.sessions.close()


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    return answer(request, error)


async def _glueline(request: Request, error: Exception) -> Response:
    assert isinstance(error, GluelineError)
    return answer(request, of_glueline(error))


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return answer(request, invalid(error))


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return answer(request, of_status(error.status_code, error.headers))
