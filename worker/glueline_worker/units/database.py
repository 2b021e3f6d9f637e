"""``database/<name>``: the tables of one database, or of a range of their names."""

from collections.abc import AsyncIterator

from glueline.contract.messages import DatabaseScope, DatabaseUnit
from glueline.contract.records import CatalogLink
from glueline_worker.aws.errors import AwsNotFound, AwsRefused
from glueline_worker.aws.glue import MOST_PAGES, Answer, Page, StaleToken, endless
from glueline_worker.catalog.common_fields import format_link
from glueline_worker.catalog.databases import make_database_record
from glueline_worker.units.context import UnitContext
from glueline_worker.units.name_ranges import EVERYTHING, expression, owns
from glueline_worker.units.range_splitter import NotByRanges, Probed, Splitter
from glueline_worker.units.tables import write_tables

SPLIT_AGAIN = 3
"""A range is cut once more after so many times the pages of a whole database."""


async def extract_database(unit: DatabaseUnit, context: UnitContext) -> None:
    """Read pages of tables up to the budget; further units go on with the rest."""
    link: CatalogLink | None = None
    try:
        if unit.page == 0 and unit.names is None and _was_asked_for(context):
            link = await _describe(unit, context)
        await _Listing(unit, context).read()
    except AwsNotFound as error:
        if link is not None:
            raise _dangling(unit.database, link, error) from None
        if _was_asked_for(context):
            raise
        # Deleted since it was listed: nothing is lost, and the next listing will not show it.
        context.warnings.append(f"database {unit.database} was deleted while it was read")


class _Listing:
    """The pages of one unit."""

    def __init__(self, unit: DatabaseUnit, context: UnitContext) -> None:
        self._unit = unit
        self._context = context
        self._by_range = unit.names if unit.names and not unit.plain else None
        self._names: list[str] = []
        self._has_gaps = unit.has_gaps
        self._last = unit.after
        pages = context.settings.split_after * (SPLIT_AGAIN if unit.names else 1)
        # What other units wrote cannot be taken back.
        self._split_at = 0 if unit.page or unit.plain else pages

    async def read(self) -> None:
        """Read up to the budget and settle who reads the rest."""
        pages = 0
        try:
            async for page in self._pages():
                pages += 1
                self._has_gaps = self._has_gaps or bool(page.nulls)
                if not await self._take(page):
                    return await self._plainly("the endpoint answered with names outside the range")
                if page.token and pages == self._budget:
                    return await self._hand_over(page.token)
        except AwsRefused as error:
            if self._by_range is None or self._unit.page:
                raise
            return await self._plainly(f"a range of names was refused ({error})")
        if not self._has_gaps:
            self._context.listings.append(self._unit.listing)
        return None

    @property
    def _budget(self) -> int:
        return self._split_at or self._context.settings.page_budget

    async def _pages(self) -> AsyncIterator[Page]:
        """The pages from the unit's token on, or after its last table when that is too old."""
        unit = self._unit
        listing = self._tables(unit.token)
        try:
            first = await anext(listing)
        except StaleToken:
            listing = self._tables(None)
            if unit.after is not None:
                listing = _after(unit.after, unit.database, listing)
        else:
            yield first
        async for page in listing:
            yield page

    def _tables(self, token: str | None) -> AsyncIterator[Page]:
        pattern = expression(self._by_range) if self._by_range else None
        return self._context.glue.tables(
            self._unit.database, token, expression=pattern, ahead=self._budget
        )

    async def _take(self, page: Page) -> bool:
        """Write what is ours; False when the endpoint does not keep to the range."""
        ours = self._unit.names or EVERYTHING
        owned = [answer for answer in page.items if owns(ours, _name(answer))]
        if self._by_range and len(owned) < len(page.items):
            return False
        if self._split_at:
            self._names += map(_name, owned)
        if page.items:
            self._last = _name(page.items[-1])
        page.items.clear()  # ``write_tables`` lets go of them early
        await write_tables(owned, self._unit, self._context)
        return True

    async def _hand_over(self, token: str) -> None:
        if self._split_at:
            try:
                return await self._split()
            except NotByRanges as reason:
                self._warn(str(reason))
        page = self._unit.page + 1
        if page * self._context.settings.page_budget >= MOST_PAGES:
            raise endless("GetTables", f"it goes on after {MOST_PAGES:,} pages")
        more = {"page": page, "token": token, "after": self._last, "has_gaps": self._has_gaps}
        self._context.children.append(self._unit.model_copy(update=more))
        return None

    async def _split(self) -> None:
        """Let ranges read all of it, also what was read here."""
        unit, context = self._unit, self._context
        whole = unit.names or EVERYTHING
        splitter = Splitter(context.glue, unit.database, set(self._names))
        ranges = await splitter.split(whole)
        await context.forget()
        if unit.names is None and _was_asked_for(context):
            await _describe(unit, context)
        for each in ranges:
            part = unit.model_copy(update={"names": each.part})
            if _is_empty(each):
                context.listings.append(part.listing)
            else:
                context.children.append(part)

    async def _plainly(self, reason: str) -> None:
        """Have this range picked out of a listing of all tables."""
        await self._context.forget()
        self._warn(reason)
        again = {"plain": True, "page": 0, "token": None, "after": None, "has_gaps": False}
        self._context.children.append(self._unit.model_copy(update=again))

    def _warn(self, reason: str) -> None:
        self._context.warnings.append(
            f"database {self._unit.database} was listed page after page, because {reason}"
        )


async def _after(name: str, database: str, listing: AsyncIterator[Page]) -> AsyncIterator[Page]:
    """The part of a listing behind the table of that name."""
    async for page in listing:
        names = [str(table.get("Name", "")) for table in page.items]
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


def _was_asked_for(context: UnitContext) -> bool:
    """Whether the database was named by the caller and so has not been listed."""
    request = context.run.request
    named = request.filters.databases.exact_names is not None
    return named or isinstance(request.scope, DatabaseScope)


def _dangling(database: str, link: CatalogLink, error: AwsNotFound) -> AwsNotFound:
    return AwsNotFound(
        f"database {database} is a resource link that dangles: it points at "
        f"{format_link(link)}, which does not exist or is no longer shared; delete the link or "
        "leave the database out",
        code=error.code,
    )


async def _describe(unit: DatabaseUnit, context: UnitContext) -> CatalogLink | None:
    """Write the database's record; what it points at if it is a resource link."""
    answer = await context.glue.database(unit.database)
    record = make_database_record(answer, context.origin)
    await context.write([(context.placed(record), answer)])
    return record.target


def _name(answer: Answer) -> str:
    return str(answer.get("Name", ""))


def _is_empty(probed: Probed) -> bool:
    return probed.is_all and not probed.names
