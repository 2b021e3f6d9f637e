"""Tables: ``table/<database>/<table>``, and the records and lineage of any table that is read."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from urllib.parse import quote

from msgspec.structs import replace

from glueline.contract.messages import DatabaseUnit, PartitionsUnit, TableUnit, encode
from glueline.contract.records import TableRecord, record_key
from glueline_worker.aws.answers import AwsAnswer
from glueline_worker.aws.errors import AwsNotFound
from glueline_worker.catalog.common_fields import read_name
from glueline_worker.catalog.content_hash import with_content_hash
from glueline_worker.catalog.listed import ListedTable
from glueline_worker.catalog.plain_tables import make_plain_record
from glueline_worker.catalog.tables import make_table_record
from glueline_worker.catalog.values import AnswerReader
from glueline_worker.catalog.views import is_view
from glueline_worker.lineage.records import make_lineage_records
from glueline_worker.sinks.model import Part
from glueline_worker.units.catalog_lineage import (
    CatalogThing,
    Owner,
    find_owner,
    find_unchanged_tables,
    make_view_fingerprint,
    prefetch_inputs,
    read_catalog_lineage,
)
from glueline_worker.units.context import UnitContext
from glueline_worker.units.cooperate import iterate_cooperatively
from glueline_worker.units.fingerprints import make_item_fingerprint
from glueline_worker.units.table_columns import encode_table_names, remember_listed_tables

LONG_TABLE = 100_000
"""Characters; the record of a table with more is made in a thread."""


async def extract_table(unit: TableUnit, context: UnitContext) -> None:
    """Read one table. If there is none, the listing is complete all the same: the table is gone."""
    try:
        answer = await context.glue.read_table(unit.database, unit.table)
    except AwsNotFound:
        context.warnings.append(f"table {unit.table} of database {unit.database} does not exist")
    else:
        await write_tables([answer], unit, context)
    context.listings.append(unit.unit_id)


class _Partitioned(NamedTuple):
    """A table with the names of its partition keys; empty where it has no partitions to read."""

    name: str
    keys: tuple[str, ...]


class _ReadTable(NamedTuple):
    """A table's record, and what its answer says besides."""

    key: str
    record: TableRecord
    owner: Owner | None
    is_view: bool


async def write_tables(
    listed: list[ListedTable], unit: DatabaseUnit | TableUnit, context: UnitContext
) -> None:
    """Write the tables that the request wants and some sink lacks, and open their partitions.

    Empties ``listed``: the JSON takes as much memory as the records, and sinks may be slow.
    """
    wanted, base = context.run.request.filters.tables, context.fingerprint_base
    if context.options.lineage:
        remember_listed_tables(listed, unit.database, context)
    prefix = record_key(unit.source, context.at.of_catalog, "table", unit.database)
    admitted = [
        (f"{prefix}/{quote(_find_name(table), safe='')}", table)
        for table in listed
        if wanted.admits(table.name)
    ]
    listed.clear()
    fingerprints = {key: make_item_fingerprint(table, key, *base) for key, table in admitted}
    same = await find_unchanged_tables(fingerprints, context)
    await context.mark_unchanged("table", same)
    with_partitions = context.options.partitions != "none"
    if not with_partitions:
        admitted = [(key, table) for key, table in admitted if key not in same]
    new, partitioned = list[_ReadTable](), list[_Partitioned]()
    async for key, table in iterate_cooperatively(admitted):
        if key in same and (partitions := _find_plain_partitions(table)):
            partitioned.append(partitions)
            continue
        read = await _read_off_loop(key, table, unit, context)
        partitioned.append(_find_partitions(read.record))
        if key not in same:
            new.append(read)
    admitted.clear()
    await _write_new(new, fingerprints, context)
    if with_partitions:
        await context.open_units(_make_partition_units(partitioned, unit))


