"""``POST /v1/events``: what EventBridge tells."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import ConfigDict, Field, RootModel
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from glueline.api import openapi
from glueline.api.auth.authorization import TheDesk, Writer
from glueline.api.problems import wrong
from glueline.api.requests import json_of, known_query
from glueline.api.routes import operations
from glueline.changes.eventbridge import EVENTS_AT_ONCE, Envelope, parse_events
from glueline.changes.intake import AcceptedEvents
from glueline.contract.errors import UsageError
from glueline.contract.messages import SourceName

router = APIRouter(prefix="/v1", tags=["events"], dependencies=[Depends(known_query)])


class Events(RootModel[Envelope | Annotated[list[Envelope], Field(max_length=EVENTS_AT_ONCE)]]):
    """One event as EventBridge delivers it, or a list of them."""


class _Anything(RootModel[Any]):
    """What is looked at more closely than pydantic would, and told of in one sentence."""

    model_config = ConfigDict(strict=True)


@router.post(
    "/events",
    status_code=202,
    response_model=AcceptedEvents,
    responses=openapi.delivered(),
    openapi_extra=openapi.body(Events, openapi.EVENTS),
    summary="Tell of changes in Glue",
)
async def deliver(
    request: Request,
    desk: TheDesk,
    caller: Writer,
    source: Annotated[
        SourceName | None,
        Query(description="The source of all events, else that of each one's account and region."),
    ] = None,
) -> Response:
    """Note what EventBridge's events say has changed; workers read it once it is quiet.

    An API destination of EventBridge can deliver here. 202 means that the changes are noted and
    will be read. It is safe to deliver the same again; one bad event refuses the whole delivery.
    """
    body = await json_of(request, _Anything, desk.settings.api.max_body)
    try:
        events = parse_events(body.root)
    except UsageError as error:
        raise wrong("body", str(error)) from None
    accepted = await operations.note(desk, caller, events, source)
    return JSONResponse(accepted.model_dump(mode="json"), 202)
