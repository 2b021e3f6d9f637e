"""``/v1/sources`` and ``/v1/dead-letters``."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from starlette.responses import JSONResponse, Response

from glueline.api import openapi
from glueline.api.auth.authorization import (
    ContextDep,
    ReaderDep,
    WriterDep,
    require_all_sources,
    require_source,
)
from glueline.api.context import ApiContext, Principal
from glueline.api.requests import require_known_query, require_no_body
from glueline.api.routes import operations
from glueline.contract.checks import CheckReport, SourceCheck
from glueline.contract.messages import SourceName
from glueline.contract.model import StrictModel
from glueline.contract.runs import DeadLetter

sources_router = APIRouter(
    prefix="/v1", tags=["sources"], dependencies=[Depends(require_known_query)]
)
TheSource = Annotated[SourceName, Path(description="The source's name.", examples=["default"])]


class SourceView(StrictModel):
    """A source: its place and the report of its last check."""

    name: str
    region: str | None = None
    """None when AWS's own configuration names it."""
    catalog_id: str | None = None
    """None when it is that of the source's credentials."""
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


@sources_router.get("/sources", name="sources", summary="Sources and their last checks")
async def list_sources(context: ContextDep, principal: ReaderDep) -> SourceList:
    """List the sources that the settings of the API declare, and ``default``."""
    return SourceList(sources=tuple(await list_source_views(context, principal)))


@sources_router.get(
    "/sources/{name}",
    name="source",
    responses=openapi.problem_responses(403, 404),
    summary="One source",
)
async def get_source(context: ContextDep, principal: ReaderDep, name: TheSource) -> SourceView:
    """Return the place of a source and the report of its last check."""
    require_source(principal, name)
    if name not in context.sources:
        raise operations.unknown_source_problem(context, principal)
    (view,) = await _read_views(context, [name])
    return view


@sources_router.post(
    "/sources/{name}/check",
    name="check",
    status_code=202,
    response_model=SourceView,
    dependencies=[Depends(require_no_body)],
    responses=openapi.problem_responses(404),
    summary="Try a source's permissions",
)
async def check_source(context: ContextDep, principal: WriterDep, name: TheSource) -> Response:
    """Ask a worker to check a source: only workers have its credentials.

    Read `Location` until `is_checking` is false. Asking again meanwhile changes nothing.
    """
    await operations.request_source_check(context, principal, name)
    (view,) = await _read_views(context, [name])
    return JSONResponse(view.model_dump(mode="json"), 202, {"Location": f"/v1/sources/{name}"})


@sources_router.get(
    "/dead-letters",
    name="dead_letters",
    tags=["dead letters"],
    responses=openapi.problem_responses(403),
    summary="Messages that nobody could understand",
)
async def list_dead_letters(
    context: ContextDep,
    principal: ReaderDep,
    limit: Annotated[int, Query(ge=1, le=1000, description="How many at the most.")] = 100,
) -> DeadLetters:
    """List dead letters. They may be about any source, so the token must be for all of them."""
    require_all_sources(principal)
    return DeadLetters(dead_letters=tuple(await context.producer.dead_letters(limit)))


async def list_source_views(context: ApiContext, principal: Principal) -> list[SourceView]:
    """Return the sources that ``principal`` may see."""
    return await _read_views(context, list(filter(principal.token.admits, context.sources)))


async def _read_views(context: ApiContext, names: list[str]) -> list[SourceView]:
    known = await asyncio.to_thread(context.producer.producer.checks.read_reports, names)
    return [_make_view(context, check) for check in known]


def _make_view(context: ApiContext, check: SourceCheck) -> SourceView:
    declared = context.settings.source(check.source)
    return SourceView(
        name=check.source,
        region=declared.region,
        catalog_id=declared.catalog_id,
        is_checking=check.is_checking,
        check=check.report,
    )
