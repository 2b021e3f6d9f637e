"""``partitions/<database>/<table>``: the partitions of one table, or how many there are."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from glueline.contract.messages import PartitionsUnit
from glueline.contract.records import PartitionRecord, PartitionSummaryRecord
from glueline_worker.aws.errors import AwsNotFound
from glueline_worker.aws.glue import SEGMENTS, Page
from glueline_worker.catalog.partitions import partition_record
from glueline_worker.catalog.seal import sealed
from glueline_worker.units.context import UnitContext
from glueline_worker.units.turns import in_turns


async def extract_partitions(unit: PartitionsUnit, context: UnitContext) -> None:
    """Read the partitions; a table with more than a page of them in parallel segments."""
    try:
        count = await _read(unit, context)
    except AwsNotFound:
        context.warnings.append(f"table {unit.database}.{unit.table} was deleted while it was read")
        return
    summary = PartitionSummaryRecord(
        source=unit.source,
        region=context.at.region,
        catalog_id=context.at.catalog_id,
        database_name=unit.database,
        table_name=unit.table,
        partition_keys=unit.keys,
        count=count,
    )
    await context.write([(sealed(summary), (unit.keys, count))])
    if context.options.partitions == "all":
        context.listings.append(unit.unit_id)


async def _read(unit: PartitionsUnit, context: UnitContext) -> int:
    async for first in _pages(unit, context):
        if first.token is None:
            return await _take(first, unit, context)
        break
    # More than one page. Segments are listings of their own, so what was read is read again:
    # one call more, and the rest in a tenth of the time.
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(_segment(unit, context, segment)) for segment in range(SEGMENTS)
            ]
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None  # one reason is enough for one unit
    return sum(task.result() for task in tasks)


async def _segment(unit: PartitionsUnit, context: UnitContext, segment: int) -> int:
    return sum([await _take(p, unit, context) async for p in _pages(unit, context, segment)])


async def _take(page: Page, unit: PartitionsUnit, context: UnitContext) -> int:
    count = len(page.items)
    if context.options.partitions == "all":
        pairs = [(_record(each, unit, context), each) async for each in in_turns(page.items)]
        page.items.clear()
        await context.write(pairs)
    return count


def _pages(
    unit: PartitionsUnit, context: UnitContext, segment: int | None = None
) -> AsyncIterator[Page]:
    # The columns of a partition repeat the table's; nobody here reads them.
    return context.glue.partitions(unit.database, unit.table, segment=segment, schema=False)


def _record(answer: dict[str, Any], unit: PartitionsUnit, context: UnitContext) -> PartitionRecord:
    record = partition_record(
        answer,
        source=unit.source,
        region=context.at.region,
        database_name=unit.database,
        table_name=unit.table,
        catalog_id=context.at.catalog_id,
        raw=context.options.raw,
    )
    return context.placed(record)
