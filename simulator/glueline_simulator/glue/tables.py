"""GetTables, GetTable and SearchTables."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import attrgetter

import orjson

from glueline_simulator.catalogue.account_state import StoredDatabase
from glueline_simulator.errors import invalid_input_error, not_found_error
from glueline_simulator.glue.context import GlueContext, render_page
from glueline_simulator.glue.databases import follow_database_link
from glueline_simulator.glue.expressions import NameIndexes, compile_expression
from glueline_simulator.glue.paging import MAX_SCANNED
from glueline_simulator.settings import Expressions

# SearchTables finds no more tables, however many pages are read.
_SEARCH_END = 10_000
_indexes = NameIndexes()


def get_tables(context: GlueContext) -> bytes:
    """Answer with a page of tables. Rows are bytes already, so that a page is only joined."""
    context, database = follow_database_link(context)
    chosen = _select_positions(context, database)
    keep = _make_filter(context, database)
    wanted = context.parameters.get("AttributesToGet")
    scan = 1 if _is_filtered(context) else MAX_SCANNED
    rows, token = context.pager.page(
        context.call, database.tables, keep, positions=chosen, scan=scan
    )
    return render_page("TableList", map(_make_narrower(wanted), rows) if wanted else rows, token)


def get_table(context: GlueContext) -> bytes:
    """Answer with one table."""
    name = context.parameters["Name"]
    context, database = follow_database_link(context)
    return b'{"Table":%b}' % context.table(database, name)


def search_tables(context: GlueContext) -> bytes:
    """Answer with tables of all databases by text and filters, at most 10,000 without a notice."""
    listing = _AllTables(context, context.parameters.get("SearchText", "").strip('"').lower())
    for predicate in context.parameters.get("Filters", []):
        listing.add_filter(predicate.get("Key", ""), predicate.get("Value", ""))
    found, token = context.pager.page(context.call, listing, end=min(listing.end, _SEARCH_END))
    return render_page("TableList", found, token)


@dataclass(frozen=True, slots=True)
class _Place:
    """A database, and the position of its first table in a listing of all tables."""

    database: StoredDatabase
    first: int


class _AllTables:
    """The tables of all databases as one listing."""

    def __init__(self, context: GlueContext, text: str) -> None:
        self._context = context
        self._text = text
        self._filters: dict[str, str] = {}
        self._places: list[_Place] = []
        self.end = 0
        for database in context.account.databases:
            self._places.append(_Place(database, self.end))
            self.end += database.tables.end

    def add_filter(self, key: str, value: str) -> None:
        """Leave out tables whose field has another value."""
        if key not in ("DatabaseName", "Name"):
            raise invalid_input_error(f"Unsupported filter key: {key}")
        self._filters[key] = value.lower()

    def at(self, position: int) -> bytes | None:
        """Return the table at a position; None when it does not match."""
        place = self._find_place(position)
        name = place.database.tables.name(position - place.first)
        if name is None or not self._context.sees_table(place.database.name, name):
            return None
        if self._filters.get("DatabaseName", place.database.name) != place.database.name:
            return None
        if self._filters.get("Name", name) != name or self._text not in name:
            return None
        return place.database.tables.at(position - place.first)

    def _find_place(self, position: int) -> _Place:
        return self._places[bisect_right(self._places, position, key=attrgetter("first")) - 1]


def _select_positions(context: GlueContext, database: StoredDatabase) -> Sequence[int] | None:
    """Return the positions that an expression selects; None without an index."""
    expression = context.parameters.get("Expression")
    mode = context.call.settings.expressions
    if expression and mode is Expressions.REFUSED:
        raise invalid_input_error("Expressions are not supported for this catalog")
    if not expression or mode is not Expressions.INDEXED:
        return None
    return _indexes.of(database.tables).select(compile_expression(expression))


def _is_filtered(context: GlueContext) -> bool:
    return context.call.settings.expressions is Expressions.FILTERED


def _make_filter(context: GlueContext, database: StoredDatabase) -> Callable[[int], bool] | None:
    """Return a test of positions; None when every position passes."""
    tables, hidden = database.tables, bool(context.call.settings.hide)
    expression = context.parameters.get("Expression")
    pattern = compile_expression(expression) if expression and _is_filtered(context) else None
    if hidden and any(rule.hides_database(database.name) for rule in context.call.settings.hide):
        raise not_found_error(f"Database {database.name} not found.")
    if pattern is None and not hidden:
        return None

    def keep(position: int) -> bool:
        name = tables.name(position)
        if name is None or (pattern and not pattern.fullmatch(name)):
            return False
        return not hidden or context.sees_table(database.name, name)

    return keep


def _make_narrower(wanted: list[str]) -> Callable[[bytes], bytes]:
    if sorted(wanted) not in (["NAME"], ["NAME", "TABLE_TYPE"]):
        message = "AttributesToGet accepts [NAME] or [NAME, TABLE_TYPE]"
        raise invalid_input_error(message)
    names = ["Name", "TableType"] if "TABLE_TYPE" in wanted else ["Name"]

    def narrow(row: bytes) -> bytes:
        table = orjson.loads(row)
        return orjson.dumps({name: table[name] for name in names if name in table})

    return narrow
