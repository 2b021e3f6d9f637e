"""Without a token nothing answers but ``/healthz`` and the form that asks for one."""

import math
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from glueline.api.auth.sessions import COOKIE
from glueline.api.context import Caller, Desk
from glueline.api.problems import Refused, of_glueline
from glueline.api.responses import answer
from glueline.contract.errors import GluelineError
from glueline.settings.api import Token, find

OPEN = "/healthz"
LOGIN = "/login"
SAFE = ("GET", "HEAD", "OPTIONS")


class Guard:
    """Knows who asks, how often, and whether a browser was tricked into it."""

    def __init__(self, app: ASGIApp, desk: Desk) -> None:
        """Stand before ``app``."""
        self._app, self._desk = app, desk

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request pass, or answer it."""
        if scope["type"] != "http" or scope["path"] == OPEN:
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            await self._admit(request)
        except Refused as refused:
            await answer(request, refused)(scope, receive, send)
        except GluelineError as error:
            await answer(request, of_glueline(error))(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _admit(self, request: Request) -> None:
        token, session = await self._token(request)
        address = request.client.host if request.client else "unknown"
        self._pace(f"token {token.name}" if token else f"address {address}")
        if request.method not in SAFE and (session or request.url.path == LOGIN):
            _same_origin(request)
        if token is not None:
            request.state.caller = Caller(token, address, session)
        elif not (request.url.path == LOGIN and request.method == "POST"):
            raise unauthorized(request)

    async def _token(self, request: Request) -> tuple[Token | None, str | None]:
        """The token of a request, and the session that stands for it."""
        tokens = self._desk.settings.api.tokens
        given = request.headers.getlist("authorization")
        if given:
            scheme, _, credentials = given[0].partition(" ")
            is_bearer = len(given) == 1 and scheme.lower() == "bearer"
            return find(tokens, credentials.strip()) if is_bearer else None, None
        secret = request.cookies.get(COOKIE)
        if not secret or not secret.isascii():
            return None, None
        token = await self._desk.sessions.find(secret)
        return token, secret if token else None

    def _pace(self, who: str) -> None:
        wait = self._desk.buckets.take(who)
        if wait:
            seconds = math.ceil(wait)
            raise Refused(
                HTTPStatus.TOO_MANY_REQUESTS,
                "too_many_requests",
                f"more requests than api.rate and api.burst allow; ask again in {seconds} s",
                headers={"Retry-After": str(seconds)},
            )


def unauthorized(request: Request) -> Refused:
    """The same for no token, a wrong one, and one that was taken away."""
    if "authorization" in request.headers:
        code, error = "invalid_token", 'Bearer error="invalid_token"'
    else:
        code, error = "no_token", "Bearer"
    return Refused(
        HTTPStatus.UNAUTHORIZED,
        code,
        "give a token that is valid here: Authorization: Bearer glueline_…",
        headers={"WWW-Authenticate": error},
    )


def _same_origin(request: Request) -> None:
    """A browser says where a request comes from; only our own page may change something."""
    origin = request.headers.get("origin")
    site = request.headers.get("sec-fetch-site", "same-origin")
    host = request.headers.get("host")
    if site != "same-origin" or origin is None or urlsplit(origin).netloc != host:
        raise Refused(
            HTTPStatus.FORBIDDEN,
            "other_origin",
            "a login by cookie may change something from Glueline's own page only",
        )
