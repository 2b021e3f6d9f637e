"""Tables: ``table/<database>/<table>``, and the records and lineage of any table that is read."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from glueline.contract.messages import DatabaseUnit, PartitionsUnit, TableUnit, encode
from glueline.contract.records import TableRecord, record_key
from glueline_worker.aws.answers import AwsAnswer
from glueline_worker.aws.errors import AwsNotFound
from glueline_worker.catalog.common_fields import read_name
from glueline_worker.catalog.content_hash import with_content_hash
from glueline_worker.catalog.tables import make_table_record
from glueline_worker.catalog.values import AnswerReader, to_text
from glueline_worker.catalog.views import is_view
from glueline_worker.lineage.graph.collapse import collapse
from glueline_worker.lineage.links.storage import make_link_lineage
from glueline_worker.lineage.model import Lineage, LineageContext
from glueline_worker.lineage.records import make_lineage_records
from glueline_worker.lineage.views import find_tables_to_look_up, read_view
from glueline_worker.sinks.model import Part
from glueline_worker.units.context import UnitContext
from glueline_worker.units.cooperate import iterate_cooperatively
from glueline_worker.units.fingerprints import make_fingerprint
from glueline_worker.units.table_columns import TableLookup, look_up_tables

LONG_TABLE = 100_000
"""Characters; the record of a table with more is made in a thread."""

_NO_TEXT = ("the view's SQL could not be read",)


class _Owner(NamedTuple):
    database: str
    catalog_id: str | None


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
    answers.clear()
    fingerprints = {key: make_fingerprint(key, *base, answer) for key, answer in admitted}
    same = await context.skip_unchanged("table", fingerprints)
    owners = {key: owner for key, answer in admitted if (owner := _find_owner(answer, unit))}
    views = {key for key, answer in admitted if is_view(answer)}
    with_partitions = context.options.partitions != "none"
    tables = [
        (key, await _make_record_off_loop(answer, unit, context))
        async for key, answer in iterate_cooperatively(admitted)
        if with_partitions or key not in same
    ]
    admitted.clear()
    new = [(key, table) for key, table in tables if key not in same]
    parts = [
        await _make_part(
            key, table, fingerprints[key], owners.get(key), context, is_view=key in views
        )
        async for key, table in iterate_cooperatively(new)
    ]
    await context.write_parts("table", parts)
    if with_partitions:
        await context.open_units(_make_partition_units([table for _, table in tables], unit))


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


async def _make_part(
    key: str,
    table: TableRecord,
    fingerprint: str | None,
    owner: _Owner | None,
    context: UnitContext,
    *,
    is_view: bool,
) -> Part:
    if not context.options.lineage:
        return Part(key, (table,), fingerprint)
    # The owner's other tables are not in this catalogue.
    looked_up = () if owner else find_tables_to_look_up(table)
    found = await look_up_tables(looked_up, context) if looked_up else TableLookup({}, frozenset())
    kind, lineage = _read_lineage(table, owner, found, context)
    if is_view and kind != "view" and table.target is None:
        kind, lineage = "view", Lineage(gaps=_NO_TEXT)  # the record says what is wrong with it
    process = f"{kind}/{encode(table.database_name)}/{encode(table.name)}"
    edges = make_lineage_records(lineage, context.origin, process=process)
    if lineage.warnings:
        table = with_content_hash(
            table.model_copy(update={"warnings": (*table.warnings, *lineage.warnings)})
        )
    if not lineage.is_complete:
        context.unread.append(process)
    # The meaning of such a view depends on tables that come and go: it is read in every run.
    is_final = lineage.is_complete and not looked_up
    return Part(key, (table, *edges), fingerprint if is_final else None)


def _find_owner(answer: AwsAnswer, unit: DatabaseUnit | TableUnit) -> _Owner | None:
    """Return the owner's database of a table that is read through a resource link, else None."""
    database = to_text(answer.get("DatabaseName"))
    if not database or database.lower() == unit.database.lower():
        return None
    return _Owner(database, to_text(answer.get("CatalogId")))


def _read_lineage(
    table: TableRecord, owner: _Owner | None, found: TableLookup, context: UnitContext
) -> tuple[str, Lineage]:
    """Read the lineage in the catalogue itself: a view reads tables, a link is its target.

    The lineage of a table that is read through a link to a database is that of the ``owner``'s
    table.
    """
    account = (owner and owner.catalog_id) or context.at.catalog_id
    lineage_context = LineageContext(
        region=context.at.region, account=account, schemas=found.columns
    )
    if owner:
        table = table.model_copy(update={"database_name": owner.database, "catalog_id": account})
    if table.target is not None:
        return "table", make_link_lineage(table, lineage_context)
    if table.views or table.sub_objects:
        return "view", collapse(read_view(table, lineage_context, found.unknown), lineage_context)
    return "table", Lineage()


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
