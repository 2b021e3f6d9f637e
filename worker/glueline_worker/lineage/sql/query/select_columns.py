"""The columns of a SELECT: expressions, stars, generators and patterns, with their names."""

import re
from collections.abc import Callable

from sqlglot import exp

from glueline_worker.lineage.sql.pipes import PLACE
from glueline_worker.lineage.sql.query.expressions import (
    read_value,
)
from glueline_worker.lineage.sql.query.generators import is_generator, read_generator
from glueline_worker.lineage.sql.query.name_patterns import is_name_pattern, match_names
from glueline_worker.lineage.sql.query.references import find_field, find_starred
from glueline_worker.lineage.sql.query.relation import TRANSFORMED, Field, Relation
from glueline_worker.lineage.sql.query.scope import QueryScope, is_lateral_alias
from glueline_worker.lineage.sql.query.walk import QueryWalk

_PLAIN_AGGREGATES = frozenset({exp.Sum, exp.Min, exp.Max, exp.Count})
"""Functions that have one name only."""


def add_projection(walk: QueryWalk, node: exp.Expr, scope: QueryScope, result: Relation) -> None:
    """Add what one item of a SELECT yields to ``result``: a column, several, or it is not known."""
    if type(node) is exp.Column and _is_plain(walk, node):
        name = node.this.this
        found = find_field(walk, node, scope)
        if not name.startswith(PLACE):
            found = found.rename(name) if found else Field(name, None)
        result.fields.append(found or Field("", None))
    else:
        _add_any(walk, node, scope, result)


def _add_any(walk: QueryWalk, node: exp.Expr, scope: QueryScope, result: Relation) -> None:
    star = node if isinstance(node, exp.Star) else None
    if isinstance(node, exp.Column | exp.Dot) and node.is_star:
        star = node.find(exp.Star)
    if star is not None:
        _add_star(walk, star, find_starred(walk, node, scope), scope, result)
        return
    if isinstance(node, exp.Column) and walk.names_exploded and is_name_pattern(node):
        matched = match_names(node, scope)
        if matched is not None:
            result.fields += matched.fields
            return
    placeholders = walk.placeholders
    names = [item.name for item in node.expressions] if isinstance(node, exp.Aliases) else []
    inner = node.this if isinstance(node, exp.Aliases | exp.Alias) else node
    if is_generator(inner):
        if isinstance(node, exp.Alias):
            names = [node.alias]
        relation = read_generator(walk, inner, scope, [placeholders.restore(n) for n in names])
        result.fields += relation.fields
        result.hide(relation.hidden)
        result.exact &= relation.exact
        return
    found = read_value(walk, node, scope)
    if names:
        result.fields += [found.rename(placeholders.restore(name)) for name in names]
        return
    if placeholders.has_any:
        if placeholders.is_placeholder(node.name) and not node.alias:
            # A templated list of columns: neither their names nor their number is known.
            result.exact = False
            return
        name = "" if placeholders.is_placeholder(node.output_name) else node.output_name
        result.fields.append(found.rename(placeholders.restore(name)))
        return
    name = _name_projection(walk, node, scope)
    result.fields.append(found if name.startswith(PLACE) else found.rename(name))


def _is_plain(walk: QueryWalk, node: exp.Column) -> bool:
    """Tell whether a column is a name as it is written: no star, pattern or placeholder."""
    if walk.placeholders.has_any or type(node.this) is not exp.Identifier:
        return False
    return not (walk.names_exploded and is_name_pattern(node))


def _name_projection(walk: QueryWalk, node: exp.Expr, scope: QueryScope) -> str:
    if isinstance(node, exp.Alias):
        return node.alias
    if isinstance(node, exp.Column):
        return node.name
    if not walk.is_spark:
        return node.output_name
    if isinstance(node, exp.Subquery):
        return "scalarsubquery()"
    if type(node) in _PLAIN_AGGREGATES and isinstance(node.this, exp.Column | exp.Star):
        is_plain = len(node.this.args) <= 1 and not node.expressions
        if is_plain:
            return f"{type(node).__name__.lower()}({node.this.name or 1})"

    def is_table(name: str) -> bool:
        return scope.find_item((name.lower(),)) is not None

    def is_alias(name: str) -> bool:
        return is_lateral_alias(scope, name)

    return walk.name_projection(node, is_table, is_alias) or node.output_name


def _add_star(
    walk: QueryWalk, star: exp.Star, relation: Relation, scope: QueryScope, result: Relation
) -> None:
    """Add the columns of ``* EXCEPT (…) REPLACE (…) RENAME (…)`` or ``* ILIKE 'a%'``."""
    excluded = {item.name.lower() for item in star.args.get("except_") or () if not _is_field(item)}
    nested = {
        item.parts[0].name.lower() for item in star.args.get("except_") or () if _is_field(item)
    }
    renamed = {item.this.name.lower(): item.alias for item in star.args.get("rename") or ()}
    replaced = {item.alias.lower(): item for item in star.args.get("replace") or ()}
    fits = _make_filter(star.args.get("ilike"))
    for item in relation.fields:
        name = item.name.lower()
        if name in replaced:
            result.fields.append(read_value(walk, replaced[name], scope).rename(item.name))
        elif name not in excluded and fits(item.name):
            kept = item.change(item.name, TRANSFORMED) if name in nested else item
            result.fields.append(kept.rename(renamed[name]) if name in renamed else kept)
    if relation.exact:
        return
    known = {item.name.lower() for item in relation.fields}
    for name, expression in replaced.items():
        if name not in known:
            result.fields.append(read_value(walk, expression, scope).rename(expression.alias))
    for name, new in renamed.items():
        if name not in known and (found := relation.find(name)):
            result.fields.append(found.rename(new))
    result.exact = False
    result.dropped |= relation.dropped | excluded | renamed.keys() | replaced.keys()
    if star.args.get("ilike") is None:
        result.rest += tuple(table for table in relation.rest if table not in result.rest)


def _is_field(node: exp.Expr) -> bool:
    """Tell whether EXCEPT names a field of a struct, whose column stays."""
    return isinstance(node, exp.Dot) or (isinstance(node, exp.Column) and bool(node.table))


def _make_filter(pattern: object) -> Callable[[str], bool]:
    if not isinstance(pattern, exp.Literal):
        return lambda _: True
    parts = [re.escape(part).replace("_", ".") for part in pattern.name.split("%")]
    compiled = re.compile(".*".join(parts), re.IGNORECASE)
    return lambda name: compiled.fullmatch(name) is not None
