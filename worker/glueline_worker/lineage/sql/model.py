"""What the SQL reader says of a text."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

TableName = tuple[str, ...]
"""A table's name in its parts, as written but without quotes. A file that is read like a table
(``parquet.`s3://…` ``) stands among columns as a name of one part, its path."""

ColumnSource = tuple[TableName, str]
"""A table and one of its columns."""

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


@dataclass(frozen=True, slots=True)
class SqlStatement:
    """One statement: what it reads, what it writes, and how the columns come about.

    The target of MERGE, UPDATE and DELETE is not among ``reads`` unless a query inside reads it
    too. CREATE TABLE without a query has a ``write`` and no ``reads``: it defines, it moves
    nothing.
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
    """Outgoing columns with what they are made of: nothing for a constant. A column whose source
    cannot be told is left out."""
    rest: tuple[TableName, ...] = ()
    """Tables of unknown schema whose columns all pass under their own names (``SELECT *``)."""
    dropped: tuple[str, ...] = ()
    """Columns that ``rest`` does not pass (``SELECT * EXCEPT``)."""
    path_reads: tuple[str, ...] = ()
    """Files by URL: ``parquet.`s3://…` ``, COPY FROM, LOAD DATA."""
    path_writes: tuple[str, ...] = ()
    """Files by URL: UNLOAD TO, INSERT OVERWRITE DIRECTORY, the LOCATION of CREATE TABLE."""
    database: TableName | None = None
    """What USE makes the current database (or ``catalog.database``)."""
    line: int = 1
    """1-based, within the text."""


@dataclass(frozen=True, slots=True)
class SqlReading:
    """The statements of a text in their order, and what was not understood."""

    statements: tuple[SqlStatement, ...] = ()
    warnings: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()
    """Those warnings that say what was not read; other tables may be in it."""
