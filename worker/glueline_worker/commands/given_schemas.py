"""The columns of tables for ``glueline inspect``: from a JSON file, or from a SQL sink."""

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from glueline.contract.errors import UsageError
from glueline.contract.records import Column
from glueline_worker.catalog.columns import make_column
from glueline_worker.commands.inspect_files import read_regular_file
from glueline_worker.lineage.schemas import MOST_NAMES, TableSchema, make_table_schema

if TYPE_CHECKING:
    from sqlalchemy import Connection

FindSchemas = Callable[[Iterable[str]], dict[str, TableSchema]]
"""Returns the columns of tables, given as ``database/table`` in lower case."""

_MOST_BYTES = 256 * 1024 * 1024
_MOST_SHOWN = 200
_PARTS = 2
_NAMES_A_QUERY = 500
_COLUMNS = TypeAdapter(tuple[Column, ...])


def make_schema_finder(
    file: Path | None, sink: str | None, region: str | None, account: str | None
) -> FindSchemas | None:
    """Return a function that finds schemas in ``file`` or, where it has none, in ``sink``.

    ``region`` and ``account`` choose among the tables of a sink that holds several catalogues.
    None without file and sink. Raises UsageError for a file that is no schema.
    """
    if file is None and sink is None:
        return None
    of_file = read_schema_file(file) if file else {}

    def find(names: Iterable[str]) -> dict[str, TableSchema]:
        wanted = dict.fromkeys(names)
        found = {name: of_file[name] for name in wanted if name in of_file}
        if sink is not None and (left := [name for name in wanted if name not in found]):
            found |= read_sink_schemas(sink, left, region, account)
        return found

    return find


def read_schema_file(file: Path) -> dict[str, TableSchema]:
    """Read ``{"database.table": ["column", {"name": …, "type": …}, …]}``.

    The columns may also be ``{"column": "type"}``. A table without a database is one of
    ``default``. Raises UsageError with the place of the first mistake.
    """
    document = _read_json(file)
    if not isinstance(document, dict):
        raise UsageError(f"{file}: a JSON object of tables was expected, not {_kind(document)}")
    found: dict[str, TableSchema] = {}
    for key, columns in document.items():
        where = f"{file}: table {_clip(key)!r}"
        name = _split_name(key, where)
        if name in found:
            raise UsageError(f"{where} stands there twice, written in two ways")
        found[name] = make_table_schema(_read_columns(columns, where))
    return found


def _split_name(key: str, where: str) -> str:
    """Return ``database/table`` in lower case, for a name with dots or a slash."""
    parts = key.lower().split("/") if "/" in key else key.lower().rsplit(".", 1)
    if len(parts) == 1:
        parts = ["default", *parts]
    if len(parts) != _PARTS or not all(parts):
        raise UsageError(f"{where} is no name of the form database.table or database/table")
    return "/".join(parts)


def _read_columns(columns: Any, where: str) -> list[Column]:
    if isinstance(columns, dict):
        columns = [{"name": name, "type": of_type} for name, of_type in columns.items()]
    if not isinstance(columns, list):
        raise UsageError(f"{where}: a list of columns was expected, not {_kind(columns)}")
    if len(columns) > MOST_NAMES:
        raise UsageError(f"{where} has more than {MOST_NAMES:,} columns")
    found: dict[str, Column] = {}
    for number, entry in enumerate(columns, start=1):
        column = _read_column(entry, f"{where}, column {number}")
        if column.name.lower() in found:
            raise UsageError(f"{where} has the column {_clip(column.name)!r} twice")
        found[column.name.lower()] = column
    return list(found.values())


def _read_column(entry: Any, where: str) -> Column:
    given = {"name": entry} if isinstance(entry, str) else entry
    if not isinstance(given, dict):
        raise UsageError(f"{where}: a name, or an object with name and type, was expected")
    name, of_type = given.get("name"), given.get("type")
    if not isinstance(name, str) or not name:
        raise UsageError(f"{where} has no name")
    if not isinstance(of_type, str | None):
        name = _clip(name)
        raise UsageError(f"{where}: the type of {name!r} is no text such as 'array<string>'")
    return make_column(name, of_type or "string")


def _read_json(file: Path) -> Any:
    data = read_regular_file(file, _MOST_BYTES)
    try:
        return json.loads(data, object_pairs_hook=_make_object)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{file} is no JSON: {_clip(str(error))}") from None


def _make_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"{twice!r} stands twice in one object")
    return made


def _clip(text: str) -> str:
    """Return the start of a text that may be as long as its file."""
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}…"


def _kind(value: Any) -> str:
    kinds = {dict: "an object", list: "a list", str: "a text", bool: "a truth value"}
    return "null" if value is None else kinds.get(type(value), "a number")


def read_sink_schemas(
    url: str, names: Iterable[str], region: str | None = None, account: str | None = None
) -> dict[str, TableSchema]:
    """Read the columns that a SQL sink holds of tables, and change nothing.

    A table that several catalogues have with different columns is left out.
    """
    wanted = sorted(set(names))
    found = asyncio.run(
        _read_sink(url, lambda connection: _select_schemas(connection, wanted, region, account))
    )
    return {name: schema for name, schema in found.items() if schema}


async def _read_sink(
    url: str, query: "Callable[[Connection], dict[str, TableSchema]]"
) -> dict[str, TableSchema]:
    from glueline_worker.sinks.registry import parse_sink  # noqa: PLC0415 - SQLAlchemy takes a while
    from glueline_worker.sinks.sql.sink import SqlSink  # noqa: PLC0415

    sink = parse_sink(url)
    if not isinstance(sink, SqlSink):
        raise UsageError(f"{sink.name} is no SQL sink; columns are read from SQLite or PostgreSQL")
    try:
        return await sink.read(query)
    finally:
        await sink.close()


def _select_schemas(
    connection: "Connection", names: list[str], region: str | None, account: str | None
) -> dict[str, TableSchema]:
    from sqlalchemy import select  # noqa: PLC0415

    from glueline_worker.sinks.sql.schema.tables import TABLES  # noqa: PLC0415

    wanted, columns = set(names), TABLES.c
    tables = sorted({name.partition("/")[2] for name in names})
    places = [columns.region == region] if region else []
    places += [columns.catalog_id == account] if account else []
    found: dict[str, TableSchema] = {}
    for start in range(0, len(tables), _NAMES_A_QUERY):
        batch = tables[start : start + _NAMES_A_QUERY]
        query = select(
            columns.database_name,
            columns.name,
            columns.record["columns"],
            columns.record["partition_keys"],
        ).where(columns.deleted_at.is_(None), columns.name.in_(batch), *places)
        for database, table, own, keys in connection.execute(query):
            name = f"{database}/{table}".lower()
            schema = _make_schema(own, keys)
            if name in wanted and schema:
                found[name] = schema if found.get(name, schema) == schema else {}
    return found


def _make_schema(own: Any, keys: Any) -> Mapping[str, Any]:
    try:
        return make_table_schema(_COLUMNS.validate_python([*(own or ()), *(keys or ())]))
    except ValidationError:  # the record of another version
        return {}
