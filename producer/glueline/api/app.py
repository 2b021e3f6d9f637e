"""The application, put together from its parts."""

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
from glueline.api.auth.authentication import AuthenticationMiddleware
from glueline.api.auth.rate_limit import RateLimiter
from glueline.api.auth.sessions import Sessions
from glueline.api.context import ApiContext
from glueline.api.problems import (
    HttpProblem,
    problem_from_error,
    problem_from_status,
    validation_problem,
)
from glueline.api.responses import SecurityHeaders, UnhandledErrors, answer_problem
from glueline.api.routes.event_routes import events_router
from glueline.api.routes.health import MetricsMiddleware, health_router, touch_heartbeat
from glueline.api.routes.runs import runs_router
from glueline.api.routes.sources import sources_router
from glueline.api.routes.web import web_router
from glueline.api.tracing import TracingMiddleware
from glueline.client.async_producer import AsyncProducer
from glueline.contract.errors import GluelineError
from glueline.settings.settings import Settings
from glueline.telemetry import tracing

_PRODUCER_THREADS = 32
"""For the producer, which blocks: one of them waits for Redis at a time."""
_DESCRIPTION = """Enqueue extractions of AWS Glue catalogues and lineage, and follow them.

Every request but `GET /healthz` needs a token: `Authorization: Bearer …`. Errors are problem
documents (RFC 9457) with a `code` for programs. Unknown fields and parameters are refused.
"""


def make_app(
    settings: Settings,
    *,
    collectors: Sequence[Collector] = (),
    routers: Sequence[APIRouter] = (),
) -> FastAPI:
    """Make the application; ``collectors`` join its ``/metrics``, ``routers`` its login."""
    context = ApiContext(
        settings,
        AsyncProducer(settings),
        Sessions(settings),
        RateLimiter(settings.api.rate, settings.api.burst),
    )
    for collector in collectors:
        context.metrics.registry.register(collector)
    app = FastAPI(
        title="Glueline",
        version=version("glueline"),
        description=_DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
        generate_unique_id_function=lambda route: route.name,
        redirect_slashes=False,
    )
    app.state.context = context
    own = (runs_router, events_router, sources_router, health_router, web_router)
    for router in (*own, *routers):
        app.include_router(router)
    app.openapi = lambda: openapi.make_openapi_document(app)  # type: ignore[method-assign]
    app.add_exception_handler(HttpProblem, _answer_http_problem)
    app.add_exception_handler(GluelineError, _answer_glueline_error)
    app.add_exception_handler(RequestValidationError, _answer_validation_error)
    app.add_exception_handler(HTTPException, _answer_http_exception)
    # The last one added comes first. Starlette's own answer to an unexpected error would come
    # before all of them, without headers and not counted.
    if tracing.is_on():
        app.add_middleware(TracingMiddleware)
    app.add_middleware(AuthenticationMiddleware, context=context)
    app.add_middleware(UnhandledErrors)
    app.add_middleware(MetricsMiddleware, context=context)
    app.add_middleware(SecurityHeaders)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    context: ApiContext = app.state.context
    asyncio.get_running_loop().set_default_executor(
        ThreadPoolExecutor(_PRODUCER_THREADS, "producer")
    )
    beating = asyncio.create_task(touch_heartbeat(context))
    try:
        yield
    finally:
        context.stopping.set()
        beating.cancel()
        await context.producer.close()
        context.sessions.close()


async def _answer_http_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, HttpProblem)
    return answer_problem(request, error)


async def _answer_glueline_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, GluelineError)
    return answer_problem(request, problem_from_error(error))


async def _answer_validation_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return answer_problem(request, validation_problem(error))


async def _answer_http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return answer_problem(request, problem_from_status(error.status_code, error.headers))
