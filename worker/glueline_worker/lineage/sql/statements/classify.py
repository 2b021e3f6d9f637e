"""Parsed statements by their kind: each is handed to the function that reads it."""

from collections.abc import Callable

from sqlglot import exp

from glueline_worker.lineage.sql.model import SqlStatement
from glueline_worker.lineage.sql.query.relation import Relation
from glueline_worker.lineage.sql.statements import dml, queries
from glueline_worker.lineage.sql.statements.statement_builder import (
    StatementBuilder,
    StatementContext,
)

_READERS: dict[type[exp.Expr], Callable[[exp.Expr, StatementBuilder], SqlStatement]] = {
    exp.Create: queries.read_create,
    exp.Cache: queries.read_cache,
    exp.Use: queries.read_use,
    exp.Insert: dml.read_insert,
    exp.Merge: dml.read_merge,
    exp.Update: dml.read_update,
    exp.Delete: dml.read_delete,
}


_MAX_WORK = 300_000
"""Nodes and columns of the source that several INSERTs read, each anew."""


def _read_inserts(tree: exp.MultitableInserts, context: StatementContext) -> list[SqlStatement]:
    """Read the INSERTs that share a source, the last of very many without their columns."""
    size = sum(1 for _ in tree.args["source"].walk())
    left = _MAX_WORK
    found: list[SqlStatement] = []
    for part in tree.expressions:
        builder = StatementBuilder(context)
        if left > 0:
            found.append(dml.read_multi_insert(tree, part, builder))
        else:
            found.append(dml.read_target(part, found[0].reads, builder))
        left -= size + 10 * len(found[-1].columns)
    if left <= 0:
        context.warnings.append(f"line {context.line}: INSERTs of a large source lack columns")
    return found


def classify_statement(tree: exp.Expr, context: StatementContext) -> list[SqlStatement]:
    """Return the statements of ``tree``: several where one INSERT has several targets."""
    if isinstance(tree, exp.MultitableInserts):
        return _read_inserts(tree, context)
    builder = StatementBuilder(context)
    if not context.wants_columns and (tables := queries.read_tables(tree, builder)):
        return [tables]
    if isinstance(tree, exp.Query | exp.Values | exp.Alias):
        return [queries.read_select(tree, builder)]
    reader = _READERS.get(type(tree))
    return [reader(tree, builder) if reader else builder.build("other", Relation())]
