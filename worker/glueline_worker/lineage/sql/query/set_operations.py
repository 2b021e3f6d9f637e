"""WITH, and UNION with its siblings: a recursive CTE is a union that names itself."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlglot import exp

from glueline_worker.lineage.sql.query.expressions import get_alias_columns
from glueline_worker.lineage.sql.query.relation import Relation, stack_relations
from glueline_worker.lineage.sql.query.scope import Ctes, QueryScope
from glueline_worker.lineage.sql.query.walk import QueryWalk


class _Anchor(NamedTuple):
    """The first branch of a recursive CTE, which the others name."""

    relation: Relation
    names: Sequence[str]

    def fill(self, result: Relation) -> None:
        """Take over the columns, under the names that the CTE gives them."""
        named = result.rename(self.names)
        self.relation.fields, self.relation.rest = named.fields, named.rest
        self.relation.exact = named.exact


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
            relation = _read_recursive(walk, query, ctes, name, columns)
        else:
            relation = walk.query(query, ctes)
        ctes[name] = relation.rename(columns)
    return ctes


def _read_recursive(
    walk: QueryWalk, query: exp.SetOperation, ctes: Ctes, name: str, columns: list[str]
) -> Relation:
    """Read a CTE that names itself, again and again until its columns get no more sources."""
    anchor = _Anchor(Relation(), columns)
    own = {**ctes, name: anchor.relation}
    result = _read_branches(walk, query, own, None, anchor)
    rounds = len(result.fields)
    while rounds > 0 and _has_more(result, own[name]) and walk.take_round():
        rounds -= 1
        own[name] = result.rename(columns)
        result = _read_branches(walk, query, own, None)
    return result


def _has_more(result: Relation, before: Relation) -> bool:
    """Tell whether a column has sources that it did not have ``before``."""
    pairs = zip(result.fields, before.fields, strict=False)
    return any(len(new.sources or ()) > len(old.sources or ()) for new, old in pairs)


def read_set_operation(
    walk: QueryWalk, node: exp.SetOperation, ctes: Ctes, parent: QueryScope | None
) -> Relation:
    """Return the relation of UNION, INTERSECT or EXCEPT."""
    return _read_branches(walk, node, ctes, parent)


def _read_branches(
    walk: QueryWalk,
    node: exp.SetOperation,
    ctes: Ctes,
    parent: QueryScope | None,
    anchor: _Anchor | None = None,
) -> Relation:
    """Read the branches without recursion: scripts chain thousands."""
    branches: list[exp.Expr] = []
    kinds: list[exp.SetOperation] = []
    left: exp.Expr = node
    while isinstance(left, exp.SetOperation):
        ctes = read_ctes(walk, left, ctes)
        branches.append(left.expression)
        kinds.append(left)
        left = left.this
    result = walk.query(left, ctes, parent)
    if anchor is not None:
        anchor.fill(result)
    for branch, kind in zip(reversed(branches), reversed(kinds), strict=True):
        other = walk.query(branch, ctes, parent)
        if isinstance(kind, exp.Union):
            result = stack_relations(result, other, by_name=bool(kind.args.get("by_name")))
            walk.spend(result)
        else:  # EXCEPT and INTERSECT only look at the rows of the right side
            for source in other.merge_all().sources or ():
                walk.indirect[source, "filter"] = None
    return result
