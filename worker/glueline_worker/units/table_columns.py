"""The columns of the tables that a job or view reads and writes, for lineage with columns.

A job that selects everything from a table names no columns; the table does. Each table is read
once for a run and worker process, many of a database with one call, and those of a listing come
with it. Lineage goes without the columns of a table that may not be read.
"""

import asyncio
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote, unquote

from glueline.contract.errors import Retryable
from glueline.contract.lineage import Dataset
from glueline_worker.aws.errors import AwsError, AwsNotFound
from glueline_worker.catalog.common_fields import read_link
from glueline_worker.catalog.listed import ListedTable
from glueline_worker.catalog.values import AnswerReader
from glueline_worker.lineage.schemas import (
    MOST_NAMES_A_READING,
    TableSchema,
    count_names,
    is_catalog_table,
)
from glueline_worker.units.column_cache import CachedColumns
from glueline_worker.units.context import UnitContext
from glueline_worker.units.table_schema import read_table_schema

MOST_TABLES = 200
"""Tables whose columns one job or view is read with."""
_NAMES_A_CALL = 40
_EXPRESSION_LENGTH = 2048
"""The most that GetTables takes."""
_PLAIN_NAME = re.compile(r"[a-z0-9_-]{1,255}")


class TableLookup(NamedTuple):
    """The answers of the catalogue about tables."""

    schemas: dict[str, TableSchema]
    """By ``database/table``; empty for a table that does not exist or may not be read. A table is
    left out when the failure to read it may pass."""
    unknown: frozenset[str]
    """Tables that may exist or not: the catalogue did not say."""


def select_readable_tables(datasets: Iterable[Dataset], context: UnitContext) -> tuple[str, ...]:
    """Return those of ``datasets`` whose columns can be asked for, as ``database/table``."""
    names = [d.name.removeprefix("table/") for d in datasets if _is_readable(d, context)]
    return tuple(dict.fromkeys(names))


def warn_of_limit(count: int, who: str, context: UnitContext) -> None:
    """Warn about the tables that ``who`` uses beyond ``MOST_TABLES``."""
    if (more := count - MOST_TABLES) > 0:
        context.warnings.append(
            f"{who} uses {count:,} tables; the columns of {more:,} of them are not asked for"
        )


def encode_table_names(names: Iterable[str]) -> tuple[str, ...]:
    """Write ``database/table`` in ASCII: a script may use a NUL, which no sink can store."""
    return tuple(quote(name, safe="/", errors="surrogatepass") for name in names)


def decode_table_names(encoded: Iterable[str]) -> list[str]:
    """Undo ``encode_table_names``."""
    return [unquote(name, errors="surrogatepass") for name in encoded]


async def look_up_tables(names: Sequence[str], context: UnitContext) -> TableLookup:
    """Ask for tables that may not exist, several of one database with one call."""
    await _prefetch(names, context, at_least=2)
    found = await asyncio.gather(*(_find_table(name, context) for name in names))
    tables = {name: table for name, table in zip(names, found, strict=True) if table is not None}
    answered = {name for name, table in tables.items() if table.is_answered}
    schemas = {name: table.schema for name, table in tables.items()}
    return TableLookup(_bound(schemas, context), frozenset(names) - answered)


async def prefetch_columns(names: Iterable[str], context: UnitContext) -> None:
    """Read the columns of many tables with few calls; leave the rest to ``look_up_tables``."""
    await _prefetch(names, context, at_least=1)


def remember_listed_tables(
    tables: Sequence[ListedTable], database: str, context: UnitContext
) -> None:
    """Keep the columns of tables that a listing shows anyway."""
    for table in tables:
        if "/" in table.name or "/" in database:
            continue
        name = f"{database}/{table.name}".lower()
        if plain := table.find_plain_columns():
            context.column_cache.put_plain(
                context.run.run_id, context.run.source, name, plain.names_and_types
            )
            continue
        answer = table.decode()
        if not isinstance(answer.get("Name"), str):
            continue
        schema = read_table_schema(answer)
        if schema or not answer.get("TargetTable"):  # that of a link is its target's
            _cache(name, CachedColumns(schema), context)


async def _prefetch(names: Iterable[str], context: UnitContext, *, at_least: int) -> None:
    """Ask for the tables of each database that lacks ``at_least`` so many."""
    databases: defaultdict[str, list[str]] = defaultdict(list)
    for name in dict.fromkeys(names):
        database, table = name.split("/")
        if not _is_cached(name, context) and _PLAIN_NAME.fullmatch(table):
            databases[database].append(table)
    await asyncio.gather(
        *(
            _prefetch_tables(database, batch, context)
            for database, tables in databases.items()
            if len(tables) >= at_least
            for batch in _split(tables)
        )
    )


