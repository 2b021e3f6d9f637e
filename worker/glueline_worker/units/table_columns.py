"""The columns of the tables that a job reads, so that its lineage can name columns.

A job that selects everything from a table says nothing of columns; the table does. Each table is
read once for a run and worker process, and one that may not be read leaves the job's lineage
without those columns.
"""

import asyncio
import re
from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote, unquote

from glueline.contract.errors import Retryable
from glueline.contract.lineage import Dataset
from glueline_worker.aws.errors import AwsError, AwsNotFound
from glueline_worker.catalog.record_origin import RecordOrigin
from glueline_worker.catalog.tables import make_table_record
from glueline_worker.lineage.graph.collapse import is_catalog_table
from glueline_worker.units.context import UnitContext

TABLES_A_JOB = 50
REMEMBERED = 5_000
"""Tables whose columns a worker process keeps."""
NAMES_A_CALL = 40
"""Names in one expression of GetTables, which takes 2048 characters."""
_PLAIN = re.compile(r"[a-z0-9_]{1,50}")

Columns = tuple[str, ...]


class LookedUp(NamedTuple):
    """What the catalogue says of tables."""

    columns: dict[str, Columns]
    """By ``database/table``; none for a table that does not exist."""
    unknown: frozenset[str]
    """Tables of which it did not say whether they exist."""


class _Known(NamedTuple):
    columns: Columns
    is_answered: bool = True


_known: OrderedDict[tuple[str, str, str], _Known] = OrderedDict()


def tables_read(datasets: Iterable[Dataset], context: UnitContext) -> tuple[str, ...]:
    """Those among ``datasets`` whose columns can be asked for, as ``database/table``."""
    names = [d.name.removeprefix("table/") for d in datasets if _is_readable(d, context)]
    found = tuple(dict.fromkeys(names))
    if (more := len(found) - TABLES_A_JOB) > 0:
        context.warnings.append(
            f"the columns of {more:,} of {len(found):,} tables that one job reads are not asked for"
        )
    return found[:TABLES_A_JOB]


def as_inputs(names: Iterable[str]) -> tuple[str, ...]:
    """``database/table`` in ASCII: a script may name what a sink cannot store, as NUL."""
    return tuple(quote(name, safe="/", errors="surrogatepass") for name in names)


def of_inputs(inputs: Iterable[str]) -> list[str]:
    """The names that `as_inputs` made ``inputs`` of."""
    return [unquote(one, errors="surrogatepass") for one in inputs]


async def columns_of(names: Sequence[str], context: UnitContext) -> dict[str, Columns]:
    """The columns by ``database/table``, none for a table that is not told.

    A table is left out when the failure to read it may pass.
    """
    return (await look_up(names, context)).columns


async def look_up(names: Sequence[str], context: UnitContext) -> LookedUp:
    """Ask for tables that may not exist, the first ``TABLES_A_JOB`` of them."""
    asked = names[:TABLES_A_JOB]
    found = await asyncio.gather(*(_known_of(name, context) for name in asked))
    known = {name: one for name, one in zip(asked, found, strict=True) if one is not None}
    answered = {name for name, one in known.items() if one.is_answered}
    columns = {name: one.columns for name, one in known.items()}
    return LookedUp(columns, frozenset(names) - answered)


async def learn(names: Iterable[str], context: UnitContext) -> None:
    """Read the columns of many tables with few calls; what is not told is left to `columns_of`."""
    databases: defaultdict[str, list[str]] = defaultdict(list)
    for name in dict.fromkeys(names):
        database, table = name.split("/")
        if _key(name, context) not in _known and _PLAIN.fullmatch(table):
            databases[database].append(table)
    await asyncio.gather(
        *(
            _learn(database, tables[start : start + NAMES_A_CALL], context)
            for database, tables in databases.items()
            for start in range(0, len(tables), NAMES_A_CALL)
        )
    )


def _is_readable(dataset: Dataset, context: UnitContext) -> bool:
    here = f":{context.at.region}:{context.at.catalog_id}"
    known = "{" not in dataset.name and dataset.name.count("/") == 2  # noqa: PLR2004
    return is_catalog_table(dataset) and known and dataset.namespace.endswith(here)


async def _learn(database: str, tables: Sequence[str], context: UnitContext) -> None:
    left = set(tables)
    try:
        async for page in context.glue.tables(database, expression="|".join(tables)):
            for answer in page.items:
                if (table := answer.get("Name")) in left:
                    left.remove(table)
                    name = f"{database}/{table}"
                    _remember(name, _Known(_columns_in(answer, name, context)), context)
            if not left:
                return
    except AwsError:
        return


async def _known_of(name: str, context: UnitContext) -> _Known | None:
    key = _key(name, context)
    if key not in _known:
        read = await _read(name, context)
        if read is not None:
            _remember(name, read, context)
        return read
    return _known[key]


async def _read(name: str, context: UnitContext) -> _Known | None:
    database, table = name.split("/")
    try:
        answer = await context.glue.table(database, table)
    except AwsNotFound:
        return _Known(())  # a job may name a table that is long gone
    except AwsError as error:
        if isinstance(error, Retryable) and not context.last_attempt:
            raise
        context.warnings.append(f"the columns of {database}.{table} could not be read: {error}")
        return None if isinstance(error, Retryable) else _Known((), is_answered=False)
    return _Known(_columns_in(answer, name, context))


def _columns_in(answer: Mapping[str, Any], name: str, context: UnitContext) -> Columns:
    record = make_table_record(
        answer,
        RecordOrigin(context.run.source, context.at.region),
        database_name=name.split("/", maxsplit=1)[0],
    )
    return tuple(column.name for column in (*record.columns, *record.partition_keys))


def _remember(name: str, known: _Known, context: UnitContext) -> None:
    _known[_key(name, context)] = known
    if len(_known) > REMEMBERED:
        _known.popitem(last=False)


def _key(name: str, context: UnitContext) -> tuple[str, str, str]:
    return context.run.run_id, context.run.source, name
