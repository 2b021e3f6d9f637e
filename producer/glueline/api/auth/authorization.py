"""Authorization: the scopes and sources of a token."""

from http import HTTPStatus
from typing import Annotated

from fastapi import Depends
from starlette.requests import Request

from glueline.api.context import ApiContext, Principal, get_context, get_principal
from glueline.api.problems import HttpProblem, unknown_run_problem
from glueline.contract.runs import RunStatus
from glueline.settings.api import TokenScope


def require_scope(principal: Principal, scope: TokenScope) -> None:
    """Raise HttpProblem unless the token has ``scope``."""
    if scope not in principal.token.scopes:
        raise HttpProblem(
            HTTPStatus.FORBIDDEN,
            "scope",
            f"the token {principal.token.name!r} has no scope {scope!r}",
        )


def require_source(principal: Principal, source: str) -> None:
    """Raise HttpProblem unless the token is for ``source``, whether it exists or not."""
    if not principal.token.admits(source):
        raise HttpProblem(
            HTTPStatus.FORBIDDEN,
            "source",
            f"the token {principal.token.name!r} is not for this source",
        )


def require_all_sources(principal: Principal) -> None:
    """Raise HttpProblem unless the token is for every source."""
    if not principal.token.is_for_all:
        raise HttpProblem(
            HTTPStatus.FORBIDDEN,
            "source",
            "this may tell of any source, and the token is not for all of them",
        )


async def find_visible_run(context: ApiContext, principal: Principal, run_id: str) -> RunStatus:
    """Return a run; a run of a source that the token is not for counts as unknown."""
    run = await context.producer.status(run_id)
    if not principal.token.admits(run.request.source):
        raise unknown_run_problem()
    return run


def require_reader(request: Request) -> Principal:
    """Return the principal of a request; raises HttpProblem unless it may read."""
    principal = get_principal(request)
    require_scope(principal, "read")
    return principal


def require_writer(request: Request) -> Principal:
    """Return the principal of a request; raises HttpProblem unless it may enqueue."""
    principal = get_principal(request)
    require_scope(principal, "enqueue")
    return principal


ContextDep = Annotated[ApiContext, Depends(get_context)]
ReaderDep = Annotated[Principal, Depends(require_reader)]
WriterDep = Annotated[Principal, Depends(require_writer)]
