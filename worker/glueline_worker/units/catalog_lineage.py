"""The lineage in the catalogue itself: views with the columns of what they read, and links."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from msgspec import structs

from glueline.contract.messages import DatabaseUnit, TableUnit
from glueline.contract.records import TableRecord
from glueline_worker.catalog.values import to_text
from glueline_worker.lineage.graph.collapse import collapse
from glueline_worker.lineage.links.storage import make_link_lineage
from glueline_worker.lineage.model import Lineage, LineageContext
from glueline_worker.lineage.schemas import get_glue_name, join_schemas
from glueline_worker.lineage.views import find_tables_to_look_up, read_view
from glueline_worker.sinks.model import StoredEntry
from glueline_worker.units.context import UnitContext
from glueline_worker.units.fingerprints import make_fingerprint
from glueline_worker.units.table_columns import (
    MOST_TABLES,
    TableLookup,
    decode_table_names,
    look_up_tables,
    prefetch_columns,
    warn_of_limit,
)

_NO_TEXT = ("the view's SQL could not be read",)
_NOTHING = TableLookup({}, frozenset())


class Owner(NamedTuple):
    """The owner's database of a table that is read through a link to it."""

    database: str
    catalog_id: str | None


@dataclass(frozen=True)
class CatalogThing:
    """A table, view or link, with the tables that a view reads."""

    table: TableRecord
    owner: Owner | None
    is_view: bool
    """True for a view, also without a text that can be read."""
    inputs: Mapping[str, str]
    """The tables that are looked up: the name in the view's SQL, and the name to ask Glue for."""

    @classmethod
    def of(cls, table: TableRecord, owner: Owner | None, *, is_view: bool) -> "CatalogThing":
        """Read the names of tables in the SQL of a view."""
        if table.target is not None or not table.views:
            return cls(table, owner, is_view, {})
        if owner is None:
            names = find_tables_to_look_up(table)
            return cls(table, owner, is_view, dict(zip(names, names, strict=True)))
        # The owner's other databases are not in this catalogue.
        theirs, ours = owner.database.lower(), table.database_name.lower()
        found = find_tables_to_look_up(structs.replace(table, database_name=owner.database))
        through = {
            name: f"{ours}/{name.partition('/')[2]}"
            for name in found
            if name.partition("/")[0] == theirs
        }
        return cls(table, owner, is_view, through)

    @property
    def tables_to_ask_for(self) -> tuple[str, ...]:
        """The tables that Glue is asked for."""
        return tuple(self.inputs.values())[:MOST_TABLES]

    async def look_up(self, context: UnitContext) -> TableLookup:
        """Return the tables by their names in the SQL."""
        if not self.inputs:
            return _NOTHING
        label = f"view {self.table.database_name}.{self.table.name}"
        warn_of_limit(len(self.inputs), label, context)
        found = await look_up_tables(self.tables_to_ask_for, context)
        schemas = {
            name: found.schemas[asked]
            for name, asked in self.inputs.items()
            if asked in found.schemas
        }
        answered = set(self.tables_to_ask_for) - found.unknown
        unknown = {name for name, asked in self.inputs.items() if asked not in answered}
        return TableLookup(schemas, frozenset(unknown))


def find_owner(answer: Mapping[str, Any], unit: DatabaseUnit | TableUnit) -> Owner | None:
    """Return the owner's database of a table that is read through a resource link, else None."""
    database = to_text(answer.get("DatabaseName"))
    if not database or database.lower() == unit.database.lower():
        return None
    return Owner(database, to_text(answer.get("CatalogId")))


async def find_unchanged_tables(
    fingerprints: Mapping[str, str | None], context: UnitContext
) -> dict[str, StoredEntry]:
    """Return the tables that all sinks hold as they are, and views whose inputs are as they were.

    ``fingerprints`` are those of the answers, by key.
    """
    keys = [key for key, value in fingerprints.items() if value]
    stored = await context.writing.find_stored_entries("table", keys)
    is_wanted = context.options.lineage
    inputs = {
        key: decode_table_names(entry.inputs) if is_wanted else [] for key, entry in stored.items()
    }
    await prefetch_columns((name for names in inputs.values() for name in names), context)
    same = {}
    for key, entry in stored.items():
        names = inputs[key]
        found = await look_up_tables(names, context) if names else _NOTHING
        if make_view_fingerprint(fingerprints[key], names, found) == entry.fingerprint:
            same[key] = entry
    return same


async def prefetch_inputs(things: Iterable[CatalogThing], context: UnitContext) -> None:
    """Ask for the tables that many views read with few calls."""
    await prefetch_columns((name for thing in things for name in thing.tables_to_ask_for), context)


def make_view_fingerprint(
    fingerprint: str | None, names: Sequence[str], found: TableLookup
) -> str | None:
    """Return the fingerprint of a table's answer together with the columns of a view's inputs.

    None when the answer's is, or when the columns of an input may be known another time.
    """
    if not names or fingerprint is None:
        return fingerprint
    if len(found.schemas) < len(names):
        return None
    return make_fingerprint(fingerprint, list(found.schemas.values()))


def read_catalog_lineage(
    thing: CatalogThing, found: TableLookup, context: UnitContext
) -> tuple[str, Lineage]:
    """Read the lineage in the catalogue itself: a view reads tables, a link is its target.

    The lineage of a table that is read through a link to a database is that of the owner's table.
    """
    kind, lineage = _read_lineage(thing, found, context)
    if thing.is_view and kind != "view" and thing.table.target is None:
        return "view", Lineage(gaps=_NO_TEXT)  # the record says what is wrong with it
    return kind, lineage


def _read_lineage(
    thing: CatalogThing, found: TableLookup, context: UnitContext
) -> tuple[str, Lineage]:
    table, owner = thing.table, thing.owner
    account = (owner and owner.catalog_id) or context.at.catalog_id
    lineage_context = LineageContext(
        region=context.at.region, account=account, schemas=join_schemas(found.schemas)
    )
    if owner:
        table = structs.replace(table, database_name=owner.database, catalog_id=account)
    if table.target is not None:
        return "table", make_link_lineage(table, lineage_context)
    if table.views or table.sub_objects:
        graph = read_view(table, lineage_context, found.unknown)
        return "view", collapse(graph, _add_own_columns(table, lineage_context))
    return "table", Lineage()


def _add_own_columns(view: TableRecord, context: LineageContext) -> LineageContext:
    """Add the view's own columns: all of ``SELECT *`` over a table that is not known."""
    name = f"{view.database_name}/{view.name}".lower()
    columns = tuple(map(get_glue_name, view.columns))
    return replace(context, schemas={**context.schemas, name: columns}) if columns else context
