"""PIVOT, UNPIVOT and MATCH_RECOGNIZE: relations that are made anew out of one."""

from collections.abc import Iterator, Sequence
from itertools import product

from sqlglot import exp

from glueline_worker.lineage.sql.query.expressions import decide, read_value
from glueline_worker.lineage.sql.query.relation import (
    AGGREGATED,
    IDENTITY,
    NO_DECIDING,
    TRANSFORMED,
    Deciding,
    Field,
    Relation,
    merge_fields,
)
from glueline_worker.lineage.sql.query.scope import QueryScope, expand_star
from glueline_worker.lineage.sql.query.walk import QueryWalk


def apply_pivots(
    walk: QueryWalk, node: exp.Expr, relation: Relation, scope: QueryScope
) -> Relation:
    """Return ``relation`` after the PIVOTs and UNPIVOTs of an item of FROM."""
    if not node.args.get("pivots"):
        return relation
    # Spark turns all that stands before, also ``a CROSS JOIN b PIVOT (…)``.
    parent = scope if walk.is_spark and scope.items else scope.parent
    inner = QueryScope(scope.ctes, parent)
    inner.add((node.alias_or_name,), relation)
    return _apply(walk, node, relation, inner)


def pivot_all(walk: QueryWalk, node: exp.Expr, scope: QueryScope, path: Sequence[str]) -> None:
    """Replace all items of ``scope`` by what the PIVOT behind a join makes of them.

    They are still there for names like ``t.a``, and ``*`` does not yield them.
    """
    inner = QueryScope(scope.ctes, scope.parent, scope.items, scope.merged)
    relation = _apply(walk, node, expand_star(scope), inner)
    for item in scope.items:
        item.is_hidden = True
    before = scope.items
    scope.items, scope.merged = [], {}
    scope.add(path, relation)
    scope.items += before


def _apply(walk: QueryWalk, node: exp.Expr, relation: Relation, inner: QueryScope) -> Relation:
    for pivot in node.args.get("pivots") or ():
        is_known = isinstance(pivot, exp.Pivot) and pivot.args.get("fields")
        if not is_known:
            return Relation(exact=False)
        if pivot.args.get("unpivot"):
            relation = _unpivot(walk, pivot, relation, inner)
        else:
            relation = _pivot(walk, pivot, relation, inner)
        alias = pivot.args.get("alias")
        if isinstance(alias, exp.TableAlias) and alias.columns:
            relation = relation.rename([column.name for column in alias.columns])
        inner = QueryScope(inner.ctes, inner.parent)
        inner.add((pivot.alias or node.alias_or_name,), relation)
    return relation


def _pivot(walk: QueryWalk, pivot: exp.Pivot, relation: Relation, scope: QueryScope) -> Relation:
    """Return the columns that group, then one for each value and aggregate."""
    turned = [item.this for item in pivot.args["fields"] if isinstance(item, exp.In)]
    used = _list_names([*pivot.expressions, *turned])
    deciding: Deciding = {}
    for column in turned:
        for source in read_value(walk, column, scope).sources or ():
            deciding[source, "conditional"] = None
    aggregates = [read_value(walk, item, scope) for item in pivot.expressions]
    names = _name_pivoted(walk, pivot)
    if names is None:
        return Relation(exact=False)
    fields = [item for item in relation.fields if item.name.lower() not in used]
    for index, name in enumerate(names):
        found = aggregates[index % len(aggregates)].change(name, AGGREGATED)
        found.deciding = {**found.deciding, **deciding} or NO_DECIDING
        fields.append(found)
    dropped = relation.dropped | (used if relation.rest else frozenset())
    return Relation(fields, relation.rest, dropped, exact=relation.exact)