async def _write_new(
    tables: Sequence[_ReadTable], fingerprints: Mapping[str, str | None], context: UnitContext
) -> None:
    """Write tables and their lineage. The columns of all that their views read are asked first."""
    if not context.options.lineage:
        parts = [Part(table.key, (table.record,), fingerprints[table.key]) for table in tables]
        return await context.write_parts("table", parts)
    things = [
        (table.key, await _make_thing(table)) async for table in iterate_cooperatively(tables)
    ]
    await prefetch_inputs([thing for _, thing in things], context)
    parts = [
        await _make_part(key, thing, fingerprints[key], context)
        async for key, thing in iterate_cooperatively(things)
    ]
    return await context.write_parts("table", parts)


def _find_name(table: ListedTable) -> str:
    """Return the name of a table as its record has it."""
    return table.plain_name or read_name(AnswerReader(table.decode()))


async def _read_off_loop(
    key: str, table: ListedTable, unit: DatabaseUnit | TableUnit, context: UnitContext
) -> _ReadTable:
    """Return the record; a long table is read in a thread, because other units share the loop."""
    if len(table.json or b"") < LONG_TABLE:
        record = make_plain_record(table, context.origin, database_name=unit.database)
        if record is not None:
            return _ReadTable(key, context.place_in_catalog(record), None, is_view=False)
    answer = table.decode()
    if _count_characters(answer) < LONG_TABLE:
        return _read(key, answer, unit, context)
    return await asyncio.to_thread(_read, key, answer, unit, context)


def _count_characters(answer: AwsAnswer) -> int:
    """Count the characters that redaction has to look at, without those of columns."""
    parameters = answer.get("Parameters")
    values = parameters.values() if isinstance(parameters, Mapping) else ()
    texts = (*values, answer.get("ViewOriginalText"), answer.get("ViewExpandedText"))
    return sum(len(text) for text in texts if isinstance(text, str))


def _read(
    key: str, answer: AwsAnswer, unit: DatabaseUnit | TableUnit, context: UnitContext
) -> _ReadTable:
    record = make_table_record(answer, context.origin, database_name=unit.database)
    record = context.place_in_catalog(record)
    return _ReadTable(key, record, find_owner(answer, unit), is_view(answer))


async def _make_thing(table: _ReadTable) -> CatalogThing:
    """Find the tables that a view reads; a long text is read in a thread."""
    record, owner, is_view = table.record, table.owner, table.is_view
    if sum(len(view.sql) for view in record.views) < LONG_TABLE:
        return CatalogThing.of(record, owner, is_view=is_view)
    return await asyncio.to_thread(CatalogThing.of, record, owner, is_view=is_view)


async def _make_part(
    key: str, thing: CatalogThing, fingerprint: str | None, context: UnitContext
) -> Part:
    table = thing.table
    if thing.is_plain:
        return Part(key, (table,), fingerprint)
    found = await thing.look_up(context)
    kind, lineage = read_catalog_lineage(thing, found, context)
    process = f"{kind}/{encode(table.database_name)}/{encode(table.name)}"
    edges = make_lineage_records(lineage, context.origin, process=process)
    if lineage.warnings:
        table = with_content_hash(replace(table, warnings=(*table.warnings, *lineage.warnings)))
    if not lineage.is_complete:
        context.unread.append(process)
    final = None
    if lineage.is_complete:
        final = make_view_fingerprint(fingerprint, thing.tables_to_ask_for, found)
    return Part(key, (table, *edges), final, encode_table_names(thing.tables_to_ask_for))


def _find_plain_partitions(table: ListedTable) -> _Partitioned | None:
    """Return the partition keys without making a record; None where a closer look is needed."""
    plain = table.find_plain_columns()
    if plain is None or not table.plain_name:
        return None
    return _Partitioned(table.plain_name, tuple([key.name for key in plain.keys.columns]))


def _find_partitions(record: TableRecord) -> _Partitioned:
    has_none = record.target is not None or bool(record.views)
    keys = () if has_none else tuple([key.name for key in record.partition_keys])
    return _Partitioned(record.name, keys)


def _make_partition_units(
    tables: Sequence[_Partitioned], unit: DatabaseUnit | TableUnit
) -> list[PartitionsUnit]:
    return [
        PartitionsUnit(
            run_id=unit.run_id,
            source=unit.source,
            database=unit.database,
            table=table.name,
            keys=table.keys,
        )
        for table in tables
        if table.keys
    ]
