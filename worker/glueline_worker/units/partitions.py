"""``partitions/<database>/<table>``: the partitions of one table, or how many there are."""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import quote

from glueline.contract.errors import Retryable
from glueline.contract.messages import PartitionsUnit
from glueline.contract.records import (
    PartitionRecord,
    PartitionSummaryRecord,
    make_values_key,
    record_key,
)
from glueline_worker.aws.errors import AwsError, AwsNotFound
from glueline_worker.aws.glue import SEGMENTS, Page
from glueline_worker.catalog.content_hash import with_content_hash
from glueline_worker.catalog.data_locations import is_projected
from glueline_worker.catalog.listed import ListedPartition
from glueline_worker.catalog.partitions import make_partition_record
from glueline_worker.catalog.values import to_parameters
from glueline_worker.sinks.model import Part
from glueline_worker.units.context import UnitContext
from glueline_worker.units.cooperate import iterate_cooperatively
from glueline_worker.units.fingerprints import make_item_fingerprint


async def extract_partitions(unit: PartitionsUnit, context: UnitContext) -> None:
    """Read the partitions, in parallel segments if there is more than a page of them."""
    try:
        count, is_complete = await _read_partitions(unit, context)
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
    """Ask whether the partitions are projected; a call for each table without any partition."""
    try:
        answer = await context.glue.read_table(unit.database, unit.table)
    except AwsError as error:
        if isinstance(error, Retryable) and not context.last_attempt:
            raise
        context.warnings.append(
            f"the catalogue has no partitions of {unit.database}.{unit.table}, and whether they "
            f"are projected could not be read: {error}"
        )
        return False
    return is_projected(to_parameters(answer.decode().get("Parameters")))


async def _read_partitions(unit: PartitionsUnit, context: UnitContext) -> tuple[int, bool]:
    """Return the number of partitions, and whether the listing was complete."""
    async for first in _list_pages(unit, context):
        if first.token is None:
            return await _write_page(first, unit, context), not first.nulls
        break
    # There is more than one page. Segments are listings of their own, so the first page is read
    # again: one call more, and the rest in a tenth of the time.
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(_read_segment(unit, context, segment))
                for segment in range(SEGMENTS)
            ]
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None  # one reason is enough for one unit
    counts = [task.result() for task in tasks]
    return sum(count for count, _ in counts), all(is_complete for _, is_complete in counts)


async def _read_segment(
    unit: PartitionsUnit, context: UnitContext, segment: int
) -> tuple[int, bool]:
    count, nulls = 0, 0
    async for page in _list_pages(unit, context, segment):
        count += await _write_page(page, unit, context)
        nulls += page.nulls
    return count, not nulls


async def _write_page(page: Page, unit: PartitionsUnit, context: UnitContext) -> int:
    count = len(page.items)
    if context.options.partitions == "all":
        await _write_partitions(page.items, unit, context)
    return count


async def _write_partitions(
    listed: list[ListedPartition], unit: PartitionsUnit, context: UnitContext
) -> None:
    """Write the partitions that some sink lacks. Empties ``listed``."""
    base, at = context.fingerprint_base, context.at.of_catalog
    prefix = record_key(unit.source, at, "partition", unit.database, unit.table)
    keyed = [(_make_key(each, prefix, unit, context), each) for each in listed]
    listed.clear()
    fingerprints = {key: make_item_fingerprint(each, key, *base) for key, each in keyed}
    same = await context.skip_unchanged("partition", fingerprints)
    parts = [
        Part(key, (_make_record(each, unit, context),), fingerprints[key])
        async for key, each in iterate_cooperatively(keyed)
        if key not in same
    ]
    keyed.clear()
    await context.write_parts("partition", parts)


def _make_key(
    partition: ListedPartition, prefix: str, unit: PartitionsUnit, context: UnitContext
) -> str:
    if values := partition.find_plain_values():
        return f"{prefix}/{quote(make_values_key(values), safe='')}"
    return _make_record(partition, unit, context).key


def _list_pages(
    unit: PartitionsUnit, context: UnitContext, segment: int | None = None
) -> AsyncIterator[Page]:
    # The columns of a partition repeat the table's and are not used.
    return context.glue.list_partitions(unit.database, unit.table, segment=segment, schema=False)


def _make_record(
    partition: ListedPartition, unit: PartitionsUnit, context: UnitContext
) -> PartitionRecord:
    record = make_partition_record(
        partition.decode(), context.origin, database_name=unit.database, table_name=unit.table
    )
    return context.place_in_catalog(record)
