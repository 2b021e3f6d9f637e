"""Build the record of one statement out of a walk through its queries."""

from collections.abc import Callable, Iterable, Sequence
from types import MappingProxyType
from typing import TypeAlias

from msgspec import Struct, field
from msgspec.structs import replace
from sqlglot import exp

from glueline_worker.lineage.sql.model import (
    ColumnSource,
    IndirectSource,
    SqlStatement,
    StatementKind,
    TableName,
)
from glueline_worker.lineage.sql.placeholders import Placeholders
from glueline_worker.lineage.sql.projection_texts import ProjectionTexts
from glueline_worker.lineage.sql.query.relation import (
    Field,
    Relation,
    Sources,
    add_sources,
)
from glueline_worker.lineage.sql.query.scope import Item, QueryScope
from glueline_worker.lineage.sql.query.select import READERS
from glueline_worker.lineage.sql.query.tables import TableSchemas, find_file_path
from glueline_worker.lineage.sql.query.walk import QueryWalk
from glueline_worker.lineage.sql.session import EMPTY_SESSION, SqlSession
from glueline_worker.lineage.transformations import TRANSFORMATIONS

ColumnNaming: TypeAlias = Callable[[SqlStatement], Sequence[str]]
"""Returns the names that the columns of a query get by position; none if they keep their own."""


class StatementContext(Struct, frozen=True):
    """What is known around one statement."""

    placeholders: Placeholders
    schemas: TableSchemas
    dialect: str = "spark"
    session: SqlSession = EMPTY_SESSION
    texts: ProjectionTexts | None = None
    rows: tuple[Item, ...] = ()
    """The rows of the loops around the statement."""
    line: int = 1
    warnings: list[str] = field(default_factory=list)
    """Takes the warnings about the statement."""
    name_columns: ColumnNaming | None = None
    wants_columns: bool = True
    """Columns may be left out where this is false."""


class StatementBuilder:
    """Builds one statement."""

    def __init__(self, context: StatementContext) -> None:
        self.walk = QueryWalk(
            context.placeholders,
            context.schemas,
            READERS,
            dialect=context.dialect,
            session=context.session,
            texts=context.texts,
        )
        if context.rows:
            self.walk.outer = QueryScope({}, items=list(reversed(context.rows)))
        self._line = context.line
        self._name_columns = context.name_columns
        self.warnings: list[str] = context.warnings

    def warn(self, sentence: str) -> None:
        """Add a warning about the statement."""
        self.warnings.append(f"line {self._line}: {sentence}")

    def build(self, kind: StatementKind, relation: Relation) -> SqlStatement:
        """Return a statement that yields ``relation`` to nothing that has a name."""
        columns: dict[str, Sources] = {}
        indirect = {IndirectSource(*item): None for item in self.walk.indirect}
        for item in relation.fields:
            if item.name and item.sources is not None:
                name = self.walk.placeholders.restore(item.name)
                if name in columns:
                    columns[name] = {**columns[name]}
                    add_sources(columns[name], item.sources)
                else:
                    columns[name] = item.sources
                for source, effect in item.deciding:
                    indirect[IndirectSource(source, effect, name)] = None
        return SqlStatement(
            kind,
            reads=self._list_reads(columns.values()),
            columns=MappingProxyType({name: tuple(found) for name, found in columns.items()}),
            transformations=MappingProxyType(
                {
                    (name, source): TRANSFORMATIONS[way]
                    for name, found in columns.items()
                    for source, way in found.items()
                    if way
                }
            ),
            indirect=tuple(indirect),
            rest=relation.rest,
            dropped=tuple(sorted(relation.dropped)),
            path_reads=self.walk.paths,
            line=self._line,
        )

    def build_query(self, relation: Relation) -> SqlStatement:
        """Return a query; one whose columns get other names is a view without a name."""
        statement = self.build("select", relation)
        names = self._name_columns(statement) if self._name_columns else ()
        return self.build("create_view", relation.rename(names)) if names else statement

    def _list_reads(self, columns: Iterable[Sources]) -> tuple[TableName, ...]:
        """Return the tables that are read, here or by a loop whose row is used."""
        if self.walk.outer is None:
            return self.walk.reads
        used = (table for sources in columns for table, _ in sources)
        return tuple(dict.fromkeys((*self.walk.reads, *used)))

    def build_write(
        self, kind: StatementKind, target: exp.Table, relation: Relation, *, session: bool = False
    ) -> SqlStatement:
        """Return a statement that yields ``relation`` to ``target``.

        ``session`` makes the target one that lasts no longer than the session.
        """
        statement = self.build(kind, relation)
        name = self.walk.get_name(target)
        path = find_file_path(name)
        if path is not None:
            return replace(statement, path_writes=(path,))
        return replace(statement, view=name) if session else replace(statement, write=name)


def make_row(name: str, query: SqlStatement) -> Item:
    """Return the row of a loop over a query, as queries within the loop see it."""
    fields = [
        Field(column, {each: _find_way(query, column, each) for each in sources})
        for column, sources in query.columns.items()
    ]
    relation = Relation(fields, query.rest, exact=not query.rest)
    return Item((name,) if name else (), relation)


def _find_way(query: SqlStatement, column: str, source: ColumnSource) -> int:
    return TRANSFORMATIONS.index(query.transformations.get((column, source), "identity"))


def split_target(node: object) -> tuple[exp.Table | None, list[str]]:
    """Return the table of ``t`` or ``t (a, b)``, and the names of its columns."""
    if isinstance(node, exp.Schema):
        table, _ = split_target(node.this)
        return table, [column.name for column in node.expressions if column.name]
    return (node if isinstance(node, exp.Table) else None), []
