"""Parse one definition, and explain its first error."""

from difflib import get_close_matches
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from glueline_simulator.catalogue.models import (
    CatalogueFile,
    ColumnEntry,
    ConnectionEntry,
    DatabaseEntry,
    GrantEntry,
    JobEntry,
    LinkEntry,
    PartitionEntry,
    RawDefinition,
    TableEntry,
    ViewEntry,
)
from glueline_simulator.errors import UsageError

_ENTRIES = (
    CatalogueFile,
    ColumnEntry,
    ConnectionEntry,
    DatabaseEntry,
    GrantEntry,
    JobEntry,
    LinkEntry,
    PartitionEntry,
    TableEntry,
    ViewEntry,
)
_FIELDS = sorted({name for model in _ENTRIES for name in model.model_fields})

_EntryT = TypeVar("_EntryT", bound=BaseModel)


def parse_database(body: RawDefinition, name: str) -> DatabaseEntry:
    """Parse a database from JSON; raises `UsageError`."""
    return _parse(DatabaseEntry, body, f"database {name}")


def parse_table(body: RawDefinition, name: str) -> TableEntry:
    """Parse a table from JSON; raises `UsageError`."""
    return _parse(TableEntry, body, f"table {name}")


def parse_job(body: RawDefinition, name: str) -> JobEntry:
    """Parse a job from JSON; raises `UsageError`."""
    return _parse(JobEntry, body, f"job {name}")


def explain_error(error: ValidationError) -> tuple[list[str | int], str]:
    """Return the place of the first error, and a message with the remedy."""
    first = error.errors()[0]
    place = list(first["loc"])
    message = first["msg"].removeprefix("Value error, ")
    if first["type"] == "extra_forbidden":
        alike = get_close_matches(f"{place[-1]}", _FIELDS, 1)
        hint = f"; did you mean {alike[0]!r}?" if alike else ""
        return place, f"unknown field {place[-1]!r}{hint}"
    if not first["msg"].startswith("Value error"):
        message = f"{message[0].lower()}{message[1:]}, not {first['input']!r:.60}"
    return place, message


def _parse(model: type[_EntryT], body: RawDefinition, what: str) -> _EntryT:
    try:
        return model.model_validate(body)
    except ValidationError as error:
        place, message = explain_error(error)
        where = ".".join(str(part) for part in place)
        text = f"{what}: {where}: {message}" if where else f"{what}: {message}"
        raise UsageError(text) from None
