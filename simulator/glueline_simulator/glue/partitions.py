"""GetPartitions, GetPartition and GetPartitionIndexes."""

from collections.abc import Callable
from typing import Any

import orjson

from glueline_simulator.catalogue.account_state import Database
from glueline_simulator.errors import invalid_input, not_found
from glueline_simulator.glue.context import Context, page_of
from glueline_simulator.glue.databases import linked_database
from glueline_simulator.glue.paging import Listing, Rows
from glueline_simulator.glue.predicate import parse_predicate


def get_partitions(context: Context) -> bytes:
    """A page of partitions, of one segment if asked for, with a simple predicate applied."""
    table, listing = _listing(context)
    keys = [key["Name"] for key in table.get("PartitionKeys", [])]
    tests = [test for test in (_segment(context), _predicate(context, listing, keys)) if test]

    def keep(position: int) -> bool:
        return all(test(position) for test in tests)

    rows, token = context.pager.page(context.call, listing, keep if tests else None)
    if context.given.get("ExcludeColumnSchema"):
        rows = [_without_columns(row) for row in rows]
    return page_of("Partitions", rows, token)


def get_partition(context: Context) -> bytes:
    """One partition by its values."""
    _, listing = _listing(context)
    wanted = context.given["PartitionValues"]
    for position in range(listing.end):
        row = listing.at(position)
        if row is not None and orjson.loads(row)["Values"] == wanted:
            return b'{"Partition":%b}' % row
    raise not_found("Cannot find partition.")


def get_partition_indexes(context: Context) -> bytes:
    """The partition indexes that the catalogue file gives."""
    name = context.given["TableName"]
    context, database = linked_database(context)
    context.table(database, name)
    indexes = database.partition_indexes.get(name.lower(), [])
    return context.page("PartitionIndexDescriptorList", Rows(indexes))


class _Made:
    """A generated series as a listing."""

    def __init__(self, source: Any) -> None:
        self._source = source
        self.end = len(source)

    def at(self, position: int) -> bytes | None:
        row: bytes = self._source.item(position)
        return row


def _listing(context: Context) -> tuple[dict[str, Any], Listing[bytes]]:
    name = context.given["TableName"]
    context, database = linked_database(context)
    table: dict[str, Any] = orjson.loads(context.table(database, name))
    if "TargetTable" in table:
        context, database, table = _follow(context, table["TargetTable"])
    given = database.partitions.get(table["Name"])
    if given is not None:
        return table, Rows([orjson.dumps(partition) for partition in given])
    if context.account.partitions_of is None:
        return table, Rows([])
    return table, _Made(context.account.partitions_of(table))


def _follow(context: Context, target: dict[str, Any]) -> tuple[Context, Database, dict[str, Any]]:
    account = context.world.accounts.get(target.get("CatalogId", context.account.id))
    name = target.get("DatabaseName") or ""
    database = account.databases.get(name.lower()) if account else None
    if account is None or database is None:
        raise not_found(f"Database {name} not found.")
    there = Context(context.world, context.pager, context.call, account)
    return there, database, orjson.loads(there.table(database, target.get("Name") or ""))


def _segment(context: Context) -> Callable[[int], bool] | None:
    segment = context.given.get("Segment")
    if segment is None:
        return None
    number, total = segment["SegmentNumber"], segment["TotalSegments"]
    if number >= total:
        message = f"SegmentNumber {number} must be less than TotalSegments {total}"
        raise invalid_input(message)
    return lambda position: position % total == number


def _predicate(
    context: Context, listing: Listing[bytes], keys: list[str]
) -> Callable[[int], bool] | None:
    expression = context.given.get("Expression")
    if not expression:
        return None
    matches = parse_predicate(expression, keys)

    def keep(position: int) -> bool:
        row = listing.at(position)
        return row is not None and matches(orjson.loads(row)["Values"])

    return keep


def _without_columns(row: bytes) -> bytes:
    partition = orjson.loads(row)
    (partition.get("StorageDescriptor") or {}).pop("Columns", None)
    return orjson.dumps(partition)
