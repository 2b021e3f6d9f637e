"""``POST /v1/events``: events of EventBridge."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import ConfigDict, Field, RootModel
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from glueline.api import openapi
from glueline.api.auth.authorization import ContextDep, WriterDep
from glueline.api.problems import field_problem
from glueline.api.requests import read_json, require_known_query
from glueline.api.routes import operations
from glueline.changes.eventbridge import MAX_EVENTS, Envelope, parse_events
from glueline.changes.intake import AcceptedEvents
from glueline.contract.errors import UsageError
from glueline.contract.messages import SourceName

events_router = APIRouter(
    prefix="/v1", tags=["events"], dependencies=[Depends(require_known_query)]
)


class Events(RootModel[Envelope | Annotated[list[Envelope], Field(max_length=MAX_EVENTS)]]):
    """One event as EventBridge delivers it, or a list of them."""


class _Anything(RootModel[Any]):
    """A body whose errors ``parse_events`` explains in one sentence."""

    model_config = ConfigDict(strict=True)


@events_router.post(
    "/events",
    name="deliver",
    status_code=202,
    response_model=AcceptedEvents,
    responses=openapi.delivery_responses(),
    openapi_extra=openapi.request_body(Events, openapi.EVENTS),
    summary="Tell of changes in Glue",
)
async def accept_delivery(
    request: Request,
    context: ContextDep,
    principal: WriterDep,
    source: Annotated[
        SourceName | None,
        Query(description="The source of all events, else that of each one's account and region."),
    ] = None,
) -> Response:
    """Note what EventBridge's events say has changed; workers read it once it is quiet.

    An API destination of EventBridge can deliver here. 202 means that the changes are noted and
    will be read. It is safe to deliver the same again; one bad event refuses the whole delivery.
    """
    body = await read_json(request, _Anything, context.settings.api.max_body)
    try:
        events = parse_events(body.root)
    except UsageError as error:
        raise field_problem("body", str(error)) from None
    accepted = await operations.record_events(context, principal, events, source)
    return JSONResponse(accepted.model_dump(mode="json"), 202)
