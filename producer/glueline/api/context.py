"""What the requests of one process share."""

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
    """What the process tells of itself; more collectors may join its registry."""

    def __init__(self) -> None:
        """Start at zero, in a registry of one's own."""
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
    """The producer, and what is counted and remembered."""

    settings: Settings
    producer: AsyncProducer
    sessions: Sessions
    buckets: RateLimiter
    metrics: Metrics = field(default_factory=Metrics)
    stopping: threading.Event = field(default_factory=threading.Event)
    """Set when the server is told to stop: streams end."""
    streams: Counter[str] = field(default_factory=Counter)
    """Open streams by whom they count against: a token, and an address."""

    @cached_property
    def router(self) -> SourceRouter:
        """Finds the sources of events."""
        return SourceRouter(self.settings)

    @cached_property
    def sources(self) -> list[str]:
        """The sources that are declared here, and the one that needs no declaration."""
        return sorted({"default", *self.settings.all_sources})


@dataclass(frozen=True)
class Principal:
    """Who asks."""

    token: Token
    address: str
    session: str | None = field(default=None, repr=False)
    """What the cookie holds; None for a request that brought the token itself."""

    @property
    def by_cookie(self) -> bool:
        """Whether a browser's login stands for the token."""
        return self.session is not None


def get_context(request: Request) -> ApiContext:
    """The context of the application that serves ``request``."""
    context: ApiContext = request.app.state.context
    return context


def get_principal(request: Request) -> Principal:
    """Who asks; the guard has seen to it that somebody does."""
    principal: Principal = request.state.principal
    return principal
