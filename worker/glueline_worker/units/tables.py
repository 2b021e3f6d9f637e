"""The records of tables, and what the catalogue itself says of their lineage."""

from collections.abc import Iterable, Sequence

from glueline.contract.messages import DatabaseUnit, PartitionsUnit, encode
from glueline.contract.records import LineageRecord, Record, TableRecord
from glueline_worker.aws.glue import Answer
from glueline_worker.catalog.tables import table_record
from glueline_worker.lineage.graph import collapse
from glueline_worker.lineage.model import Surroundings
from glueline_worker.lineage.records import lineage_records
from glueline_worker.lineage.storage import link_lineage
from glueline_worker.lineage.views import read_view
from glueline_worker.units.context import UnitContext


async def write_tables(
    tables: Sequence[TableRecord], unit: DatabaseUnit, context: UnitContext
) -> None:
    """Write tables with their lineage, and open their partitions."""
    records: list[Record] = [*tables]
    if context.options.lineage:
        for table in tables:
            records.extend(_edges(table, context))
    await context.write(records)
    if context.options.partitions != "none":
        await context.open_units(_partitions(tables, unit))


def tables_of(
    answers: Iterable[Answer], unit: DatabaseUnit, context: UnitContext
) -> list[TableRecord]:
    """The records of the tables that the request wants."""
    wanted = context.run.request.filters.tables
    return [
        table_record(
            answer,
            source=unit.source,
            region=context.connection.region,
            database_name=unit.database,
            catalog_id=context.connection.catalog_id,
            raw=context.options.raw,
        )
        for answer in answers
        if wanted.admits(str(answer.get("Name", "")))
    ]


def _edges(table: TableRecord, context: UnitContext) -> list[LineageRecord]:
    """What the catalogue itself says: a view reads tables, a resource link is its target."""
    around = Surroundings(region=context.connection.region, account=context.connection.catalog_id)
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


def _partitions(tables: Sequence[TableRecord], unit: DatabaseUnit) -> list[PartitionsUnit]:
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
