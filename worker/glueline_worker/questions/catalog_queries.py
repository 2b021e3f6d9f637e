"""Queries for the tables and jobs that a SQL sink holds, each by an index where there is one."""

import re
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, Table, and_, case, func, or_, select

from glueline_worker.questions.near_names import MAX_LENGTH_DIFFERENCE, make_ends
from glueline_worker.sinks.sql.schema.tables import (
    LINEAGE,
    PARTITION_SUMMARIES,
    PARTITIONS,
    TABLES,
)

_CLASS = re.compile(r"\[!?\]?[^\]]*\]")
_CANDIDATES = 5000
"""Names that are compared with a misspelled one."""


class TableSummary(Struct, frozen=True):
    """A live row of ``tables`` in short."""

    source: str
    region: str
    catalog_id: str | None
    database: str
    name: str
    format: str
    table_type: str | None
    owner: str | None
    columns: int
    location: str | None
    description: str | None

    @property
    def full_name(self) -> str:
        """``database.table``."""
        return f"{self.database}.{self.name}"


class RowPlace(Struct, frozen=True):
    """The columns that lead to what belongs to a row."""

    source: str
    place: str
    contents: str


class StoredThing(Struct, frozen=True):
    """A live table or job with its whole record."""

    at: RowPlace
    record: Mapping[str, Any]


def select_summaries(
    connection: Connection,
    patterns: Sequence[str],
    *,
    table_format: str | None = None,
    owner: str | None = None,
) -> list[TableSummary]:
    """Read the tables whose name fits one of the globs, sorted by database and name."""
    columns = TABLES.c
    query = select(
        columns.source,
        columns.region,
        columns.catalog_id,
        columns.database_name,
        columns.name,
        columns.format,
        columns.table_type,
        columns.owner,
        columns.column_count,
        columns.location,
        columns.description,
    ).where(columns.deleted_at.is_(None))
    if patterns:
        query = query.where(or_(*map(_fits, patterns)))
    if table_format:
        query = query.where(func.lower(columns.format) == table_format.lower())
    if owner:
        query = query.where(func.lower(columns.owner) == owner.lower())
    order = (columns.database_name, columns.name, columns.source, columns.region)
    found = (TableSummary(*row) for row in connection.execute(query.order_by(*order)))
    return [table for table in found if not patterns or _is_wanted(table, patterns)]


def _is_wanted(table: TableSummary, patterns: Sequence[str]) -> bool:
    for pattern in patterns:
        name = (table.full_name if "." in pattern else table.name).lower()
        if name == pattern.lower() or fnmatchcase(name, pattern.lower()):
            return True
    return False


def _fits(pattern: str) -> ColumnElement[bool]:
    """Compare ``database.table`` with a glob that has a dot, and the table with another.

    A table that is called like the glob fits too, whatever characters its name has.
    """
    full_name = TABLES.c.database_name.concat(".").concat(TABLES.c.name)
    name = full_name if "." in pattern else TABLES.c.name
    return or_(name.ilike(_to_like(pattern), escape="\\"), func.lower(name) == func.lower(pattern))


def _to_like(glob: str) -> str:
    """Return a pattern of SQL that fits all that the glob fits; it has no ``[abc]``."""
    escaped = glob.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return _CLASS.sub("_", escaped).replace("*", "%").replace("?", "_")


def select_things(connection: Connection, table: Table, names: Iterable[str]) -> list[StoredThing]:
    """Read the live tables or jobs that have one of the names."""
    columns = table.c
    query = (
        select(columns.source, columns.place, columns.contents, columns.record)
        .where(columns.name.in_(sorted(names)), columns.deleted_at.is_(None))
        .order_by(columns.source, columns.place, columns.key)
    )
    return [StoredThing(RowPlace(*row[:-1]), row[-1]) for row in connection.execute(query)]


def select_near_names(connection: Connection, table: Table, name: str) -> list[str]:
    """Read names that begin or end like ``name`` and are about as long, also of deleted things.

    The index of names is enough for it; whether a thing is live stands in the wide rows.
    """
    column = table.c.name
    start, end = make_ends(name)
    starts = column.ilike(f"{_to_like(start)}%", escape="\\")
    ends = column.ilike(f"%{_to_like(end)}", escape="\\")
    difference = func.abs(func.length(column) - len(name))
    query = (
        select(column)
        .where(difference <= MAX_LENGTH_DIFFERENCE, or_(starts, ends))
        .group_by(column)
        .order_by(case((and_(starts, ends), 0), else_=1), difference)
        .limit(_CANDIDATES)
    )
    return list(connection.scalars(query))


def count_partitions(connection: Connection, at: RowPlace) -> int | None:
    """Return how many partitions a table has in the catalogue; None where no run read them."""
    summary = PARTITION_SUMMARIES.c.partition_count
    number: int | None = connection.scalar(
        select(summary).where(*_is_below(PARTITION_SUMMARIES, at))
    )
    if number is not None:
        return number
    rows = select(func.count()).select_from(PARTITIONS).where(*_is_below(PARTITIONS, at))
    return connection.scalar(rows) or None


def select_edge_records(connection: Connection, at: RowPlace) -> list[Mapping[str, Any]]:
    """Read the records of a job's edges."""
    columns = LINEAGE.c
    order = (columns.downstream_namespace, columns.downstream_name, columns.upstream_namespace)
    query = select(columns.record).where(*_is_below(LINEAGE, at))
    return list(connection.scalars(query.order_by(*order, columns.upstream_name)))


def _is_below(table: Table, at: RowPlace) -> tuple[ColumnElement[bool], ...]:
    """Find live rows by the listing that they were found in, which has an index."""
    columns = table.c
    return (
        columns.source == at.source,
        columns.place == at.place,
        columns.listing == at.contents,
        columns.deleted_at.is_(None),
    )
