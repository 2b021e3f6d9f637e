"""GetTables, GetTable and SearchTables."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import orjson

from glueline_simulator.catalogue.account_state import Database
from glueline_simulator.errors import invalid_input, not_found
from glueline_simulator.glue.context import Context, page_of
from glueline_simulator.glue.databases import linked_database
from glueline_simulator.glue.expressions import Indexes, compiled
from glueline_simulator.glue.paging import MOST_SCANNED
from glueline_simulator.settings import Expressions

# What SearchTables finds at most, however long one follows its tokens.
SEARCH_END = 10_000
_indexes = Indexes()


def get_tables(context: Context) -> bytes:
    """A page of tables: rows are bytes already, so that a large page is only joined."""
    context, database = linked_database(context)
    chosen = _chosen(context, database)
    keep = _filter(context, database)
    wanted = context.given.get("AttributesToGet")
    scan = 1 if _is_filtered(context) else MOST_SCANNED
    rows, token = context.pager.page(
        context.call, database.tables, keep, positions=chosen, scan=scan
    )
    return page_of("TableList", map(_narrow(wanted), rows) if wanted else rows, token)


def get_table(context: Context) -> bytes:
    """One table."""
    name = context.given["Name"]
    context, database = linked_database(context)
    return b'{"Table":%b}' % context.table(database, name)


def search_tables(context: Context) -> bytes:
    """Tables of all databases by text and filters; it stops silently near 10,000."""
    listing = AllTables(context, context.given.get("SearchText", "").strip('"').lower())
    for predicate in context.given.get("Filters", []):
        listing.add_filter(predicate.get("Key", ""), predicate.get("Value", ""))
    found, token = context.pager.page(context.call, listing, end=min(listing.end, SEARCH_END))
    return page_of("TableList", found, token)


@dataclass(frozen=True, slots=True)
class _Place:
    database: Database
    first: int


class AllTables:
    """The tables of all databases as one listing."""

    def __init__(self, context: Context, text: str) -> None:
        self._context = context
        self._text = text
        self._filters: dict[str, str] = {}
        self._places: list[_Place] = []
        self.end = 0
        for database in context.account.databases:
            self._places.append(_Place(database, self.end))
            self.end += database.tables.end

    def add_filter(self, key: str, value: str) -> None:
        """Keep only tables whose field has this value."""
        if key not in ("DatabaseName", "Name"):
            raise invalid_input(f"Unsupported filter key: {key}")
        self._filters[key] = value.lower()

    def at(self, position: int) -> bytes | None:
        """The table at a position if it matches."""
        place = self._place(position)
        name = place.database.tables.name(position - place.first)
        if name is None or not self._context.sees_table(place.database.name, name):
            return None
        if self._filters.get("DatabaseName", place.database.name) != place.database.name:
            return None
        if self._filters.get("Name", name) != name or self._text not in name:
            return None
        return place.database.tables.at(position - place.first)

    def _place(self, position: int) -> _Place:
        low, high = 0, len(self._places)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self._places[middle].first <= position else (low, middle)
        return self._places[low]


def _chosen(context: Context, database: Database) -> Sequence[int] | None:
    """The positions that an expression selects where it is served from an index."""
    expression = context.given.get("Expression")
    mode = context.call.settings.expressions
    if expression and mode is Expressions.REFUSED:
        raise invalid_input("Expressions are not supported for this catalog")
    if not expression or mode is not Expressions.INDEXED:
        return None
    return _indexes.of(database.tables).select(compiled(expression))


def _is_filtered(context: Context) -> bool:
    return context.call.settings.expressions is Expressions.FILTERED


def _filter(context: Context, database: Database) -> Callable[[int], bool] | None:
    """A test of positions, None when every position passes."""
    tables, hidden = database.tables, bool(context.call.settings.hide)
    expression = context.given.get("Expression")
    pattern = compiled(expression) if expression and _is_filtered(context) else None
    if hidden and any(rule.hides_database(database.name) for rule in context.call.settings.hide):
        raise not_found(f"Database {database.name} not found.")
    if pattern is None and not hidden:
        return None

    def keep(position: int) -> bool:
        name = tables.name(position)
        if name is None or (pattern and not pattern.fullmatch(name)):
            return False
        return not hidden or context.sees_table(database.name, name)

    return keep


def _narrow(wanted: list[str]) -> Callable[[bytes], bytes]:
    if sorted(wanted) not in (["NAME"], ["NAME", "TABLE_TYPE"]):
        message = "AttributesToGet accepts [NAME] or [NAME, TABLE_TYPE]"
        raise invalid_input(message)
    names = ["Name", "TableType"] if "TABLE_TYPE" in wanted else ["Name"]

    def narrow(row: bytes) -> bytes:
        table = orjson.loads(row)
        return orjson.dumps({name: table[name] for name in names if name in table})

    return narrow
