"""Builds the record of one statement out of a walk through its queries."""

from dataclasses import replace
from types import MappingProxyType

from sqlglot import exp

from glueline_worker.lineage.sql.model import ColumnSource, SqlStatement, StatementKind
from glueline_worker.lineage.sql.placeholders import Placeholders
from glueline_worker.lineage.sql.query.relation import Relation, merge_sources
from glueline_worker.lineage.sql.query.select import read_query
from glueline_worker.lineage.sql.query.tables import TableSchemas, find_file_path
from glueline_worker.lineage.sql.query.walk import QueryWalk


class StatementBuilder:
    """Builds one statement."""

    def __init__(self, placeholders: Placeholders, schemas: TableSchemas, line: int) -> None:
        self.walk = QueryWalk(placeholders, schemas, read_query)
        self._line = line

    def build(self, kind: StatementKind, relation: Relation) -> SqlStatement:
        """Return a statement that yields ``relation`` to nothing that has a name."""
        columns: dict[str, tuple[ColumnSource, ...]] = {}
        for item in relation.fields:
            if item.name and item.sources is not None:
                name = self.walk.placeholders.restore(item.name)
                columns[name] = merge_sources((columns.get(name), item.sources))
        return SqlStatement(
            kind,
            reads=self.walk.reads,
            columns=MappingProxyType(columns),
            rest=relation.rest,
            dropped=tuple(sorted(relation.dropped)),
            path_reads=self.walk.paths,
            line=self._line,
        )

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


def split_target(node: object) -> tuple[exp.Table | None, list[str]]:
    """Return the table of ``t`` or ``t (a, b)``, and the names of its columns."""
    if isinstance(node, exp.Schema):
        table, _ = split_target(node.this)
        return table, [column.name for column in node.expressions if column.name]
    return (node if isinstance(node, exp.Table) else None), []
