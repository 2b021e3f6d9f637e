"""The columns of the tables that a job or view reads, so that its lineage can name columns.

A job that selects everything from a table names no columns; the table does. Each table is read
once for a run and worker process. The lineage of a job goes without the columns of a table that
may not be read.
"""

import asyncio
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote, unquote

from glueline.contract.errors import Retryable
from glueline.contract.lineage import Dataset
from glueline_worker.aws.errors import AwsError, AwsNotFound
from glueline_worker.catalog.record_origin import RecordOrigin
from glueline_worker.catalog.tables import make_table_record
from glueline_worker.lineage.graph.collapse import is_catalog_table
from glueline_worker.units.column_cache import CachedColumns, ColumnNames
from glueline_worker.units.context import UnitContext

_TABLES_A_JOB = 50
_NAMES_A_CALL = 40
"""Names in one expression of GetTables, which takes 2048 characters."""
_PLAIN_NAME = re.compile(r"[a-z0-9_]{1,50}")


class TableLookup(NamedTuple):
    """The answers of the catalogue about tables."""

    columns: dict[str, ColumnNames]
    """By ``database/table``; none for a table that does not exist."""
    unknown: frozenset[str]
    """Tables that may exist or not: the catalogue did not say."""


def select_readable_tables(datasets: Iterable[Dataset], context: UnitContext) -> tuple[str, ...]:
    """Return those of ``datasets`` whose columns can be asked for, as ``database/table``."""
    names = [d.name.removeprefix("table/") for d in datasets if _is_readable(d, context)]
    found = tuple(dict.fromkeys(names))
    if (more := len(found) - _TABLES_A_JOB) > 0:
        context.warnings.append(
            f"the columns of {more:,} of {len(found):,} tables that one job reads are not asked for"
        )
    return found[:_TABLES_A_JOB]


def encode_table_names(names: Iterable[str]) -> tuple[str, ...]:
    """Write ``database/table`` in ASCII: a script may use a NUL, which no sink can store."""
    return tuple(quote(name, safe="/", errors="surrogatepass") for name in names)


def decode_table_names(encoded: Iterable[str]) -> list[str]:
    """Undo ``encode_table_names``."""
    return [unquote(name, errors="surrogatepass") for name in encoded]


async def find_columns(names: Sequence[str], context: UnitContext) -> dict[str, ColumnNames]:
    """Return the columns by ``database/table``, none for a table that cannot be read.

    A table is left out when the failure to read it may pass.
    """
    return (await look_up_tables(names, context)).columns


async def look_up_tables(names: Sequence[str], context: UnitContext) -> TableLookup:
    """Ask for tables that may not exist, at most 50 of them."""
    first = names[:_TABLES_A_JOB]
    found = await asyncio.gather(*(_find_table(name, context) for name in first))
    tables = {name: table for name, table in zip(first, found, strict=True) if table is not None}
    answered = {name for name, table in tables.items() if table.is_answered}
    columns = {name: table.columns for name, table in tables.items()}
    return TableLookup(columns, frozenset(names) - answered)


async def prefetch_columns(names: Iterable[str], context: UnitContext) -> None:
    """Read the columns of many tables with few calls; leave the rest to ``find_columns``."""
    databases: defaultdict[str, list[str]] = defaultdict(list)
    for name in dict.fromkeys(names):
        database, table = name.split("/")
        if _get_cached(name, context) is None and _PLAIN_NAME.fullmatch(table):
            databases[database].append(table)
    await asyncio.gather(
        *(
            _prefetch_tables(database, tables[start : start + _NAMES_A_CALL], context)
            for database, tables in databases.items()
            for start in range(0, len(tables), _NAMES_A_CALL)
        )
    )


def _is_readable(dataset: Dataset, context: UnitContext) -> bool:
    here = f":{context.at.region}:{context.at.catalog_id}"
    known = "{" not in dataset.name and dataset.name.count("/") == 2  # noqa: PLR2004
    return is_catalog_table(dataset) and known and dataset.namespace.endswith(here)


async def _prefetch_tables(database: str, tables: Sequence[str], context: UnitContext) -> None:
    left = set(tables)
    try:
        async for page in context.glue.list_tables(database, expression="|".join(tables)):
            for answer in page.items:
                if (table := answer.get("Name")) in left:
                    left.remove(table)
                    name = f"{database}/{table}"
                    _cache(name, CachedColumns(_list_columns(answer, name, context)), context)
            if not left:
                return
    except AwsError:
        return


async def _find_table(name: str, context: UnitContext) -> CachedColumns | None:
    known = _get_cached(name, context)
    if known is None:
        known = await _read_table(name, context)
        if known is not None:
            _cache(name, known, context)
    return known


async def _read_table(name: str, context: UnitContext) -> CachedColumns | None:
    database, table = name.split("/")
    try:
        answer = await context.glue.read_table(database, table)
    except AwsNotFound:
        return CachedColumns(())  # a job may name a table that is long gone
    except AwsError as error:
        if isinstance(error, Retryable) and not context.last_attempt:
            raise
        context.warnings.append(f"the columns of {database}.{table} could not be read: {error}")
        return None if isinstance(error, Retryable) else CachedColumns((), is_answered=False)
    return CachedColumns(_list_columns(answer, name, context))


def _list_columns(answer: Mapping[str, Any], name: str, context: UnitContext) -> ColumnNames:
    origin = RecordOrigin(context.run.source, context.at.region)
    record = make_table_record(answer, origin, database_name=name.split("/", maxsplit=1)[0])
    return tuple(column.name for column in (*record.columns, *record.partition_keys))


def _get_cached(name: str, context: UnitContext) -> CachedColumns | None:
    return context.column_cache.get(context.run.run_id, context.run.source, name)


def _cache(name: str, columns: CachedColumns, context: UnitContext) -> None:
    context.column_cache.put(context.run.run_id, context.run.source, name, columns)
