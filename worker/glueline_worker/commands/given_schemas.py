"""The columns of tables for ``glueline inspect``: from a JSON file, or from a SQL sink."""

import asyncio
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from glueline.contract.records import Column
from glueline_worker.commands.schema_file import read_schema_file
from glueline_worker.commands.sql_sinks import read_sql_sink
from glueline_worker.lineage.schemas import TableSchema, make_table_schema

if TYPE_CHECKING:
    from sqlalchemy import Connection

FindSchemas = Callable[[Iterable[str]], dict[str, TableSchema]]
"""Returns the columns of tables, given as ``database/table`` in lower case."""

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


def read_sink_schemas(
    url: str, names: Iterable[str], region: str | None, account: str | None
) -> dict[str, TableSchema]:
    """Read the columns that a SQL sink holds of tables, and change nothing.

    A table that several catalogues have with different columns is left out.
    """
    wanted = sorted(set(names))

    def select(connection: "Connection") -> dict[str, TableSchema]:
        return _select_schemas(connection, wanted, region, account)

    found = asyncio.run(read_sql_sink(url, lambda sink: sink.read(select)))
    return {name: schema for name, schema in found.items() if schema}


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


def _make_schema(own: Any, keys: Any) -> TableSchema:
    try:
        return make_table_schema(_COLUMNS.validate_python([*(own or ()), *(keys or ())]))
    except ValidationError:  # the record of another version
        return {}
