"""``/v1/sources`` and ``/v1/dead-letters``."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from starlette.responses import JSONResponse, Response

from glueline.api import openapi
from glueline.api.auth.authorization import (
    Reader,
    TheDesk,
    Writer,
    require_all_sources,
    require_source,
)
from glueline.api.context import Caller, Desk
from glueline.api.requests import known_query, no_body
from glueline.api.routes import operations
from glueline.contract.checks import CheckReport
from glueline.contract.messages import SourceName
from glueline.contract.model import StrictModel
from glueline.contract.runs import DeadLetter

router = APIRouter(prefix="/v1", tags=["sources"], dependencies=[Depends(known_query)])
TheSource = Annotated[SourceName, Path(description="The source's name.", examples=["default"])]


class SourceView(StrictModel):
    """A source: where it is, and what its last check found."""

    name: str
    region: str | None = None
    """None when AWS's own configuration names it."""
    catalog_id: str | None = None
    """None when it is the caller's own."""
    is_checking: bool = False
    """Whether a check was asked for that no worker has answered yet."""
    check: CheckReport | None = None
    """The last one's report, for thirty days."""


class SourceList(StrictModel):
    """The sources that the token is for."""

    sources: tuple[SourceView, ...]


class DeadLetters(StrictModel):
    """Messages that nobody could understand, the newest first."""

    dead_letters: tuple[DeadLetter, ...]


@router.get("/sources", summary="Sources and their last checks")
async def sources(desk: TheDesk, caller: Reader) -> SourceList:
    """Those that the settings of the API declare, and ``default``."""
    return SourceList(sources=tuple(await views(desk, caller)))


@router.get("/sources/{name}", responses=openapi.problems(403, 404), summary="One source")
async def source(desk: TheDesk, caller: Reader, name: TheSource) -> SourceView:
    """Where it is, and what its last check found."""
    require_source(caller, name)
    found = [view for view in await views(desk, caller) if view.name == name]
    if not found:
        raise operations.unknown_source(desk, caller)
    return found[0]


@router.post(
    "/sources/{name}/check",
    status_code=202,
    response_model=SourceView,
    dependencies=[Depends(no_body)],
    responses=openapi.problems(404),
    summary="Try a source's permissions",
)
async def check(desk: TheDesk, caller: Writer, name: TheSource) -> Response:
    """A worker does it, because only workers know what a source stands for.

    Look at `Location` until `is_checking` is false. Asking again meanwhile changes nothing.
    """
    await operations.check(desk, caller, name)
    (view,) = [view for view in await views(desk, caller) if view.name == name]
    return JSONResponse(view.model_dump(mode="json"), 202, {"Location": f"/v1/sources/{name}"})


@router.get(
    "/dead-letters",
    tags=["dead letters"],
    responses=openapi.problems(403),
    summary="Messages that nobody could understand",
)
async def dead_letters(
    desk: TheDesk,
    caller: Reader,
    limit: Annotated[int, Query(ge=1, le=1000, description="How many at the most.")] = 100,
) -> DeadLetters:
    """They may be about any source, so the token must be for all of them."""
    require_all_sources(caller)
    return DeadLetters(dead_letters=tuple(await desk.producer.dead_letters(limit)))


async def views(desk: Desk, caller: Caller) -> list[SourceView]:
    """The sources that ``caller`` may see."""
    names = list(filter(caller.token.admits, desk.sources))
    known = await asyncio.to_thread(desk.producer.producer.checks.known, names)
    return [_view(desk, check.source, check.report, check.is_checking) for check in known]


def _view(desk: Desk, name: str, report: CheckReport | None, is_checking: bool) -> SourceView:  # noqa: FBT001
    declared = desk.settings.source(name)
    return SourceView(
        name=name,
        region=declared.region,
        catalog_id=declared.catalog_id,
        is_checking=is_checking,
        check=report,
    )
