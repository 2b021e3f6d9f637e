"""What EventBridge tells of Glue, as the smallest scopes that hold the change.

Field names as AWS's documentation has them. Delivery is best effort and in any order, so an event
only says what to read again, never what it is now.
"""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from glueline.contract.errors import UsageError
from glueline.contract.messages import DatabaseScope, JobScope, Name, TableScope
from glueline.contract.model import Frozen, first_problem

Changed = DatabaseScope | TableScope | JobScope
EVENTS_AT_ONCE = 1000
TABLES_AT_ONCE = 20
"""Changed tables of one database that are read one by one; more are read as the database."""


class _Foreign(Frozen):
    model_config = ConfigDict(extra="ignore", strict=True)


class DatabaseDetail(_Foreign):
    """Of ``Glue Data Catalog Database State Change``."""

    databaseName: Name  # noqa: N815 - AWS's
    typeOfChange: Annotated[str, Field(max_length=100)]  # noqa: N815
    changedTables: list[Name] = Field(default_factory=list, max_length=10_000)  # noqa: N815


class TableDetail(_Foreign):
    """Of ``Glue Data Catalog Table State Change``."""

    databaseName: Name  # noqa: N815
    tableName: Name  # noqa: N815


class JobDetail(_Foreign):
    """Of ``Glue Job State Change``."""

    jobName: Name  # noqa: N815


class Envelope(_Foreign):
    """An event as EventBridge delivers it."""

    id: Annotated[str, Field(min_length=1, max_length=200)]
    source: Annotated[str, Field(max_length=256)]
    detail_type: Annotated[str, Field(alias="detail-type", max_length=128)]
    detail: dict[str, Any]


class Event(Frozen):
    """One event and what it says has changed; nothing when Glueline reads none of it."""

    id: str
    scopes: tuple[Changed, ...] = ()


_ENVELOPE = TypeAdapter(Envelope)


def parse_events(payload: Any) -> list[Event]:
    """One event or a list of them; raises UsageError with one sentence, naming the first bad one.

    Events of other services, of other kinds, and of databases that are gone are no error: they
    have no scopes.
    """
    events = payload if isinstance(payload, list) else [payload]
    if len(events) > EVENTS_AT_ONCE:
        raise UsageError(f"too many events at once: {len(events):,} of at most {EVENTS_AT_ONCE:,}")
    return [_event(number, event) for number, event in enumerate(events)]


def changed(events: Iterable[Event]) -> dict[Changed, list[str]]:
    """What to read again, each thing once, with the ids of the events that say so."""
    told: dict[Changed, list[str]] = {}
    for event in events:
        for scope in event.scopes:
            told.setdefault(scope, []).append(event.id)
    tables: dict[str, list[TableScope]] = {}
    for scope in told:
        if isinstance(scope, TableScope):
            tables.setdefault(scope.database, []).append(scope)
    for database, several in tables.items():
        whole = DatabaseScope(name=database)
        if whole in told or len(several) > TABLES_AT_ONCE:
            ids = [id_ for scope in several for id_ in told.pop(scope)]
            told[whole] = list(dict.fromkeys([*told.get(whole, ()), *ids]))
    return told


def _event(number: int, payload: Any) -> Event:
    try:
        envelope = _ENVELOPE.validate_python(payload)
        scopes = _scopes(envelope) if envelope.source == "aws.glue" else ()
    except ValidationError as error:
        raise UsageError(f"event {number} is none of EventBridge: {first_problem(error)}") from None
    return Event(id=envelope.id, scopes=scopes)


def _scopes(envelope: Envelope) -> tuple[Changed, ...]:
    detail: Mapping[str, Any] = envelope.detail
    match envelope.detail_type:
        case "Glue Data Catalog Database State Change":
            return _of_database(DatabaseDetail.model_validate(detail))
        case "Glue Data Catalog Table State Change":
            table = TableDetail.model_validate(detail)
            return (TableScope(database=table.databaseName, name=table.tableName),)
        case "Glue Job State Change":
            return (JobScope(name=JobDetail.model_validate(detail).jobName),)
    return ()


def _of_database(detail: DatabaseDetail) -> tuple[Changed, ...]:
    if detail.changedTables:
        names = dict.fromkeys(detail.changedTables)
        return tuple(TableScope(database=detail.databaseName, name=name) for name in names)
    if detail.typeOfChange == "DeleteDatabase":
        return ()  # only a listing of the databases proves it: the next scheduled run's
    return (DatabaseScope(name=detail.databaseName),)
