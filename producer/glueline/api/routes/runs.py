"""``/v1/extractions`` and ``/v1/runs``."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Query
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from glueline.api import openapi
from glueline.api.auth.authorization import Reader, TheDesk, Writer, require_source, visible_run
from glueline.api.requests import json_of, known_query, no_body
from glueline.api.routes import operations
from glueline.api.routes.pagination import CURSOR, RunPage, runs_page
from glueline.api.routes.run_stream import events
from glueline.client.producer import Accepted
from glueline.contract.filters import Filters, RequestFilters
from glueline.contract.messages import (
    CatalogScope,
    ExtractionRequest,
    Options,
    RunId,
    Scope,
    SourceName,
)
from glueline.contract.model import StrictModel
from glueline.contract.runs import Failure, RunState, RunStatus

router = APIRouter(prefix="/v1", tags=["runs"], dependencies=[Depends(known_query)])
TheRun = Annotated[RunId, Path(description="The run's id.", examples=["0" * 32])]
Offset = Annotated[int, Query(ge=0, le=1_000_000, description="Failures to pass over.")]
Limit = Annotated[int, Query(ge=1, le=1000, description="How many at the most.")]
IDEMPOTENCY_KEY = r"^[!-~]([ -~]{0,198}[!-~])?$"


class Extraction(StrictModel):
    """What to extract: a source, a scope of it, filters and options."""

    source: SourceName = "default"
    scope: Scope = CatalogScope()
    filters: RequestFilters = Filters()
    options: Options = Options()


class Problems(StrictModel):
    """What of a run failed, and what it could not understand."""

    failures: tuple[Failure, ...]
    """By their units' ids, from ``offset`` on."""
    total: int
    """Failures in all."""
    warnings: tuple[str, ...]
    """The first thousand."""


class StateOfRun(StrictModel):
    """A run and the state that it is in now."""

    run_id: str
    state: RunState


class Units(StrictModel):
    """Which failed units to run again: all of them unless they are named."""

    units: tuple[Annotated[str, openapi.UNIT_ID], ...] | None = None


class Replayed(StrictModel):
    """How many units run again."""

    run_id: str
    replayed: int


@router.post(
    "/extractions",
    status_code=202,
    response_model=Accepted,
    responses=openapi.accepted(),
    openapi_extra=openapi.body(Extraction, openapi.EXTRACTIONS),
    summary="Ask for an extraction",
)
async def extract(
    request: Request,
    desk: TheDesk,
    caller: Writer,
    idempotency_key: Annotated[
        str | None,
        Header(
            pattern=IDEMPOTENCY_KEY,
            description="The same key for the same source is one run, for seven days.",
        ),
    ] = None,
) -> Response:
    """Open a run; `Location` says where to follow it.

    When the answer is lost, it is safe to ask again with the same `Idempotency-Key`.
    """
    wanted = await json_of(request, Extraction, desk.settings.api.max_body)
    full = ExtractionRequest(
        source=wanted.source,
        scope=wanted.scope,
        filters=wanted.filters,
        options=wanted.options,
        idempotency_key=idempotency_key,
    )
    accepted = await operations.enqueue(desk, caller, full)
    location = {"Location": f"/v1/runs/{accepted.run_id}"}
    return JSONResponse(accepted.model_dump(mode="json"), 202, location)


@router.get("/runs", responses=openapi.problems(403), summary="Runs, the newest first")
async def runs(
    desk: TheDesk,
    caller: Reader,
    limit: Limit = 50,
    cursor: Annotated[
        str | None, Query(pattern=CURSOR, description="`next` of the page before.")
    ] = None,
    state: Annotated[RunState | None, Query(description="Only runs in this state.")] = None,
    source: Annotated[SourceName | None, Query(description="Only runs of this source.")] = None,
) -> RunPage:
    """The runs of the sources that the token is for.

    A page can hold fewer than `limit`, or none, while `next` leads on: a filter looks through
    2,000 runs at a time.
    """
    if source is not None:
        require_source(caller, source)
    return await runs_page(desk, caller, limit=limit, cursor=cursor, state=state, source=source)


@router.get("/runs/{run_id}", responses=openapi.problems(404), summary="Where a run stands")
async def run(desk: TheDesk, caller: Reader, run_id: TheRun) -> RunStatus:
    """The state, the units and what was counted so far."""
    return await visible_run(desk, caller, run_id)


@router.get(
    "/runs/{run_id}/failures", responses=openapi.problems(404), summary="What failed, and why"
)
async def failures(
    desk: TheDesk, caller: Reader, run_id: TheRun, limit: Limit = 1000, offset: Offset = 0
) -> Problems:
    """The units that failed for good, each with the reason, and the run's warnings."""
    await visible_run(desk, caller, run_id)
    found, warnings = await desk.producer.problems(run_id)
    return Problems(
        failures=tuple(found[offset : offset + limit]), total=len(found), warnings=tuple(warnings)
    )


@router.get(
    "/runs/{run_id}/events",
    response_class=Response,
    responses=openapi.events(),
    summary="Follow a run",
)
async def follow(
    desk: TheDesk,
    caller: Reader,
    run_id: TheRun,
    last_event_id: Annotated[
        str | None,
        Header(max_length=64, description="The last id that was heard; browsers send it."),
    ] = None,
) -> Response:
    """Server-sent events.

    `progress` has the run's status each time it changes, `end` the last one; then the stream ends.
    """
    return events(desk, caller, await visible_run(desk, caller, run_id), last_event_id)


@router.post(
    "/runs/{run_id}/cancel",
    dependencies=[Depends(no_body)],
    responses=openapi.problems(404),
    summary="Stop a run",
)
async def cancel(desk: TheDesk, caller: Writer, run_id: TheRun) -> StateOfRun:
    """A run that has ended stays as it is.

    The files of one that is stopped are removed; its rows in SQL sinks stay, as facts that were
    read.
    """
    state = await operations.cancel(desk, caller, run_id)
    return StateOfRun(run_id=run_id, state=state)


@router.post(
    "/runs/{run_id}/replay",
    status_code=202,
    response_model=Replayed,
    responses=openapi.problems(400, 404, 408, 409, 413, 415),
    openapi_extra=openapi.body(Units, openapi.UNITS, required=False),
    summary="Run failed units again",
)
async def replay(request: Request, desk: TheDesk, caller: Writer, run_id: TheRun) -> Response:
    """In the same run and generation.

    409 when the run goes on, when nothing of it failed, and when a newer run of the same scope
    exists.
    """
    wanted = await json_of(request, Units, desk.settings.api.max_body, optional=True)
    units = None if wanted.units is None else list(wanted.units)
    done = await operations.replay(desk, caller, run_id, units)
    answer = Replayed(run_id=run_id, replayed=done)
    return JSONResponse(answer.model_dump(mode="json"), 202, {"Location": f"/v1/runs/{run_id}"})
