"""The columns of tables for ``glueline inspect``: from a JSON file, or from a SQL sink."""

import asyncio
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import ValidationError

from glueline.contract.records import Column
from glueline.contract.sentences import list_some
from glueline.contract.structs import from_builtins
from glueline_worker.commands.schema_file import read_schema_file
from glueline_worker.commands.sql_sinks import read_sql_sink
from glueline_worker.lineage.schemas import TableSchema, make_table_schema

if TYPE_CHECKING:
    from sqlalchemy import Connection

FindSchemas = Callable[[Iterable[str]], dict[str, TableSchema]]
"""Returns the columns of tables, given as ``database/table`` in lower case."""

_NAMES_A_QUERY = 500
_NAMES_SHOWN = 3


class GivenSchemas:
    """The columns in a file or, where it has none, in a SQL sink.

    ``region`` and ``account`` choose among the tables of a sink that holds several catalogues.
    Raises UsageError for a file that is no schema.
    """

    def __init__(
        self, file: Path | None, sink: str | None, region: str | None, account: str | None
    ) -> None:
        """Read the file, and nothing of the sink yet."""
        self._of_file = read_schema_file(file) if file else {}
        self._sink = sink
        self._place = region, account
        self._given = " and ".join(str(each) for each in (file, sink) if each)
        self._asked: dict[str, None] = {}
        self._has_found = False

    def __call__(self, names: Iterable[str]) -> dict[str, TableSchema]:
        """Return the columns of the tables that have some, given as ``database/table``."""
        wanted = dict.fromkeys(names)
        found = {name: self._of_file[name] for name in wanted if name in self._of_file}
        left = [name for name in wanted if name not in found]
        if self._sink is not None and left:
            found |= read_sink_schemas(self._sink, left, *self._place)
        self._asked |= wanted
        self._has_found |= bool(found)
        return found

    def describe_useless(self) -> str | None:
        """Return a sentence if tables were asked for and none was found: a name may be wrong."""
        if self._has_found or not self._asked:
            return None
        names = list_some([name.replace("/", ".") for name in self._asked], _NAMES_SHOWN)
        return f"no columns of these tables are in {self._given}: {names}"


def make_schema_finder(
    file: Path | None, sink: str | None, region: str | None, account: str | None
) -> GivenSchemas | None:
    """Return the schemas that a person gave, if any."""
    return GivenSchemas(file, sink, region, account) if file or sink is not None else None


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
        return make_table_schema(from_builtins([*(own or ()), *(keys or ())], tuple[Column, ...]))
    except ValidationError:  # the record of another version
        return {}
