"""The page: runs with their progress and failures, sources with their checks.

It is rendered here; its script only fetches it again when something has changed.
"""

import re
from collections import Counter
from typing import Annotated, Any
from urllib.parse import parse_qs

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from glueline.api.auth.audit import audit
from glueline.api.auth.authentication import unauthorized
from glueline.api.auth.authorization import Reader, TheDesk, Writer, visible_run
from glueline.api.auth.sessions import COOKIE
from glueline.api.context import Caller, desk_of
from glueline.api.requests import body_of, known_query
from glueline.api.responses import STATIC, page, wants_page
from glueline.api.routes import operations
from glueline.api.routes.pagination import CURSOR, runs_page
from glueline.api.routes.runs import TheRun
from glueline.api.routes.sources import TheSource, views
from glueline.contract.records import KINDS
from glueline.contract.runs import RunState, RunStatus
from glueline.formatting import noun, unchanged
from glueline.settings.api import find

router = APIRouter(include_in_schema=False, dependencies=[Depends(known_query)])
RUNS_SHOWN = 25
FAILURES_SHOWN = 200
_OWN_PATH = re.compile(r"/(?:runs/[0-9a-f]{16,40})?")
SCRIPT = (STATIC / "app.js").read_bytes()


@router.get("/")
async def index(
    desk: TheDesk,
    caller: Reader,
    state: RunState | None = None,
    cursor: Annotated[str | None, Query(pattern=CURSOR)] = None,
) -> Response:
    """Runs and sources."""
    found = await runs_page(desk, caller, limit=RUNS_SHOWN, cursor=cursor, state=state)
    return page(
        "index.html",
        **_about(caller),
        runs=found.runs,
        next=found.next,
        cursor=cursor,
        state=state,
        states=list(RunState),
        sources=await views(desk, caller),
    )


@router.get("/runs/{run_id}")
async def run(desk: TheDesk, caller: Reader, run_id: TheRun) -> Response:
    """One run."""
    found = await visible_run(desk, caller, run_id)
    failures, warnings = await desk.producer.problems(run_id)
    return page(
        "run.html",
        **_about(caller),
        run=found,
        counts=_counts(found),
        failures=failures[:FAILURES_SHOWN],
        hidden=max(0, len(failures) - FAILURES_SHOWN),
        warnings=Counter(warnings).most_common(),
    )


@router.post("/runs/{run_id}/cancel")
async def cancel(desk: TheDesk, caller: Writer, run_id: TheRun) -> Response:
    """The button."""
    await operations.cancel(desk, caller, run_id)
    return _see(f"/runs/{run_id}")


@router.post("/runs/{run_id}/replay")
async def replay(desk: TheDesk, caller: Writer, run_id: TheRun) -> Response:
    """The button: all that failed."""
    await operations.replay(desk, caller, run_id, None)
    return _see(f"/runs/{run_id}")


@router.post("/sources/{name}/check")
async def check(desk: TheDesk, caller: Writer, name: TheSource) -> Response:
    """The button."""
    await operations.check(desk, caller, name)
    return _see("/#sources")


@router.post("/login")
async def login(request: Request) -> Response:
    """Give a session for a token."""
    desk = desk_of(request)
    body = await body_of(request, 10_000)
    fields = parse_qs(body.decode(errors="replace"), max_num_fields=10)
    token = find(desk.settings.api.tokens, fields.get("token", [""])[0].strip())
    path = fields.get("next", ["/"])[0]
    target = path if _OWN_PATH.fullmatch(path) else "/"
    if token is None:
        if not wants_page(request):
            raise unauthorized(request)
        problem = "This token is not valid here."
        return page("login.html", 401, next=target, problem=problem)
    secret = await desk.sessions.open(token)
    audit(Caller(token, request.client.host if request.client else "unknown", secret), "login")
    answer = _see(target)
    answer.set_cookie(
        COOKIE,
        secret,
        max_age=int(desk.settings.api.session),
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return answer


@router.post("/logout")
async def logout(request: Request, desk: TheDesk) -> Response:
    """End the session."""
    await desk.sessions.end(request.cookies.get(COOKIE, ""))
    audit(request.state.caller, "logout")
    answer = _see("/")
    answer.delete_cookie(COOKIE, httponly=True, samesite="strict")
    return answer


@router.get("/static/app.js")
async def script(v: str = "") -> Response:  # noqa: ARG001 - its version, against stale copies
    """The script."""
    return Response(SCRIPT, media_type="text/javascript; charset=utf-8")


def _about(caller: Caller) -> dict[str, Any]:
    return {
        "token": caller.token,
        "by_cookie": caller.by_cookie,
        "may_change": "enqueue" in caller.token.scopes,
        "kinds": KINDS,
    }


def _counts(run: RunStatus) -> list[tuple[str, int, int]]:
    """What was found first, with how much of it was unchanged; then how."""
    others = sorted(name for name in run.counts if name.removeprefix("unchanged_") not in KINDS)
    names = [name for name in (*KINDS, *others) if run.counts.get(name)]
    return [
        (
            noun(name, run.counts[name]) if name in KINDS else name,
            run.counts[name],
            unchanged(run, name),
        )
        for name in names
    ]


def _see(path: str) -> Response:
    return RedirectResponse(path, 303)
