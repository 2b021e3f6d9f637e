"""``databases``: every database as a record, and a unit for each."""

from glueline.contract.messages import DatabasesUnit, DatabaseUnit
from glueline_worker.catalog.databases import database_record
from glueline_worker.units.context import UnitContext


async def extract_databases(unit: DatabasesUnit, context: UnitContext) -> None:
    """List the databases; their tables are read by units of their own while the listing goes on.

    A filter without wildcards names the databases, so nothing needs to be listed.
    """
    wanted = context.run.request.filters.databases
    if wanted.exact_names is not None:
        await context.open_units([_tables_of(unit, name) for name in wanted.exact_names])
        return
    async for page in context.glue.databases():
        records = [
            context.placed(
                database_record(
                    answer,
                    source=unit.source,
                    region=context.at.region,
                    catalog_id=context.at.catalog_id,
                    raw=context.options.raw,
                )
            )
            for answer in page.items
        ]
        read = zip(records, page.items, strict=True)
        admitted = [(record, answer) for record, answer in read if wanted.admits(record.name)]
        await context.write(admitted)
        # The tables behind a link belong to the database it points to.
        own = [record.name for record, _ in admitted if record.target is None]
        await context.open_units([_tables_of(unit, name) for name in own])
    context.listings.append(unit.unit_id)


def _tables_of(unit: DatabasesUnit, database: str) -> DatabaseUnit:
    return DatabaseUnit(run_id=unit.run_id, source=unit.source, database=database)
