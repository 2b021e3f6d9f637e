"""What a token may do."""

from http import HTTPStatus
from typing import Annotated

from fastapi import Depends
from starlette.requests import Request

from glueline.api.context import Caller, Desk, caller_of, desk_of
from glueline.api.problems import Refused, unknown_run
from glueline.contract.runs import RunStatus
from glueline.settings.api import Scope


def require(caller: Caller, scope: Scope) -> None:
    """Raise a refusal unless the token has ``scope``."""
    if scope not in caller.token.scopes:
        raise Refused(
            HTTPStatus.FORBIDDEN, "scope", f"the token {caller.token.name!r} has no scope {scope!r}"
        )


def require_source(caller: Caller, source: str) -> None:
    """Raise a refusal unless the token is for ``source``, whether or not there is such a one."""
    if not caller.token.admits(source):
        raise Refused(
            HTTPStatus.FORBIDDEN,
            "source",
            f"the token {caller.token.name!r} is not for this source",
        )


def require_all_sources(caller: Caller) -> None:
    """Raise a refusal unless the token is for every source."""
    if not caller.token.is_for_all:
        raise Refused(
            HTTPStatus.FORBIDDEN,
            "source",
            "this may tell of any source, and the token is not for all of them",
        )


async def visible_run(desk: Desk, caller: Caller, run_id: str) -> RunStatus:
    """A run; one of a source that the token is not for is unknown like any other."""
    run = await desk.producer.status(run_id)
    if not caller.token.admits(run.request.source):
        raise unknown_run()
    return run


def reader(request: Request) -> Caller:
    """A caller who may read."""
    caller = caller_of(request)
    require(caller, "read")
    return caller


def writer(request: Request) -> Caller:
    """A caller who may enqueue."""
    caller = caller_of(request)
    require(caller, "enqueue")
    return caller


TheDesk = Annotated[Desk, Depends(desk_of)]
Reader = Annotated[Caller, Depends(reader)]
Writer = Annotated[Caller, Depends(writer)]
