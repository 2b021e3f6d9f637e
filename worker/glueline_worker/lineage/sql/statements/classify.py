"""A parsed statement into what it reads and writes."""

from collections.abc import Callable

from sqlglot import exp

from glueline_worker.lineage.sql.model import SqlStatement
from glueline_worker.lineage.sql.placeholders import Holes
from glueline_worker.lineage.sql.query.relation import Relation
from glueline_worker.lineage.sql.query.tables import Schemas
from glueline_worker.lineage.sql.statements import dml, queries
from glueline_worker.lineage.sql.statements.statement_builder import Build

_READERS: dict[type[exp.Expr], Callable[[exp.Expr, Build], SqlStatement]] = {
    exp.Create: queries.create,
    exp.Cache: queries.cache,
    exp.Use: queries.use,
    exp.Insert: dml.insert,
    exp.Merge: dml.merge,
    exp.Update: dml.update,
    exp.Delete: dml.delete,
}


def describe(tree: exp.Expr, holes: Holes, schemas: Schemas, line: int) -> list[SqlStatement]:
    """The statements that ``tree`` stands for: several where one INSERT has several targets."""
    if isinstance(tree, exp.MultitableInserts):
        source = tree.args["source"]
        return [
            dml.multi_insert(part, source, Build(holes, schemas, line)) for part in tree.expressions
        ]
    build = Build(holes, schemas, line)
    if isinstance(tree, exp.Query | exp.Values | exp.Alias):
        return [queries.select(tree, build)]
    reader = _READERS.get(type(tree))
    return [reader(tree, build) if reader else build.made("other", Relation())]
