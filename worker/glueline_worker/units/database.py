"""``database/<name>``: the tables of one database, or of a range of their names."""

from collections.abc import AsyncIterator

from glueline.contract.messages import DatabaseScope, DatabaseUnit
from glueline.contract.records import CatalogLink
from glueline_worker.aws.errors import AwsNotFound, AwsRefused
from glueline_worker.aws.glue import MOST_PAGES, Page, StaleToken, make_endless_error
from glueline_worker.catalog.common_fields import format_link
from glueline_worker.catalog.databases import make_database_record
from glueline_worker.units.context import UnitContext
from glueline_worker.units.name_ranges import ALL_NAMES, is_in_range, make_pattern
from glueline_worker.units.range_splitter import RangeSplitter, RangesUnsupported
from glueline_worker.units.tables import write_tables

_SPLIT_AGAIN_FACTOR = 3
"""A range is cut again after this many times the pages of a whole database."""


async def extract_database(unit: DatabaseUnit, context: UnitContext) -> None:
    """Read pages of tables up to the budget, and leave the rest to further units."""
    link: CatalogLink | None = None
    try:
        if unit.page == 0 and unit.names is None and _is_named_by_caller(context):
            link = await _write_database(unit, context)
        await _Listing(unit, context).read()
    except AwsNotFound as error:
        if link is not None:
            raise _make_dangling_error(unit.database, link, error) from None
        if _is_named_by_caller(context):
            raise
        # It was deleted after it was listed: nothing is lost, and no later listing shows it.
        context.warnings.append(f"database {unit.database} was deleted while it was read")


class _Listing:
    """Reads the pages of one unit."""

    def __init__(self, unit: DatabaseUnit, context: UnitContext) -> None:
        self._unit = unit
        self._context = context
        self._by_range = unit.names if unit.names and not unit.plain else None
        self._names: list[str] = []
        self._has_gaps = unit.has_gaps
        self._last = unit.after
        pages = context.settings.split_after * (_SPLIT_AGAIN_FACTOR if unit.names else 1)
        # Records of other units cannot be rolled back, so only a first unit splits.
        self._split_at = 0 if unit.page or unit.plain else pages

    async def read(self) -> None:
        """Read up to the budget, and open the units that read the rest."""
        pages = 0
        try:
            async for page in self._pages():
                pages += 1
                self._has_gaps = self._has_gaps or bool(page.nulls)
                if not await self._write_page(page):
                    reason = "the endpoint answered with names outside the range"
                    return await self._restart_without_ranges(reason)
                if page.token and pages == self._budget:
                    return await self._hand_over(page.token)
        except AwsRefused as error:
            if self._by_range is None or self._unit.page:
                raise
            return await self._restart_without_ranges(f"a range of names was refused ({error})")
        if not self._has_gaps:
            self._context.listings.append(self._unit.listing)
        return None

    @property
    def _budget(self) -> int:
        return self._split_at or self._context.settings.page_budget

    async def _pages(self) -> AsyncIterator[Page]:
        """Yield the pages from the unit's token on, or after its last table if that is too old."""
        unit = self._unit
        listing = self._list_tables(unit.token)
        try:
            first = await anext(listing)
        except StaleToken:
            listing = self._list_tables(None)
            if unit.after is not None:
                listing = _skip_to(unit.after, unit.database, listing)
        else:
            yield first
        async for page in listing:
            yield page

    def _list_tables(self, token: str | None) -> AsyncIterator[Page]:
        pattern = make_pattern(self._by_range) if self._by_range else None
        return self._context.glue.list_tables(
            self._unit.database, token, expression=pattern, ahead=self._budget
        )

    async def _write_page(self, page: Page) -> bool:
        """Write the tables of the unit; return False when the endpoint ignores the range."""
        ours = self._unit.names or ALL_NAMES
        tables = [answer for answer in page.items if is_in_range(ours, answer.name)]
        if self._by_range and len(tables) < len(page.items):
            return False
        if self._split_at:
            self._names += [table.name for table in tables]
        if page.items:
            self._last = page.items[-1].name
        page.items.clear()  # ``write_tables`` frees the answers early
        await write_tables(tables, self._unit, self._context)
        return True

    async def _hand_over(self, token: str) -> None:
        if self._split_at:
            try:
                return await self._split()
            except RangesUnsupported as reason:
                self._warn(str(reason))
        page = self._unit.page + 1
        if page * self._context.settings.page_budget >= MOST_PAGES:
            raise make_endless_error("GetTables", f"it goes on after {MOST_PAGES:,} pages")
        changes = {"page": page, "token": token, "after": self._last, "has_gaps": self._has_gaps}
        self._context.children.append(self._unit.model_copy(update=changes))
        return None

    async def _split(self) -> None:
        """Open a unit for each range of names, which also reads again what was read here."""
        unit, context = self._unit, self._context
        whole = unit.names or ALL_NAMES
        splitter = RangeSplitter(context.glue, unit.database, set(self._names))
        ranges = await splitter.split(whole)
        await context.roll_back()
        if unit.names is None and _is_named_by_caller(context):
            await _write_database(unit, context)
        for probed in ranges:
            part = unit.model_copy(update={"names": probed.part})
            if probed.is_all and not probed.names:  # an empty range
                context.listings.append(part.listing)
            else:
                context.children.append(part)

    async def _restart_without_ranges(self, reason: str) -> None:
        """Open a unit that picks this range out of a listing of all tables."""
        await self._context.roll_back()
        self._warn(reason)
        changes = {"plain": True, "page": 0, "token": None, "after": None, "has_gaps": False}
        self._context.children.append(self._unit.model_copy(update=changes))

    def _warn(self, reason: str) -> None:
        self._context.warnings.append(
            f"database {self._unit.database} was listed page after page, because {reason}"
        )


async def _skip_to(name: str, database: str, listing: AsyncIterator[Page]) -> AsyncIterator[Page]:
    """Yield the part of a listing behind the table of that name."""
    async for page in listing:
        names = [table.name for table in page.items]
        if name in names:
            yield Page(page.items[names.index(name) + 1 :], page.token, page.nulls)
            break
    else:
        raise AwsRefused(
            f"the listing of {database} stopped at table {name}, which is gone by now, and its "
            "page token has expired: where to go on is unknown; start a new run",
            code="ListingLost",
        )
    async for page in listing:
        yield page


def _is_named_by_caller(context: UnitContext) -> bool:
    """Tell whether the caller named the database, so that it has not been listed."""
    request = context.run.request
    is_in_filter = request.filters.databases.exact_names is not None
    return is_in_filter or isinstance(request.scope, DatabaseScope)


def _make_dangling_error(database: str, link: CatalogLink, error: AwsNotFound) -> AwsNotFound:
    return AwsNotFound(
        f"database {database} is a resource link that dangles: it points at "
        f"{format_link(link)}, which does not exist or is no longer shared; delete the link or "
        "leave the database out",
        code=error.code,
    )


async def _write_database(unit: DatabaseUnit, context: UnitContext) -> CatalogLink | None:
    """Write the database's record; return its target if it is a resource link."""
    answer = await context.glue.read_database(unit.database)
    record = make_database_record(answer, context.origin)
    await context.write([(context.place_in_catalog(record), answer)])
    return record.target
