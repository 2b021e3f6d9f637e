"""Parse one definition, and say what is wrong with one that cannot be parsed."""

from difflib import get_close_matches
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from glueline_simulator.catalogue.models import (
    CatalogueFile,
    Column,
    Connection,
    Database,
    Grant,
    Job,
    Link,
    Partition,
    Raw,
    Table,
    View,
)
from glueline_simulator.errors import UsageError

_MODELS = (CatalogueFile, Column, Connection, Database, Grant, Job, Link, Partition, Table, View)
_FIELDS = sorted({name for model in _MODELS for name in model.model_fields})

M = TypeVar("M", bound=BaseModel)


def parse_database(body: Raw, name: str) -> Database:
    """A database from JSON; raises `UsageError`."""
    return _parse(Database, body, f"database {name}")


def parse_table(body: Raw, name: str) -> Table:
    """A table from JSON; raises `UsageError`."""
    return _parse(Table, body, f"table {name}")


def parse_job(body: Raw, name: str) -> Job:
    """A job from JSON; raises `UsageError`."""
    return _parse(Job, body, f"job {name}")


def explain(error: ValidationError) -> tuple[list[str | int], str]:
    """Where the first error is, and what would be right."""
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


def _parse(model: type[M], body: Raw, what: str) -> M:
    try:
        return model.model_validate(body)
    except ValidationError as error:
        place, message = explain(error)
        where = ".".join(str(part) for part in place)
        text = f"{what}: {where}: {message}" if where else f"{what}: {message}"
        raise UsageError(text) from None
