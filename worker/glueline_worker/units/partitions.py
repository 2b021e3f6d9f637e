"""``partitions/<database>/<table>``: the partitions of one table, or how many there are."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from glueline.contract.errors import Retryable
from glueline.contract.messages import PartitionsUnit
from glueline.contract.records import PartitionRecord, PartitionSummaryRecord
from glueline_worker.aws.errors import AwsError, AwsNotFound
from glueline_worker.aws.glue import SEGMENTS, Page
from glueline_worker.catalog.content_hash import with_content_hash
from glueline_worker.catalog.data_locations import is_projected
from glueline_worker.catalog.partitions import make_partition_record
from glueline_worker.catalog.values import to_parameters
from glueline_worker.units.context import UnitContext
from glueline_worker.units.cooperate import in_turns


async def extract_partitions(unit: PartitionsUnit, context: UnitContext) -> None:
    """Read the partitions; a table with more than a page of them in parallel segments."""
    try:
        count, is_complete = await _read(unit, context)
    except AwsNotFound:
        context.warnings.append(f"table {unit.database}.{unit.table} was deleted while it was read")
        return
    if not count and await _is_projected(unit, context):
        context.warnings.append(
            f"table {unit.database}.{unit.table} has projected partitions, which are not in the "
            "catalogue: they are not counted"
        )
        if is_complete:
            context.listings.append(unit.unit_id)  # an older count of them is gone
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
    await context.write([(with_content_hash(summary), (unit.keys, count))])
    if context.options.partitions == "all" and is_complete:
        context.listings.append(unit.unit_id)


async def _is_projected(unit: PartitionsUnit, context: UnitContext) -> bool:
    """Whether the table's parameters say so; one call for each table without any partition."""
    try:
        answer = await context.glue.table(unit.database, unit.table)
    except AwsError as error:
        if isinstance(error, Retryable) and not context.last_attempt:
            raise
        context.warnings.append(
            f"whether the partitions of {unit.database}.{unit.table}, of which the catalogue has "
            f"none, are projected could not be read: {error}"
        )
        return False
    return is_projected(to_parameters(answer.get("Parameters")))


async def _read(unit: PartitionsUnit, context: UnitContext) -> tuple[int, bool]:
    """How many partitions there are, and whether the listing was complete."""
    async for first in _pages(unit, context):
        if first.token is None:
            return await _take(first, unit, context), not first.nulls
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
    counts = [task.result() for task in tasks]
    return sum(count for count, _ in counts), all(is_complete for _, is_complete in counts)


async def _segment(unit: PartitionsUnit, context: UnitContext, segment: int) -> tuple[int, bool]:
    count, nulls = 0, 0
    async for page in _pages(unit, context, segment):
        count += await _take(page, unit, context)
        nulls += page.nulls
    return count, not nulls


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
    record = make_partition_record(
        answer, context.origin, database_name=unit.database, table_name=unit.table
    )
    return context.placed(record)
