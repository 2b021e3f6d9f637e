"""Values that the requests of one process share."""

import threading
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property

import prometheus_client as prometheus
from prometheus_client import CollectorRegistry, Gauge, Histogram
from starlette.requests import Request

from glueline.api.auth.rate_limit import RateLimiter
from glueline.api.auth.sessions import Sessions
from glueline.changes.source_router import SourceRouter
from glueline.client.async_producer import AsyncProducer
from glueline.settings.api import Token
from glueline.settings.settings import Settings

_LATENCY_BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Metrics:
    """Metrics of the process; more collectors may join the registry."""

    def __init__(self) -> None:
        """Start at zero, in a new registry."""
        self.registry = CollectorRegistry()
        self.requests = prometheus.Counter(
            "glueline_api_requests",
            "Requests that were answered.",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self.seconds = Histogram(
            "glueline_api_request_seconds",
            "From a request to the begin of its answer.",
            ("method", "route"),
            buckets=_LATENCY_BUCKETS,
            registry=self.registry,
        )
        self.streams = Gauge(
            "glueline_api_streams", "Streams of events that are open.", registry=self.registry
        )
        self.events = prometheus.Counter(
            "glueline_api_events",
            "Events that were delivered: noted, repeated (noted before) or ignored.",
            ("outcome",),
            registry=self.registry,
        )


@dataclass
class ApiContext:
    """The producer, sessions, limits and counters of the application."""

    settings: Settings
    producer: AsyncProducer
    sessions: Sessions
    buckets: RateLimiter
    metrics: Metrics = field(default_factory=Metrics)
    stopping: threading.Event = field(default_factory=threading.Event)
    """Set when the server is told to stop, so that streams end."""
    streams: Counter[str] = field(default_factory=Counter)
    """Open streams by token and by address."""

    @cached_property
    def router(self) -> SourceRouter:
        """The router that finds the sources of events."""
        return SourceRouter(self.settings)

    @cached_property
    def sources(self) -> list[str]:
        """The sources that are declared here, and the one that needs no declaration."""
        return sorted({"default", *self.settings.all_sources})


@dataclass(frozen=True)
class Principal:
    """The token and address that a request comes from."""

    token: Token
    address: str
    session: str | None = field(default=None, repr=False)
    """The secret in the cookie; None for a request with the token itself."""

    @property
    def by_cookie(self) -> bool:
        """Tell whether a browser's login stands for the token."""
        return self.session is not None


def get_context(request: Request) -> ApiContext:
    """Return the context of the application that serves ``request``."""
    context: ApiContext = request.app.state.context
    return context


def get_principal(request: Request) -> Principal:
    """Return the principal of ``request``, which the authentication has set."""
    principal: Principal = request.state.principal
    return principal
