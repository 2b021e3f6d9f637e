"""The statements that the SQL reader finds in a text."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

from msgspec import Struct, field

from glueline.contract.lineage import Effect, Transformation
from glueline_worker.lineage.model import ColumnRef, Flow, IndirectRef
from glueline_worker.lineage.sql.session import EMPTY_SESSION, SqlSession

TableName = tuple[str, ...]
"""A table's name in its parts, as written but without quotes. A file that is read like a table
(``parquet.`s3://…` ``) stands among columns as a name of one part, its path."""

ColumnSource = tuple[TableName, str]
"""A table and one of its columns."""


class IndirectSource(NamedTuple):
    """A column that decides about the rows of a statement, or about one outgoing ``column``."""

    source: ColumnSource
    effect: Effect
    column: str | None = None


StatementKind = Literal[
    "select",
    "insert",
    "create_table",
    "create_view",
    "merge",
    "update",
    "delete",
    "unload",
    "copy",
    "use",
    "other",
]


class SqlStatement(Struct, frozen=True):
    """One statement: its sources, its targets, and the sources of its columns.

    The target of MERGE, UPDATE and DELETE is among ``reads`` only if a query inside reads it too.
    CREATE TABLE without a query has a ``write`` and no ``reads``: it defines a table and moves
    no data.
    """

    kind: StatementKind
    reads: tuple[TableName, ...] = ()
    """Tables and views in order of appearance; CTEs and aliases are resolved away."""
    write: TableName | None = None
    """The table, or permanent view, that is written."""
    view: TableName | None = None
    """The name that CREATE TEMP VIEW, CREATE TEMP TABLE or CACHE TABLE … AS gives a query for the
    session; then ``write`` is None."""
    columns: Mapping[str, tuple[ColumnSource, ...]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    """Outgoing columns with their sources: none for a constant. A column whose source cannot be
    resolved is left out."""
    transformations: Mapping[tuple[str, ColumnSource], Transformation] = field(
        default_factory=lambda: MappingProxyType({})
    )
    """The way from a source to an outgoing column, where it is not the value itself."""
    indirect: tuple[IndirectSource, ...] = ()
    rest: tuple[TableName, ...] = ()
    """Tables of unknown schema whose columns all pass under their own names (``SELECT *``)."""
    dropped: tuple[str, ...] = ()
    """Columns that ``rest`` does not pass (``SELECT * EXCEPT``)."""
    path_reads: tuple[str, ...] = ()
    """Files by URL: ``parquet.`s3://…` ``, COPY FROM, LOAD DATA."""
    path_writes: tuple[str, ...] = ()
    """Files by URL: UNLOAD TO, INSERT OVERWRITE DIRECTORY, the LOCATION of CREATE TABLE."""
    database: TableName | None = None
    """The database (or ``catalog.database``) that USE makes the current one."""
    line: int = 1
    """1-based, within the text."""

    def flow(self, ids: Mapping[TableName, str]) -> Flow:
        """Return the flow of the columns; ``ids`` maps the names that are read to their nodes.

        A file stands among the names as one part, its path. Names without a node are left out.
        """
        columns = {
            column: tuple(
                ColumnRef(
                    ids[source[0]],
                    source[1],
                    self.transformations.get((column, source), "identity"),
                )
                for source in sources
                if source[0] in ids
            )
            for column, sources in self.columns.items()
        }
        whole = tuple(ids[table] for table in self.rest if table in ids)
        indirect = tuple(
            IndirectRef(ColumnRef(ids[table], name), effect, column)
            for (table, name), effect, column in self.indirect
            if table in ids
        )
        return Flow(columns, whole=whole, dropped=frozenset(self.dropped), indirect=indirect)


class SqlReading(Struct, frozen=True):
    """The statements of a text in their order, and the warnings about the rest."""

    statements: tuple[SqlStatement, ...] = ()
    warnings: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()
    """The warnings about text that was not read; it may name other tables."""
    session: SqlSession = EMPTY_SESSION
    """The functions and variables that are known after the text, for the next one."""
