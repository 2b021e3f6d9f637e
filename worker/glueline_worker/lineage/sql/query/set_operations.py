"""WITH, and UNION with its siblings: a recursive CTE is a union that names itself."""

from sqlglot import exp

from glueline_worker.lineage.sql.query.expressions import get_alias_columns
from glueline_worker.lineage.sql.query.relation import Relation, stack_relations
from glueline_worker.lineage.sql.query.scope import Ctes, QueryScope
from glueline_worker.lineage.sql.query.walk import QueryWalk


def read_ctes(walk: QueryWalk, node: exp.Expr, ctes: Ctes) -> Ctes:
    """Return ``ctes`` with those that ``node`` defines."""
    clause = node.args.get("with_")
    if not isinstance(clause, exp.With):
        return ctes
    ctes = dict(ctes)
    for cte in clause.expressions:
        name = cte.alias.lower()
        query = cte.this
        columns = get_alias_columns(cte)
        if clause.args.get("recursive") and isinstance(query, exp.SetOperation):
            anchor = Relation()
            relation = _read_branches(walk, query, {**ctes, name: anchor}, None, anchor)
        else:
            relation = walk.query(query, ctes)
        ctes[name] = relation.rename(columns)
    return ctes


def read_set_operation(
    walk: QueryWalk, node: exp.SetOperation, ctes: Ctes, parent: QueryScope | None
) -> Relation:
    """Return the relation of UNION, INTERSECT or EXCEPT."""
    return _read_branches(walk, node, ctes, parent, Relation())


def _read_branches(
    walk: QueryWalk,
    node: exp.SetOperation,
    ctes: Ctes,
    parent: QueryScope | None,
    anchor: Relation,
) -> Relation:
    """Read the branches without recursion: scripts chain thousands.

    ``anchor`` gets the columns of the first branch, for a recursive CTE that the others name.
    """
    branches: list[exp.Expr] = []
    kinds: list[exp.SetOperation] = []
    left: exp.Expr = node
    while isinstance(left, exp.SetOperation):
        ctes = read_ctes(walk, left, ctes)
        branches.append(left.expression)
        kinds.append(left)
        left = left.this
    result = walk.query(left, ctes, parent)
    anchor.fields, anchor.rest, anchor.exact = result.fields, result.rest, result.exact
    for branch, kind in zip(reversed(branches), reversed(kinds), strict=True):
        other = walk.query(branch, ctes, parent)
        if isinstance(kind, exp.Union):
            result = stack_relations(result, other, by_name=bool(kind.args.get("by_name")))
            walk.spend(result)
        else:  # EXCEPT and INTERSECT only look at the rows of the right side
            for source in other.merge_all().sources or ():
                walk.indirect[source, "filter"] = None
    return result
