"""GetPartitions, GetPartition and GetPartitionIndexes."""

from collections.abc import Callable
from typing import Any

import orjson

from glueline_simulator.errors import invalid_input_error, not_found_error
from glueline_simulator.glue.context import GlueContext, render_page
from glueline_simulator.glue.databases import find_link_target, follow_database_link
from glueline_simulator.glue.paging import Listing, ListRows
from glueline_simulator.glue.predicate import parse_predicate


def get_partitions(context: GlueContext) -> bytes:
    """Answer with a page of partitions, filtered by segment and by a simple predicate."""
    table, listing = _find_listing(context)
    keys = [key["Name"] for key in table.get("PartitionKeys", [])]
    tests = [
        test
        for test in (_make_segment_test(context), _make_predicate_test(context, listing, keys))
        if test
    ]

    def keep(position: int) -> bool:
        return all(test(position) for test in tests)

    rows, token = context.pager.page(context.call, listing, keep if tests else None)
    if context.parameters.get("ExcludeColumnSchema"):
        rows = [_drop_columns(row) for row in rows]
    return render_page("Partitions", rows, token)


def get_partition(context: GlueContext) -> bytes:
    """Answer with one partition by its values."""
    _, listing = _find_listing(context)
    wanted = context.parameters["PartitionValues"]
    for position in range(listing.end):
        row = listing.at(position)
        if row is not None and orjson.loads(row)["Values"] == wanted:
            return b'{"Partition":%b}' % row
    raise not_found_error("Cannot find partition.")


def get_partition_indexes(context: GlueContext) -> bytes:
    """Answer with the partition indexes of the catalogue file."""
    name = context.parameters["TableName"]
    context, database = follow_database_link(context)
    context.table(database, name)
    indexes = database.partition_indexes.get(name.lower(), [])
    return context.page("PartitionIndexDescriptorList", ListRows(indexes))


class _GeneratedRows:
    """A generated series as a listing."""

    def __init__(self, source: Any) -> None:
        self._source = source
        self.end = len(source)

    def at(self, position: int) -> bytes | None:
        row: bytes = self._source.item(position)
        return row


def _find_listing(context: GlueContext) -> tuple[dict[str, Any], Listing[bytes]]:
    name = context.parameters["TableName"]
    context, database = follow_database_link(context)
    table: dict[str, Any] = orjson.loads(context.table(database, name))
    if "TargetTable" in table:
        target = table["TargetTable"]
        context, database = find_link_target(context, target)
        table = orjson.loads(context.table(database, target.get("Name") or ""))
    partitions = database.partitions.get(table["Name"])
    if partitions is not None:
        return table, ListRows([orjson.dumps(partition) for partition in partitions])
    if context.account.partitions_of is None:
        return table, ListRows([])
    return table, _GeneratedRows(context.account.partitions_of(table))


def _make_segment_test(context: GlueContext) -> Callable[[int], bool] | None:
    segment = context.parameters.get("Segment")
    if segment is None:
        return None
    number, total = segment["SegmentNumber"], segment["TotalSegments"]
    if number >= total:
        message = f"SegmentNumber {number} must be less than TotalSegments {total}"
        raise invalid_input_error(message)
    return lambda position: position % total == number


def _make_predicate_test(
    context: GlueContext, listing: Listing[bytes], keys: list[str]
) -> Callable[[int], bool] | None:
    expression = context.parameters.get("Expression")
    if not expression:
        return None
    matches = parse_predicate(expression, keys)

    def keep(position: int) -> bool:
        row = listing.at(position)
        return row is not None and matches(orjson.loads(row)["Values"])

    return keep


def _drop_columns(row: bytes) -> bytes:
    partition = orjson.loads(row)
    (partition.get("StorageDescriptor") or {}).pop("Columns", None)
    return orjson.dumps(partition)
