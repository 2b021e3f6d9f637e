"""The page: runs with their progress and failures, sources with their checks.

It is rendered on the server; its script fetches it again only when something has changed.
"""

import re
from collections import Counter
from typing import Annotated, Any
from urllib.parse import parse_qs

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from glueline.api.auth.audit import audit
from glueline.api.auth.authentication import unauthorized_problem
from glueline.api.auth.authorization import ContextDep, ReaderDep, WriterDep, find_visible_run
from glueline.api.auth.sessions import COOKIE
from glueline.api.context import Principal, get_context
from glueline.api.requests import read_body, require_known_query
from glueline.api.responses import STATIC, render_page, wants_page
from glueline.api.routes import operations
from glueline.api.routes.pagination import CURSOR_PATTERN, read_runs_page
from glueline.api.routes.runs import TheRun
from glueline.api.routes.sources import TheSource, list_source_views
from glueline.contract.records import KINDS
from glueline.contract.runs import RunState, RunStatus
from glueline.formatting import choose_noun, count_unchanged
from glueline.settings.api import find_token

web_router = APIRouter(include_in_schema=False, dependencies=[Depends(require_known_query)])
RUNS_SHOWN = 25
FAILURES_SHOWN = 200
_OWN_PATH = re.compile(r"/(?:runs/[0-9a-f]{16,40})?")
SCRIPT = (STATIC / "app.js").read_bytes()


@web_router.get("/")
async def _index(
    context: ContextDep,
    principal: ReaderDep,
    state: RunState | None = None,
    cursor: Annotated[str | None, Query(pattern=CURSOR_PATTERN)] = None,
) -> Response:
    """Show runs and sources."""
    found = await read_runs_page(context, principal, limit=RUNS_SHOWN, cursor=cursor, state=state)
    return render_page(
        "index.html",
        **_make_page_values(principal),
        runs=found.runs,
        next=found.next,
        cursor=cursor,
        state=state,
        states=list(RunState),
        sources=await list_source_views(context, principal),
    )


@web_router.get("/runs/{run_id}")
async def _show_run(context: ContextDep, principal: ReaderDep, run_id: TheRun) -> Response:
    """Show one run."""
    found = await find_visible_run(context, principal, run_id)
    failures, warnings = await context.producer.problems(run_id)
    return render_page(
        "run.html",
        **_make_page_values(principal),
        run=found,
        counts=_list_counts(found),
        failures=failures[:FAILURES_SHOWN],
        hidden=max(0, len(failures) - FAILURES_SHOWN),
        warnings=Counter(warnings).most_common(),
    )


@web_router.post("/runs/{run_id}/cancel")
async def _cancel(context: ContextDep, principal: WriterDep, run_id: TheRun) -> Response:
    """Stop a run, for the button."""
    await operations.cancel_visible_run(context, principal, run_id)
    return _redirect(f"/runs/{run_id}")


@web_router.post("/runs/{run_id}/replay")
async def _replay(context: ContextDep, principal: WriterDep, run_id: TheRun) -> Response:
    """Run all failed units again, for the button."""
    await operations.replay_visible_run(context, principal, run_id, None)
    return _redirect(f"/runs/{run_id}")


@web_router.post("/sources/{name}/check")
async def _check(context: ContextDep, principal: WriterDep, name: TheSource) -> Response:
    """Ask for a check, for the button."""
    await operations.request_source_check(context, principal, name)
    return _redirect("/#sources")


@web_router.post("/login")
async def _login(request: Request) -> Response:
    """Open a session for a token."""
    context = get_context(request)
    body = await read_body(request, 10_000)
    fields = parse_qs(body.decode(errors="replace"), max_num_fields=10)
    token = find_token(context.settings.api.tokens, fields.get("token", [""])[0].strip())
    path = fields.get("next", ["/"])[0]
    target = path if _OWN_PATH.fullmatch(path) else "/"
    if token is None:
        if not wants_page(request):
            raise unauthorized_problem(request)
        problem = "This token is not valid here."
        return render_page("login.html", 401, next=target, problem=problem)
    secret = await context.sessions.open(token)
    audit(Principal(token, request.client.host if request.client else "unknown", secret), "login")
    answer = _redirect(target)
    answer.set_cookie(
        COOKIE,
        secret,
        max_age=int(context.settings.api.session),
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return answer


@web_router.post("/logout")
async def _logout(request: Request, context: ContextDep) -> Response:
    """End the session."""
    await context.sessions.end(request.cookies.get(COOKIE, ""))
    audit(request.state.principal, "logout")
    answer = _redirect("/")
    answer.delete_cookie(COOKIE, httponly=True, samesite="strict")
    return answer


@web_router.get("/static/app.js")
async def _script(v: str = "") -> Response:  # noqa: ARG001 - its version, against stale copies
    """Return the page's script."""
    return Response(SCRIPT, media_type="text/javascript; charset=utf-8")


def _make_page_values(principal: Principal) -> dict[str, Any]:
    return {
        "token": principal.token,
        "by_cookie": principal.by_cookie,
        "may_change": "enqueue" in principal.token.scopes,
        "kinds": KINDS,
    }


def _list_counts(run: RunStatus) -> list[tuple[str, int, int]]:
    """List the counts of records, with the unchanged ones, then the other counts."""
    others = sorted(name for name in run.counts if name.removeprefix("unchanged_") not in KINDS)
    names = [name for name in (*KINDS, *others) if run.counts.get(name)]
    return [
        (
            choose_noun(name, run.counts[name]) if name in KINDS else name,
            run.counts[name],
            count_unchanged(run, name),
        )
        for name in names
    ]


def _redirect(path: str) -> Response:
    return RedirectResponse(path, 303)
