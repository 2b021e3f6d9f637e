"""Events of EventBridge about Glue, as the smallest scopes that hold the change.

The names of fields are AWS's. Events come late, twice and in any order, so an event only says what
to read again.
"""

import json
from contextlib import suppress
from typing import Annotated, Any

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from glueline.contract.changes import MAX_CHANGES_PER_GROUP
from glueline.contract.errors import UsageError
from glueline.contract.messages import DatabaseScope, JobScope, Name, TableScope
from glueline.contract.model import StrictModel, first_error

ChangedScope = DatabaseScope | TableScope | JobScope
MAX_EVENTS = 1000
OF_GLUE = "aws.glue"
DATABASE_CHANGE = "Glue Data Catalog Database State Change"
TABLE_CHANGE = "Glue Data Catalog Table State Change"
JOB_CHANGE = "Glue Job State Change"
CRAWLER_CHANGES = ("Glue Crawler State Change", "Glue Crawler Table Change")
MAX_SNS_NESTING = 2
"""Envelopes of SNS, one inside the other, that are opened."""


class _AwsModel(StrictModel):
    model_config = ConfigDict(extra="ignore", strict=True)


class DatabaseDetail(_AwsModel):
    """The detail of ``Glue Data Catalog Database State Change``."""

    databaseName: Name  # noqa: N815 - AWS's
    typeOfChange: Annotated[str, Field(max_length=100)]  # noqa: N815
    changedTables: list[Name] = Field(default_factory=list, max_length=10_000)  # noqa: N815


class TableDetail(_AwsModel):
    """The detail of ``Glue Data Catalog Table State Change``."""

    databaseName: Name  # noqa: N815
    tableName: Name  # noqa: N815


class JobDetail(_AwsModel):
    """The detail of ``Glue Job State Change``."""

    jobName: Name  # noqa: N815


class Envelope(_AwsModel):
    """An event as EventBridge delivers it; other fields are ignored."""

    id: Annotated[str, Field(min_length=1, max_length=200)]
    source: Annotated[str, Field(max_length=256)]
    detail_type: Annotated[str, Field(alias="detail-type", max_length=128)]
    account: Annotated[str, Field(max_length=64)] | None = None
    region: Annotated[str, Field(max_length=64)] | None = None
    detail: dict[str, Any]


class Event(StrictModel):
    """One event and the scopes that it changes; none when Glueline reads nothing of it."""

    id: str
    account: str | None = None
    region: str | None = None
    scopes: tuple[ChangedScope, ...] = ()
    is_gone: bool = False
    """Whether the event says that the database was deleted."""


_ENVELOPE = TypeAdapter(Envelope)


def parse_events(payload: Any) -> list[Event]:
    """Parse one event or a list of them; raises UsageError about the first bad one.

    Events of other services and kinds are no errors: they have no scopes.
    """
    events = payload if isinstance(payload, list) else [payload]
    if len(events) > MAX_EVENTS:
        raise UsageError(f"too many events at once: {len(events):,} of at most {MAX_EVENTS:,}")
    return [_parse_event(number, event) for number, event in enumerate(events)]


def parse_queue_body(body: str) -> list[Event]:
    """Parse the events of a queue's message, also inside an envelope of SNS; raises UsageError."""
    payload = _parse_json(body)
    for _ in range(MAX_SNS_NESTING):
        match payload:
            case {"Type": "Notification", "Message": str(inner)}:
                payload = _parse_json(inner)
    return parse_events(payload)


def _parse_json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):  # also numbers of thousands of digits
        raise UsageError("the message is no JSON that can be read") from None


def _parse_event(number: int, payload: Any) -> Event:
    try:
        envelope = _ENVELOPE.validate_python(payload)
        scopes = _find_scopes(envelope) if envelope.source == OF_GLUE else ()
    except ValidationError as error:
        raise UsageError(f"event {number} is none of EventBridge: {first_error(error)}") from None
    is_gone = envelope.detail.get("typeOfChange") == "DeleteDatabase"
    return Event(
        id=envelope.id,
        account=envelope.account,
        region=envelope.region,
        scopes=scopes,
        is_gone=is_gone and all(isinstance(scope, DatabaseScope) for scope in scopes),
    )


def _find_scopes(envelope: Envelope) -> tuple[ChangedScope, ...]:
    detail = envelope.detail
    match envelope.detail_type:
        case "Glue Data Catalog Database State Change":
            return _find_database_scopes(DatabaseDetail.model_validate(detail))
        case "Glue Data Catalog Table State Change":
            table = TableDetail.model_validate(detail)
            return (TableScope(database=table.databaseName, name=table.tableName),)
        case "Glue Job State Change":
            return (JobScope(name=JobDetail.model_validate(detail).jobName),)
        case kind if kind in CRAWLER_CHANGES:
            return _find_crawler_scopes(detail)
    return ()


def _find_database_scopes(detail: DatabaseDetail) -> tuple[ChangedScope, ...]:
    names = dict.fromkeys(detail.changedTables)
    # More are read as a whole anyway, and each would carry the database's name along.
    if 0 < len(names) <= MAX_CHANGES_PER_GROUP and detail.typeOfChange != "DeleteDatabase":
        return tuple(TableScope(database=detail.databaseName, name=name) for name in names)
    return (DatabaseScope(name=detail.databaseName),)


def _find_crawler_scopes(detail: dict[str, Any]) -> tuple[ChangedScope, ...]:
    """Find what a crawler changed, if it says so: its documented events name no database."""
    if detail.get("state", "Succeeded") != "Succeeded" or _has_no_changes(detail):
        return ()
    names = {name: detail.get(name) for name in ("databaseName", "tableName")}
    with suppress(ValidationError):
        if names["tableName"] is not None:
            table = TableDetail.model_validate(names)
            return (TableScope(database=table.databaseName, name=table.tableName),)
        return (DatabaseScope.model_validate({"name": names["databaseName"]}, strict=True),)
    return ()


def _has_no_changes(detail: dict[str, Any]) -> bool:
    """Tell whether the crawler counted its changes and found none."""
    counts = [
        str(value)
        for name, value in detail.items()
        if name.startswith(("tables", "partitions")) and isinstance(value, str | int)
    ]
    return bool(counts) and all(count == "0" for count in counts)
