"""Tables: ``table/<database>/<table>``, and the records and lineage of any table that is read."""

import asyncio
from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from glueline.contract.messages import DatabaseUnit, PartitionsUnit, TableUnit, encode
from glueline.contract.records import TableRecord, record_key
from glueline_worker.aws.answers import AwsAnswer
from glueline_worker.aws.errors import AwsNotFound
from glueline_worker.catalog.common_fields import read_name
from glueline_worker.catalog.content_hash import with_content_hash
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
from glueline_worker.units.fingerprints import make_fingerprint
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


async def write_tables(
    answers: list[AwsAnswer], unit: DatabaseUnit | TableUnit, context: UnitContext
) -> None:
    """Write the tables that the request wants and some sink lacks, and open their partitions.

    Empties ``answers``: one takes several times the memory of its record, and sinks may be slow.
    """
    wanted, base = context.run.request.filters.tables, context.fingerprint_base
    here = context.at.of_catalog
    admitted = [
        (_make_key(answer, unit, here), answer)
        for answer in answers
        if wanted.admits(str(answer.get("Name", "")))
    ]
    if context.options.lineage:
        remember_listed_tables(answers, unit.database, context)
    answers.clear()
    fingerprints = {key: make_fingerprint(key, *base, answer) for key, answer in admitted}
    same = await find_unchanged_tables(fingerprints, context)
    await context.mark_unchanged("table", same)
    owners = {key: owner for key, answer in admitted if (owner := find_owner(answer, unit))}
    views = {key for key, answer in admitted if is_view(answer)}
    with_partitions = context.options.partitions != "none"
    tables = [
        (key, await _make_record_off_loop(answer, unit, context))
        async for key, answer in iterate_cooperatively(admitted)
        if with_partitions or key not in same
    ]
    admitted.clear()
    new = [(key, table) for key, table in tables if key not in same]
    await _write_new(new, fingerprints, owners, views, context)
    if with_partitions:
        await context.open_units(_make_partition_units([table for _, table in tables], unit))


async def _write_new(
    tables: Sequence[tuple[str, TableRecord]],
    fingerprints: Mapping[str, str | None],
    owners: Mapping[str, Owner],
    views: set[str],
    context: UnitContext,
) -> None:
    """Write tables and their lineage. The columns of all that their views read are asked first."""
    if not context.options.lineage:
        parts = [Part(key, (table,), fingerprints[key]) for key, table in tables]
        return await context.write_parts("table", parts)
    things = [
        (key, await _make_thing(table, owners.get(key), is_view=key in views))
        async for key, table in iterate_cooperatively(tables)
    ]
    await prefetch_inputs([thing for _, thing in things], context)
    parts = [
        await _make_part(key, thing, fingerprints[key], context)
        async for key, thing in iterate_cooperatively(things)
    ]
    return await context.write_parts("table", parts)


def _make_key(answer: AwsAnswer, unit: DatabaseUnit | TableUnit, place: str) -> str:
    name = read_name(AnswerReader(answer))
    return record_key(unit.source, place, "table", unit.database, name)


async def _make_record_off_loop(
    answer: AwsAnswer, unit: DatabaseUnit | TableUnit, context: UnitContext
) -> TableRecord:
    """Return the record; a long table is read in a thread, because other units share the loop."""
    if _count_characters(answer) < LONG_TABLE:
        return _make_record(answer, unit, context)
    return await asyncio.to_thread(_make_record, answer, unit, context)


def _count_characters(answer: AwsAnswer) -> int:
    """Count the characters that redaction has to look at, without those of columns."""
    parameters = answer.get("Parameters")
    values = parameters.values() if isinstance(parameters, Mapping) else ()
    texts = (*values, answer.get("ViewOriginalText"), answer.get("ViewExpandedText"))
    return sum(len(text) for text in texts if isinstance(text, str))


def _make_record(
    answer: AwsAnswer, unit: DatabaseUnit | TableUnit, context: UnitContext
) -> TableRecord:
    record = make_table_record(answer, context.origin, database_name=unit.database)
    return context.place_in_catalog(record)


async def _make_thing(table: TableRecord, owner: Owner | None, *, is_view: bool) -> CatalogThing:
    """Find the tables that a view reads; a long text is read in a thread."""
    if sum(len(view.sql) for view in table.views) < LONG_TABLE:
        return CatalogThing.of(table, owner, is_view=is_view)
    return await asyncio.to_thread(CatalogThing.of, table, owner, is_view=is_view)


async def _make_part(
    key: str, thing: CatalogThing, fingerprint: str | None, context: UnitContext
) -> Part:
    table, found = thing.table, await thing.look_up(context)
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


def _make_partition_units(
    tables: Sequence[TableRecord], unit: DatabaseUnit | TableUnit
) -> list[PartitionsUnit]:
    return [
        PartitionsUnit(
            run_id=unit.run_id,
            source=unit.source,
            database=table.database_name,
            table=table.name,
            keys=tuple(key.name for key in table.partition_keys),
        )
        for table in tables
        if table.partition_keys and table.target is None and not table.views
    ]
