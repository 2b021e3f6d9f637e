"""``database/<name>``: the tables of one database."""

from collections.abc import AsyncIterator, Sequence

from glueline.contract.messages import DatabaseScope, DatabaseUnit, PartitionsUnit, encode
from glueline.contract.records import LineageRecord, Record, TableRecord
from glueline_worker.aws.errors import AwsNotFound, AwsRefused
from glueline_worker.aws.glue import MOST_PAGES, Page, StaleToken, endless
from glueline_worker.catalog.databases import database_record
from glueline_worker.catalog.tables import table_record
from glueline_worker.lineage.graph import collapse
from glueline_worker.lineage.model import Surroundings
from glueline_worker.lineage.records import lineage_records
from glueline_worker.lineage.storage import link_lineage
from glueline_worker.lineage.views import read_view
from glueline_worker.units.context import UnitContext


async def extract_database(unit: DatabaseUnit, context: UnitContext) -> None:
    """Read pages of tables up to the budget; a further unit goes on with the token."""
    if unit.page == 0 and _was_asked_for(context):
        await _describe(unit, context)
    budget, pages, last = context.settings.page_budget, 0, unit.after
    try:
        async for page in _pages(unit, context):
            pages += 1
            await _write(page, unit, context)
            last = str(page.items[-1].get("Name", "")) if page.items else last
            if page.token and pages == budget:
                if (unit.page + 1) * budget >= MOST_PAGES:
                    raise endless("GetTables", f"it goes on after {MOST_PAGES:,} pages")
                more = {"page": unit.page + 1, "token": page.token, "after": last}
                context.children.append(unit.model_copy(update=more))
                return
    except AwsNotFound:
        if _was_asked_for(context):
            raise
        # Deleted since it was listed: nothing is lost, and the next listing will not show it.
        context.warnings.append(f"database {unit.database} was deleted while it was read")
        return
    context.listings.append(f"database/{encode(unit.database)}")


async def _pages(unit: DatabaseUnit, context: UnitContext) -> AsyncIterator[Page]:
    """The pages from the unit's token on, or after its last table when the token is too old."""
    listing = context.glue.tables(unit.database, unit.token)
    try:
        first = await anext(listing)
    except StaleToken:
        listing = context.glue.tables(unit.database)
        if unit.after is not None:
            listing = _after(unit.after, unit.database, listing)
    else:
        yield first
    async for page in listing:
        yield page


async def _after(name: str, database: str, listing: AsyncIterator[Page]) -> AsyncIterator[Page]:
    """The part of a listing behind the table of that name."""
    async for page in listing:
        names = [str(table.get("Name", "")) for table in page.items]
        if name in names:
            yield Page(page.items[names.index(name) + 1 :], page.token)
            break
    else:
        raise AwsRefused(
            f"the listing of {database} stopped at table {name}, which is gone by now, and its "
            "page token has expired: where to go on is unknown; start a new run",
            code="ListingLost",
        )
    async for page in listing:
        yield page


def _was_asked_for(context: UnitContext) -> bool:
    """Whether the database was named by the caller and so has not been listed."""
    request = context.run.request
    named = request.filters.databases.exact_names is not None
    return named or isinstance(request.scope, DatabaseScope)


async def _describe(unit: DatabaseUnit, context: UnitContext) -> None:
    answer = await context.glue.database(unit.database)
    record = database_record(
        answer,
        source=unit.source,
        region=context.connection.region,
        catalog_id=context.connection.catalog_id,
        raw=context.options.raw,
    )
    await context.write([record])


async def _write(page: Page, unit: DatabaseUnit, context: UnitContext) -> None:
    wanted = context.run.request.filters.tables
    tables = [
        table_record(
            answer,
            source=unit.source,
            region=context.connection.region,
            database_name=unit.database,
            catalog_id=context.connection.catalog_id,
            raw=context.options.raw,
        )
        for answer in page.items
        if wanted.admits(str(answer.get("Name", "")))
    ]
    records: list[Record] = [*tables]
    if context.options.lineage:
        for table in tables:
            records.extend(_edges(table, context))
    await context.write(records)
    if context.options.partitions != "none":
        await context.open_units(_partitions(tables, unit))


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
