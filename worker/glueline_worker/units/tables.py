"""The records of tables, and what the catalogue itself says of their lineage."""

from collections.abc import Mapping, Sequence

from glueline.contract.messages import DatabaseUnit, PartitionsUnit, TableUnit, encode
from glueline.contract.records import TableRecord, record_key
from glueline_worker.aws.glue import Answer
from glueline_worker.catalog.answers import name_of
from glueline_worker.catalog.seal import sealed
from glueline_worker.catalog.tables import table_record
from glueline_worker.catalog.values import text_of
from glueline_worker.catalog.views import VIEW
from glueline_worker.lineage.graph import collapse
from glueline_worker.lineage.model import Lineage, Surroundings
from glueline_worker.lineage.records import lineage_records
from glueline_worker.lineage.storage import link_lineage
from glueline_worker.lineage.views import read_view, tables_to_look_up
from glueline_worker.sinks.base import Part
from glueline_worker.units.context import UnitContext
from glueline_worker.units.fingerprints import fingerprint
from glueline_worker.units.schemas import TABLES_A_JOB, Columns, columns_of
from glueline_worker.units.turns import in_turns


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
    with_partitions = context.options.partitions != "none"
    tables = [
        (key, _record(each, unit, context))
        async for key, each in in_turns(list(zip(keys, asked, strict=True)))
        if with_partitions or key not in same
    ]
    asked.clear()
    new = [(key, table) for key, table in tables if key not in same]
    parts = [
        await _part(key, table, prints[key], owners.get(key), context)
        async for key, table in in_turns(new)
    ]
    await context.write_parts("table", parts)
    if with_partitions:
        await context.open_units(_partitions([table for _, table in tables], unit))


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
    owner: str | None,
    context: UnitContext,
) -> Part:
    if not context.options.lineage:
        return Part(key, (table,), fingerprint_)
    # The owner's other tables are not in this catalogue.
    named = () if owner else tables_to_look_up(table)
    columns = await columns_of(named[:TABLES_A_JOB], context) if named else {}
    kind, lineage = _lineage(table, owner, columns, context)
    edges = lineage_records(
        lineage,
        process=f"{kind}/{encode(table.database_name)}/{encode(table.name)}",
        source=table.source,
        region=table.region,
        catalog_id=table.catalog_id,
    )
    if lineage.warnings:
        found = {
            "warnings": (*table.warnings, *lineage.warnings),
            "has_unread_lineage": not lineage.is_complete,
        }
        table = sealed(table.model_copy(update=found))
    # What such a view means depends on tables that come and go: it is read in every run.
    return Part(key, (table, *edges), None if named else fingerprint_)


def _owner(answer: Answer, unit: DatabaseUnit | TableUnit) -> str | None:
    """The owner's database, for a table that is read through a resource link to it."""
    database = text_of(answer.get("DatabaseName"))
    is_other = database and database.lower() != unit.database.lower()
    return database if is_other else None


def _lineage(
    table: TableRecord, owner: str | None, columns: Mapping[str, Columns], context: UnitContext
) -> tuple[str, Lineage]:
    """What the catalogue itself says: a view reads tables, a resource link is its target.

    What is read through a link to a database, ``owner``, is said of the owner's table.
    """
    account = table.catalog_id if owner else context.at.catalog_id
    around = Surroundings(region=context.at.region, account=account, schemas=columns)
    if owner:
        table = table.model_copy(update={"database_name": owner})
    if table.target is not None:
        return "table", link_lineage(table, around)
    if table.views or table.sub_objects or table.table_type == VIEW:
        return "view", collapse(read_view(table, around), around)
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
