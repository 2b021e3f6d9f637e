"""The columns of the tables that a job reads, so that its lineage can name columns.

A job that selects everything from a table says nothing of columns; the table does. Each table is
read once for a run and worker process, and one that may not be read leaves the job's lineage
without those columns.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable

from glueline.contract.errors import Retryable
from glueline.contract.lineage import Dataset
from glueline_worker.aws.errors import AwsError, AwsNotFound
from glueline_worker.catalog.tables import table_record
from glueline_worker.lineage.graph import is_catalog_table
from glueline_worker.units.context import UnitContext

TABLES_A_JOB = 50
REMEMBERED = 5_000
"""Tables whose columns a worker process keeps."""

Columns = tuple[str, ...]
_known: OrderedDict[tuple[str, str, str], Columns | None] = OrderedDict()


async def schemas_of(datasets: Iterable[Dataset], context: UnitContext) -> dict[str, Columns]:
    """The columns by ``database/table`` of the catalog tables among ``datasets``."""
    names = [d.name.removeprefix("table/") for d in datasets if _is_readable(d, context)]
    names = names[:TABLES_A_JOB]
    found = await asyncio.gather(*(_columns(name, context) for name in names))
    return {name: columns for name, columns in zip(names, found, strict=True) if columns}


def _is_readable(dataset: Dataset, context: UnitContext) -> bool:
    here = f":{context.connection.region}:{context.connection.catalog_id}"
    known = "{" not in dataset.name and dataset.name.count("/") == 2  # noqa: PLR2004
    return is_catalog_table(dataset) and known and dataset.namespace.endswith(here)


async def _columns(name: str, context: UnitContext) -> Columns | None:
    key = (context.run.run_id, context.run.source, name)
    if key not in _known:
        _known[key] = await _read(name, context)
        if len(_known) > REMEMBERED:
            _known.popitem(last=False)
    return _known.get(key)


async def _read(name: str, context: UnitContext) -> Columns | None:
    database, table = name.split("/")
    try:
        answer = await context.glue.table(database, table)
    except AwsNotFound:
        return None  # a job may name a table that is long gone
    except AwsError as error:
        if isinstance(error, Retryable) and not context.last_attempt:
            raise
        context.warnings.append(f"the columns of {database}.{table} could not be read: {error}")
        return None
    record = table_record(
        answer,
        source=context.run.source,
        region=context.connection.region,
        database_name=database,
    )
    return tuple(column.name for column in (*record.columns, *record.partition_keys))
