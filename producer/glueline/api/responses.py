"""Problems for programs and for browsers, and the headers of every answer."""

import secrets
from base64 import b64encode
from hashlib import sha256
from importlib.resources import files
from typing import Any

import structlog
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from glueline.api.problems import HttpProblem, internal_problem, make_problem_response
from glueline.formatting import format_age, format_counts, format_duration

log = structlog.get_logger()

STATIC = files("glueline.api") / "static"
STYLE = (STATIC / "style.css").read_text()
"""Put into each page, so that the login needs no second request."""
_STYLE_HASH = b64encode(sha256(STYLE.encode()).digest()).decode()
_NO_PAGES = ("/v1/", "/healthz", "/readyz", "/metrics", "/openapi.json", "/static/")
HEADERS = {
    "Content-Security-Policy": "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            f"style-src 'sha256-{_STYLE_HASH}'",
            "connect-src 'self'",
            "img-src data:",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Without a referrer at all, a browser would hide where a form comes from.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
VERSION = sha256((STATIC / "app.js").read_bytes()).hexdigest()[:12]

templates = Environment(
    loader=PackageLoader("glueline.api"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
templates.filters |= {"age": format_age, "duration": format_duration}
templates.globals |= {"counted": format_counts, "style": STYLE, "script_version": VERSION}


def render_page(name: str, status: int = 200, **values: Any) -> Response:
    """Render a page from its template; all values are escaped."""
    return HTMLResponse(templates.get_template(name).render(values), status)


def wants_page(request: Request) -> bool:
    """Tell whether a browser asks for a page."""
    path = request.url.path
    return not path.startswith(_NO_PAGES) and "text/html" in request.headers.get("accept", "")


def answer_problem(request: Request, refused: HttpProblem) -> Response:
    """Answer with a problem document, or for browsers with a page, which may be the login."""
    if not wants_page(request):
        return make_problem_response(refused)
    status = refused.problem.status
    if status == 401:  # noqa: PLR2004
        return render_page("login.html", status, next=request.url.path, problem=None)
    done = render_page("problem.html", status, problem=refused.problem)
    done.headers.update(refused.headers or {})
    return done


class UnhandledErrors:
    """Answers unexpected errors, in a route or on the way to it."""

    def __init__(self, app: ASGIApp) -> None:
        """Stand before ``app``."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; an answer that has begun can only be cut."""
        begun = False

        async def track_send(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, track_send)
        except Exception as error:
            if scope["type"] != "http" or begun:
                raise
            log.exception("request.surprise", path=scope["path"], kind=type(error).__name__)
            await answer_problem(Request(scope, receive), internal_problem())(scope, receive, send)


class SecurityHeaders:
    """Adds the security headers to every answer."""

    def __init__(self, app: ASGIApp) -> None:
        """Stand before ``app``."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                headers["X-Request-Id"] = scope["state"]["request_id"]
                if scope["scheme"] == "https":
                    headers["Strict-Transport-Security"] = "max-age=31536000"
            await send(message)

        if scope["type"] == "http":
            scope.setdefault("state", {})["request_id"] = secrets.token_hex(8)
            await self._app(scope, receive, send_with_headers)
        else:
            await self._app(scope, receive, send)
