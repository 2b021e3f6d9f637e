"""Authentication: every path needs a token, but ``/healthz`` and the login."""

import math
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from glueline.api.auth.sessions import COOKIE
from glueline.api.context import ApiContext, Principal
from glueline.api.problems import HttpProblem, problem_from_error
from glueline.api.responses import answer_problem
from glueline.contract.errors import GluelineError
from glueline.settings.api import Token, find_token

_OPEN_PATH = "/healthz"
_LOGIN_PATH = "/login"
_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


class AuthenticationMiddleware:
    """Checks the token of a request, its rate, and that a browser sent it from our own page."""

    def __init__(self, app: ASGIApp, context: ApiContext) -> None:
        """Stand before ``app``."""
        self._app, self._context = app, context

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request pass, or answer it."""
        if scope["type"] != "http" or scope["path"] == _OPEN_PATH:
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            await self._admit(request)
        except HttpProblem as refused:
            await answer_problem(request, refused)(scope, receive, send)
        except GluelineError as error:
            await answer_problem(request, problem_from_error(error))(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _admit(self, request: Request) -> None:
        token, session = await self._token(request)
        address = request.client.host if request.client else "unknown"
        self._pace(f"token {token.name}" if token else f"address {address}")
        if request.method not in _SAFE_METHODS and (session or request.url.path == _LOGIN_PATH):
            _require_same_origin(request)
        if token is not None:
            request.state.principal = Principal(token, address, session)
        elif not (request.url.path == _LOGIN_PATH and request.method == "POST"):
            raise unauthorized_problem(request)

    async def _token(self, request: Request) -> tuple[Token | None, str | None]:
        """Return the token of a request, and the session if a cookie stands for it."""
        tokens = self._context.settings.api.tokens
        given = request.headers.getlist("authorization")
        if given:
            scheme, _, credentials = given[0].partition(" ")
            is_bearer = len(given) == 1 and scheme.lower() == "bearer"
            return find_token(tokens, credentials.strip()) if is_bearer else None, None
        secret = request.cookies.get(COOKIE)
        if not secret or not secret.isascii():
            return None, None
        token = await self._context.sessions.find(secret)
        return token, secret if token else None

    def _pace(self, who: str) -> None:
        wait = self._context.buckets.take(who)
        if wait:
            seconds = math.ceil(wait)
            raise HttpProblem(
                HTTPStatus.TOO_MANY_REQUESTS,
                "too_many_requests",
                f"more requests than api.rate and api.burst allow; ask again in {seconds} s",
                headers={"Retry-After": str(seconds)},
            )


def unauthorized_problem(request: Request) -> HttpProblem:
    """Return the same problem for no token, a wrong one, and one that was removed."""
    if "authorization" in request.headers:
        code, error = "invalid_token", 'Bearer error="invalid_token"'
    else:
        code, error = "no_token", "Bearer"
    return HttpProblem(
        HTTPStatus.UNAUTHORIZED,
        code,
        "give a token that is valid here: Authorization: Bearer glueline_…",
        headers={"WWW-Authenticate": error},
    )


def _require_same_origin(request: Request) -> None:
    """Refuse a change that a browser sends from another page than our own."""
    origin = request.headers.get("origin")
    site = request.headers.get("sec-fetch-site", "same-origin")
    host = request.headers.get("host")
    if site != "same-origin" or origin is None or urlsplit(origin).netloc != host:
        raise HttpProblem(
            HTTPStatus.FORBIDDEN,
            "other_origin",
            "a login by cookie may change something from Glueline's own page only",
        )
