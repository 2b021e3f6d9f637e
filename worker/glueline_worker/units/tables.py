"""The records of tables, and what the catalogue itself says of their lineage."""

from collections.abc import Sequence

from glueline.contract.messages import DatabaseUnit, PartitionsUnit, TableUnit, encode
from glueline.contract.records import LineageRecord, TableRecord, record_key
from glueline_worker.aws.glue import Answer
from glueline_worker.catalog.answers import name_of
from glueline_worker.catalog.tables import table_record
from glueline_worker.lineage.graph import collapse
from glueline_worker.lineage.model import Surroundings
from glueline_worker.lineage.records import lineage_records
from glueline_worker.lineage.storage import link_lineage
from glueline_worker.lineage.views import read_view
from glueline_worker.sinks.base import Part
from glueline_worker.units.context import UnitContext
from glueline_worker.units.fingerprints import fingerprint
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
    with_partitions = context.options.partitions != "none"
    tables = [
        (key, _record(each, unit, context))
        async for key, each in in_turns(list(zip(keys, asked, strict=True)))
        if with_partitions or key not in same
    ]
    asked.clear()
    new = [(key, table) for key, table in tables if key not in same]
    parts = [_part(key, table, prints[key], context) async for key, table in in_turns(new)]
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


def _part(key: str, table: TableRecord, fingerprint_: str | None, context: UnitContext) -> Part:
    edges = _edges(table, context) if context.options.lineage else []
    return Part(key, (table, *edges), fingerprint_)


def _edges(table: TableRecord, context: UnitContext) -> list[LineageRecord]:
    """What the catalogue itself says: a view reads tables, a resource link is its target."""
    around = Surroundings(region=context.at.region, account=context.at.catalog_id)
    if table.target is not None:
        kind, lineage = "table", link_lineage(table, around)
    elif table.views:
        kind, lineage = "view", collapse(read_view(table, around), around)
    else:
        return []
    return lineage_records(
        lineage,
        process=f"{kind}/{encode(table.database_name)}/{encode(table.name)}",
        source=table.source,
        region=table.region,
        catalog_id=table.catalog_id,
    )


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
