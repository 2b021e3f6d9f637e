"""``/v1/extractions`` and ``/v1/runs``."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Query
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from glueline.api import openapi
from glueline.api.auth.authorization import (
    ContextDep,
    ReaderDep,
    WriterDep,
    find_visible_run,
    require_source,
)
from glueline.api.requests import read_json, require_known_query, require_no_body
from glueline.api.routes import operations
from glueline.api.routes.pagination import CURSOR_PATTERN, RunPage, read_runs_page
from glueline.api.routes.run_stream import stream_run
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

runs_router = APIRouter(prefix="/v1", tags=["runs"], dependencies=[Depends(require_known_query)])
TheRun = Annotated[RunId, Path(description="The run's id.", examples=["0" * 32])]
Offset = Annotated[int, Query(ge=0, le=1_000_000, description="Failures to pass over.")]
Limit = Annotated[int, Query(ge=1, le=1000, description="How many at the most.")]
IDEMPOTENCY_KEY = r"^[!-~]([ -~]{0,198}[!-~])?$"


class Extraction(StrictModel):
    """A request for an extraction: a source, a scope of it, filters and options."""

    source: SourceName = "default"
    scope: Scope = CatalogScope()
    filters: RequestFilters = Filters()
    options: Options = Options()


class Problems(StrictModel):
    """The failures and warnings of a run."""

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
    """The failed units to run again: all of them unless they are named."""

    units: tuple[Annotated[str, openapi.UNIT_ID], ...] | None = None


class Replayed(StrictModel):
    """The number of units that run again."""

    run_id: str
    replayed: int


@runs_router.post(
    "/extractions",
    name="extract",
    status_code=202,
    response_model=Accepted,
    responses=openapi.extraction_responses(),
    openapi_extra=openapi.request_body(Extraction, openapi.EXTRACTIONS),
    summary="Ask for an extraction",
)
async def start_extraction(
    request: Request,
    context: ContextDep,
    principal: WriterDep,
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
    wanted = await read_json(request, Extraction, context.settings.api.max_body)
    full = ExtractionRequest(
        source=wanted.source,
        scope=wanted.scope,
        filters=wanted.filters,
        options=wanted.options,
        idempotency_key=idempotency_key,
    )
    accepted = await operations.open_authorized_run(context, principal, full)
    location = {"Location": f"/v1/runs/{accepted.run_id}"}
    return JSONResponse(accepted.model_dump(mode="json"), 202, location)


@runs_router.get(
    "/runs", name="runs", responses=openapi.problem_responses(403), summary="Runs, the newest first"
)
async def list_runs(
    context: ContextDep,
    principal: ReaderDep,
    limit: Limit = 50,
    cursor: Annotated[
        str | None, Query(pattern=CURSOR_PATTERN, description="`next` of the page before.")
    ] = None,
    state: Annotated[RunState | None, Query(description="Only runs in this state.")] = None,
    source: Annotated[SourceName | None, Query(description="Only runs of this source.")] = None,
) -> RunPage:
    """List the runs of the sources that the token is for.

    A page can hold fewer than `limit`, or none, while `next` leads on: a filter looks through
    2,000 runs at a time.
    """
    if source is not None:
        require_source(principal, source)
    return await read_runs_page(
        context, principal, limit=limit, cursor=cursor, state=state, source=source
    )


@runs_router.get(
    "/runs/{run_id}",
    name="run",
    responses=openapi.problem_responses(404),
    summary="Where a run stands",
)
async def get_run(context: ContextDep, principal: ReaderDep, run_id: TheRun) -> RunStatus:
    """Return the state, the units and the counts so far."""
    return await find_visible_run(context, principal, run_id)


@runs_router.get(
    "/runs/{run_id}/failures",
    name="failures",
    responses=openapi.problem_responses(404),
    summary="What failed, and why",
)
async def get_failures(
    context: ContextDep,
    principal: ReaderDep,
    run_id: TheRun,
    limit: Limit = 1000,
    offset: Offset = 0,
) -> Problems:
    """Return the units that failed for good, each with the reason, and the run's warnings."""
    await find_visible_run(context, principal, run_id)
    found, warnings = await context.producer.problems(run_id)
    return Problems(
        failures=tuple(found[offset : offset + limit]), total=len(found), warnings=tuple(warnings)
    )


@runs_router.get(
    "/runs/{run_id}/events",
    name="follow",
    response_class=Response,
    responses=openapi.stream_responses(),
    summary="Follow a run",
)
async def follow_run(
    context: ContextDep,
    principal: ReaderDep,
    run_id: TheRun,
    last_event_id: Annotated[
        str | None,
        Header(max_length=64, description="The last id that was heard; browsers send it."),
    ] = None,
) -> Response:
    """Stream the run's progress as server-sent events.

    `progress` has the run's status each time it changes, `end` the last one; then the stream ends.
    """
    return stream_run(
        context, principal, await find_visible_run(context, principal, run_id), last_event_id
    )


@runs_router.post(
    "/runs/{run_id}/cancel",
    name="cancel",
    dependencies=[Depends(require_no_body)],
    responses=openapi.problem_responses(404),
    summary="Stop a run",
)
async def cancel_run(context: ContextDep, principal: WriterDep, run_id: TheRun) -> StateOfRun:
    """Stop a run; a run that has ended stays as it is.

    The files of a stopped run are removed; its rows in SQL sinks stay, because they were read.
    """
    state = await operations.cancel_visible_run(context, principal, run_id)
    return StateOfRun(run_id=run_id, state=state)


@runs_router.post(
    "/runs/{run_id}/replay",
    name="replay",
    status_code=202,
    response_model=Replayed,
    responses=openapi.problem_responses(400, 404, 408, 409, 413, 415),
    openapi_extra=openapi.request_body(Units, openapi.UNITS, required=False),
    summary="Run failed units again",
)
async def replay_run(
    request: Request, context: ContextDep, principal: WriterDep, run_id: TheRun
) -> Response:
    """Run failed units again, in the same run and generation.

    409 when the run goes on, when nothing of it failed, and when a newer run of the same scope
    exists.
    """
    wanted = await read_json(request, Units, context.settings.api.max_body, optional=True)
    units = None if wanted.units is None else list(wanted.units)
    done = await operations.replay_visible_run(context, principal, run_id, units)
    answer = Replayed(run_id=run_id, replayed=done)
    return JSONResponse(answer.model_dump(mode="json"), 202, {"Location": f"/v1/runs/{run_id}"})
