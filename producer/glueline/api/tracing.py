"""A span for each request, in the caller's trace."""

from typing import Any

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from glueline.telemetry import tracing

_TRACED_PREFIX = "/v1/"
"""Pages, probes and scrapes are many and open no run, so they are not traced."""


class TracingMiddleware:
    """Stands behind the authentication: a request without a token leaves no span."""

    def __init__(self, app: ASGIApp) -> None:
        """Stand before ``app``."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on within a span, which the runs that it opens join."""
        if scope["type"] != "http" or not scope["path"].startswith(_TRACED_PREFIX):
            await self._app(scope, receive, send)
            return
        status = 500

        async def send_and_keep_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        parent = Headers(scope=scope).get("traceparent", "")
        method = scope["method"] if scope["method"] in {"GET", "POST"} else "_OTHER"
        about = {"http.request.method": method}
        with tracing.span(method, "server", about, parent) as span:
            try:
                await self._app(scope, receive, send_and_keep_status)
            finally:
                # The route, not the path: it is the same for all runs, and no client chooses it.
                route: Any = scope.get("route")
                path = getattr(route, "path", "none")
                span.rename(f"{method} {path}")
                span.set({"http.route": path, "http.response.status_code": status})
