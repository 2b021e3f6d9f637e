"""The records of tables, and what the catalogue itself says of their lineage."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from glueline.contract.messages import DatabaseUnit, PartitionsUnit, TableUnit, encode
from glueline.contract.records import TableRecord, record_key
from glueline_worker.aws.glue import Answer
from glueline_worker.catalog.common_fields import name_of
from glueline_worker.catalog.content_hash import sealed
from glueline_worker.catalog.tables import table_record
from glueline_worker.catalog.values import text_of
from glueline_worker.catalog.views import is_view
from glueline_worker.lineage.graph.collapse import collapse
from glueline_worker.lineage.links.storage import make_link_lineage
from glueline_worker.lineage.model import Lineage, LineageContext
from glueline_worker.lineage.records import make_lineage_records
from glueline_worker.lineage.views import find_tables_to_look_up, read_view
from glueline_worker.sinks.base import Part
from glueline_worker.units.context import UnitContext
from glueline_worker.units.cooperate import in_turns
from glueline_worker.units.fingerprints import fingerprint
from glueline_worker.units.table_columns import LookedUp, look_up

LONG = 100_000
"""Characters of one table, above which its record is made in a thread."""

_NO_TEXT = ("the view's SQL could not be read",)


class _Owner(NamedTuple):
    database: str
    catalog_id: str | None


async def write_tables(
    answers: list[Answer], unit: DatabaseUnit | TableUnit, context: UnitContext
) -> None:
    """Write the tables that the request wants and not all sinks hold, and open their partitions.

    Empties ``answers``: one takes several times the memory of its record, and sinks may be slow.
    """
    wanted, place = context.run.request.filters.tables, context.place()
    here = context.at.of_catalog
    asked = [answer for answer in answers if wanted.admits(str(answer.get("Name", "")))]
    answers.clear()
    keys = [
        record_key(unit.source, here, "table", unit.database, name_of(each, [])) for each in asked
    ]
    prints = {key: fingerprint(key, *place, each) for key, each in zip(keys, asked, strict=True)}
    same = await context.unchanged("table", prints)
    owners = {
        key: owner for key, each in zip(keys, asked, strict=True) if (owner := _owner(each, unit))
    }
    views = {key for key, each in zip(keys, asked, strict=True) if is_view(each)}
    with_partitions = context.options.partitions != "none"
    tables = [
        (key, await _record_of(each, unit, context))
        async for key, each in in_turns(list(zip(keys, asked, strict=True)))
        if with_partitions or key not in same
    ]
    asked.clear()
    new = [(key, table) for key, table in tables if key not in same]
    parts = [
        await _part(key, table, prints[key], owners.get(key), context, is_view=key in views)
        async for key, table in in_turns(new)
    ]
    await context.write_parts("table", parts)
    if with_partitions:
        await context.open_units(_partitions([table for _, table in tables], unit))


async def _record_of(
    answer: Answer, unit: DatabaseUnit | TableUnit, context: UnitContext
) -> TableRecord:
    """Return the record; what is long is read beside the loop, which other units share."""
    if _length(answer) < LONG:
        return _record(answer, unit, context)
    return await asyncio.to_thread(_record, answer, unit, context)


def _length(answer: Answer) -> int:
    """Count the characters that redaction has to look at, but for those of columns."""
    parameters = answer.get("Parameters")
    values = parameters.values() if isinstance(parameters, Mapping) else ()
    texts = (*values, answer.get("ViewOriginalText"), answer.get("ViewExpandedText"))
    return sum(len(text) for text in texts if isinstance(text, str))


def _record(answer: Answer, unit: DatabaseUnit | TableUnit, context: UnitContext) -> TableRecord:
    record = table_record(
        answer,
        source=unit.source,
        region=context.at.region,
        database_name=unit.database,
        catalog_id=context.at.catalog_id,
        raw=context.options.raw,
    )
    return context.placed(record)


async def _part(
    key: str,
    table: TableRecord,
    fingerprint_: str | None,
    owner: _Owner | None,
    context: UnitContext,
    *,
    is_view: bool,
) -> Part:
    if not context.options.lineage:
        return Part(key, (table,), fingerprint_)
    # The owner's other tables are not in this catalogue.
    named = () if owner else find_tables_to_look_up(table)
    found = await look_up(named, context) if named else LookedUp({}, frozenset())
    kind, lineage = _lineage(table, owner, found, context)
    if is_view and kind != "view" and table.target is None:
        kind, lineage = "view", Lineage(gaps=_NO_TEXT)  # the record says what is wrong with it
    process = f"{kind}/{encode(table.database_name)}/{encode(table.name)}"
    edges = make_lineage_records(
        lineage,
        process=process,
        source=table.source,
        region=table.region,
        catalog_id=table.catalog_id,
    )
    if lineage.warnings:
        table = sealed(table.model_copy(update={"warnings": (*table.warnings, *lineage.warnings)}))
    if not lineage.is_complete:
        context.unread.append(process)
    # What such a view means depends on tables that come and go: it is read in every run.
    is_final = lineage.is_complete and not named
    return Part(key, (table, *edges), fingerprint_ if is_final else None)


def _owner(answer: Answer, unit: DatabaseUnit | TableUnit) -> _Owner | None:
    """The owner's database, for a table that is read through a resource link to it."""
    database = text_of(answer.get("DatabaseName"))
    if not database or database.lower() == unit.database.lower():
        return None
    return _Owner(database, text_of(answer.get("CatalogId")))


def _lineage(
    table: TableRecord, owner: _Owner | None, found: LookedUp, context: UnitContext
) -> tuple[str, Lineage]:
    """What the catalogue itself says: a view reads tables, a resource link is its target.

    What is read through a link to a database, ``owner``, is said of the owner's table.
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


def _partitions(
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