def _name_pivoted(walk: QueryWalk, pivot: exp.Pivot) -> list[str] | None:
    """Return the names of the new columns; the aggregates of one value stand together."""
    lists = [item.expressions for item in pivot.args["fields"] if isinstance(item, exp.In)]
    if not lists or not pivot.expressions or any(isinstance(v, exp.Query) for v in lists[0]):
        return None
    if not walk.is_spark:
        columns = pivot.args.get("columns") or ()
        return [walk.placeholders.restore(column.name) for column in columns] or None
    values = ["_".join(map(_name_value, group)) for group in product(*lists)]
    if len(pivot.expressions) == 1:
        return values
    aggregates = [_name_aggregate(item) for item in pivot.expressions]
    return [f"{value}_{name}" for value in values for name in aggregates]


def _name_value(node: exp.Expr) -> str:
    if isinstance(node, exp.PivotAlias | exp.Alias):
        return str(node.args["alias"].name)
    if isinstance(node, exp.Tuple):
        return "{" + ", ".join(map(_name_value, node.expressions)) + "}"
    if isinstance(node, exp.Boolean | exp.Null):
        return str(node.this).lower() if isinstance(node, exp.Boolean) else "null"
    return node.name


def _name_aggregate(node: exp.Expr) -> str:
    return node.alias or node.sql("spark").lower()


def _unpivot(walk: QueryWalk, pivot: exp.Pivot, relation: Relation, scope: QueryScope) -> Relation:
    """Return the columns that stay, the column of names, and those of values."""
    (field, *_) = pivot.args["fields"]
    if not isinstance(field, exp.In):
        return Relation(exact=False)
    groups = [_list_columns(item) for item in field.expressions]
    used = _list_names(column for group in groups for column in group)
    stay = [item for item in relation.fields if item.name.lower() not in used]
    (target, *_) = pivot.expressions or [exp.Identifier(this="")]
    targets = target.expressions if isinstance(target, exp.Tuple) else [target]
    names = [item.name for item in targets]
    values = []
    for index, name in enumerate(names):
        parts = [read_value(walk, group[index], scope) for group in groups if index < len(group)]
        values.append(merge_fields(name, parts))
    label = [Field(field.this.name)]
    made = [*values, *label] if pivot.args.get("value_columns_first") else [*label, *values]
    dropped = relation.dropped | (used if relation.rest else frozenset())
    return Relation([*stay, *made], relation.rest, dropped, exact=relation.exact)


def _list_columns(node: exp.Expr) -> Sequence[exp.Expr]:
    if isinstance(node, exp.PivotAlias | exp.Alias):
        node = node.this
    return node.expressions if isinstance(node, exp.Tuple) else [node]


def _list_names(nodes: Sequence[exp.Expr] | Iterator[exp.Expr]) -> frozenset[str]:
    """Return the names of all columns in ``nodes``, in lower case."""
    found = set()
    for node in nodes:
        if isinstance(node, exp.Identifier):
            found.add(node.name.lower())
        found |= {column.name.lower() for column in node.find_all(exp.Column)}
    return frozenset(found)


def match_rows(
    walk: QueryWalk, node: exp.MatchRecognize, relation: Relation, around: QueryScope
) -> Relation:
    """Return the columns of MATCH_RECOGNIZE: its keys and measures, or all rows with them."""
    scope = QueryScope(around.ctes, around.parent)
    scope.add((), relation)
    for name in {column.table for column in node.find_all(exp.Column) if column.table}:
        scope.add((name,), relation)
        scope.items[-1].is_hidden = True
    rows = node.args.get("rows")
    if rows is not None and "ALL ROWS" in rows.name.upper():
        result = Relation(list(relation.fields), relation.rest, exact=relation.exact)
    else:
        keys = node.args.get("partition_by") or []
        result = Relation([read_value(walk, key, scope).rename(key.alias_or_name) for key in keys])
    decide(walk, node.args.get("partition_by"), scope, "window")
    decide(walk, node.args.get("order"), scope, "window")
    decide(walk, node.args.get("define"), scope, "filter")
    for measure in node.args.get("measures") or ():
        found = read_value(walk, measure.this, scope)
        way = IDENTITY if isinstance(measure.this.unalias(), exp.Column) else TRANSFORMED
        result.fields.append(found.change(measure.this.alias_or_name, way))
    return result