def _split(tables: Iterable[str]) -> Iterator[list[str]]:
    """Split names into batches whose expressions GetTables takes."""
    batch: list[str] = []
    length = 0
    for table in tables:
        if batch and (len(batch) == _NAMES_A_CALL or length + len(table) + 1 > _EXPRESSION_LENGTH):
            yield batch
            batch, length = [], 0
        batch.append(table)
        length += len(table) + 1
    if batch:
        yield batch


def _is_readable(dataset: Dataset, context: UnitContext) -> bool:
    here = f":{context.at.region}:{context.at.catalog_id}"
    known = "{" not in dataset.name and dataset.name.count("/") == 2  # noqa: PLR2004
    return is_catalog_table(dataset) and known and dataset.namespace.endswith(here)


async def _prefetch_tables(database: str, tables: Sequence[str], context: UnitContext) -> None:
    left = set(tables)
    try:
        async for page in context.glue.list_tables(database, expression="|".join(tables)):
            for table in page.items:
                if table.name in left:
                    left.remove(table.name)
                    await _cache_answer(f"{database}/{table.name}", table.decode(), context)
                elif table.name not in tables:
                    return  # the endpoint ignores expressions, and the database may be long
            if not left:
                return
    except AwsError:
        return


async def _find_table(name: str, context: UnitContext) -> CachedColumns | None:
    return _get_cached(name, context) or await _read_table(name, context)


async def _read_table(
    name: str, context: UnitContext, *, follow: bool = True
) -> CachedColumns | None:
    database, table = name.split("/")
    try:
        answer = await context.glue.read_table(database, table)
    except AwsNotFound:
        found = CachedColumns({})  # a job may name a table that is long gone
        _cache(name, found, context)
        return found
    except AwsError as error:
        if isinstance(error, Retryable) and not context.last_attempt:
            raise
        context.warnings.append(f"the columns of {database}.{table} could not be read: {error}")
        if isinstance(error, Retryable):
            return None
        found = CachedColumns({}, is_answered=False)
        _cache(name, found, context)
        return found
    return await _cache_answer(name, answer.decode(), context, follow=follow)


async def _cache_answer(
    name: str, answer: Mapping[str, Any], context: UnitContext, *, follow: bool = True
) -> CachedColumns:
    """Keep the columns in an answer; a link without columns has those of its target."""
    found = CachedColumns(read_table_schema(answer))
    if follow and not found.schema and (target := _find_target(answer, context)) not in {"", name}:
        known = _get_cached(target, context) or await _read_table(target, context, follow=False)
        if known is None:
            return found
        found = CachedColumns(known.schema)
    _cache(name, found, context)
    return found


def _find_target(answer: Mapping[str, Any], context: UnitContext) -> str:
    """Return the table of the same catalogue that a resource link leads to; else ""."""
    link = read_link(AnswerReader(answer), "TargetTable")
    if link is None or not link.database or not link.table:
        return ""
    is_here = link.catalog_id in {None, context.at.catalog_id}
    is_here = is_here and link.region in {None, context.at.region}
    name = f"{link.database}/{link.table}".lower()
    return name if is_here and name.count("/") == 1 else ""


def _bound(schemas: dict[str, TableSchema], context: UnitContext) -> dict[str, TableSchema]:
    """Empty the schemas that are too much for one reading, with a warning."""
    left = MOST_NAMES_A_READING
    without = 0
    for name, schema in schemas.items():
        left -= count_names(schema)
        if left < 0:
            schemas[name] = {}
            without += 1
    if without:
        context.warnings.append(
            f"the columns of {without:,} of {len(schemas):,} tables are left out: together they "
            f"are more than {MOST_NAMES_A_READING:,}"
        )
    return schemas


def _is_cached(name: str, context: UnitContext) -> bool:
    return (context.run.run_id, context.run.source, name) in context.column_cache


def _get_cached(name: str, context: UnitContext) -> CachedColumns | None:
    return context.column_cache.get(context.run.run_id, context.run.source, name)


def _cache(name: str, columns: CachedColumns, context: UnitContext) -> None:
    context.column_cache.put(context.run.run_id, context.run.source, name, columns)
