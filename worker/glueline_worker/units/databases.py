"""``databases``: every database as a record, and a unit for each."""

from collections.abc import Iterable

from glueline.contract.messages import DatabasesUnit, DatabaseUnit
from glueline.contract.records import DatabaseRecord
from glueline_worker.catalog.common_fields import format_link
from glueline_worker.catalog.databases import make_database_record
from glueline_worker.units.context import UnitContext


async def extract_databases(unit: DatabasesUnit, context: UnitContext) -> None:
    """List the databases, and open a unit for the tables of each while the listing goes on.

    A filter without wildcards names the databases, so nothing needs to be listed.
    """
    wanted = context.run.request.filters.databases
    if wanted.exact_names is not None:
        await context.open_units([_make_unit(unit, name) for name in wanted.exact_names])
        return
    is_complete = True
    async for page in context.glue.list_databases():
        is_complete = is_complete and not page.nulls
        records = [
            context.place_in_catalog(make_database_record(answer, context.origin))
            for answer in page.items
        ]
        read = zip(records, page.items, strict=True)
        admitted = [(record, answer) for record, answer in read if wanted.admits(record.name)]
        await context.write(admitted)
        # The tables behind a link belong to the database it points to.
        not_links = [record.name for record, _ in admitted if record.target is None]
        _warn_of_links([record for record, _ in admitted], context)
        await context.open_units([_make_unit(unit, name) for name in not_links])
    if is_complete:
        context.listings.append(unit.unit_id)


def _warn_of_links(databases: Iterable[DatabaseRecord], context: UnitContext) -> None:
    """Warn of links whose tables no source reads, as far as the settings show it."""
    connection = context.connection
    for database in databases:
        link = database.target
        if link is None:
            continue
        owner, region = link.catalog_id or connection.catalog_id, link.region or connection.region
        is_own = (owner, region) == (connection.catalog_id, connection.region)
        if not is_own and not _may_be_read(owner, region, context):
            context.warnings.append(
                f"database {database.name} is a resource link to {format_link(link)}: its "
                "tables are not read, because no source reads that catalogue; add one, or name "
                "the database in the request to read them through the link"
            )


def _may_be_read(owner: str | None, region: str, context: UnitContext) -> bool:
    """Tell whether a source may read the catalogue ``owner``.

    The account of some sources is not in the settings.
    """
    for source in context.sources.values():
        account = source.catalog_id or source.account
        if account is None and not (source.profile or source.access_key):
            # Both find their credentials in the same place, so they have the same account.
            current = context.connection.source
            is_alike = not (current.profile or current.access_key or current.roles)
            account = context.connection.account if is_alike else None
        if account in (None, owner) and source.region in (None, region):
            return True
    return False


def _make_unit(unit: DatabasesUnit, database: str) -> DatabaseUnit:
    return DatabaseUnit(run_id=unit.run_id, source=unit.source, database=database)
