"""Expressions: the columns that one is made of, those that only decide, and its queries."""

from collections.abc import Sequence

from sqlglot import exp

from glueline.contract.lineage import Effect
from glueline_worker.lineage.sql.query.collector import (
    SourceCollector,
    find_field,
    find_starred,
    find_way,
    take_first,
)
from glueline_worker.lineage.sql.query.relation import (
    NO_DECIDING,
    TRANSFORMED,
    Field,
    merge_fields,
    stack_fields,
)
from glueline_worker.lineage.sql.query.scope import QueryScope
from glueline_worker.lineage.sql.query.walk import QueryWalk


def read_value(  # noqa: PLR0911 - one return for each kind
    walk: QueryWalk, node: exp.Expr, scope: QueryScope
) -> Field:
    """Return a nameless column of an expression.

    Its sources are None when it has columns and none can be resolved.
    """
    while isinstance(node, exp.Alias | exp.Paren):
        node = node.this
    if isinstance(node, exp.Column) and not isinstance(node.this, exp.Star):
        return find_field(walk, node, scope) or Field("", None)
    if isinstance(node, exp.Struct):
        return _read_struct(walk, node, scope)
    if isinstance(node, exp.Dot) and not isinstance(node.expression, exp.Func):
        base = read_value(walk, node.this, scope)
        return walk.find_member(base, node.expression.name) or Field("", None)
    if isinstance(node, exp.ArraysZip):
        return _read_zip(walk, node, scope)
    if isinstance(node, exp.Case | exp.If):
        return _read_choice(walk, node, scope)
    if isinstance(node, _KEEPING):
        return _read_keeping(walk, node, scope)
    if isinstance(node, exp.Subquery) and isinstance(node.this, exp.Query):
        relation = walk.query(node, scope.ctes, scope)
        return take_first(relation) or Field("", None)
    return SourceCollector(walk, scope).read(node)


_KEEPING = (
    exp.AnyValue,
    exp.Array,
    exp.ArrayAgg,
    exp.ArrayUniqueAgg,
    exp.Bracket,
    exp.Coalesce,
    exp.Explode,
    exp.First,
    exp.FirstValue,
    exp.Inline,
    exp.Last,
    exp.LastValue,
    exp.Max,
    exp.Min,
    exp.Posexplode,
)
"""Functions whose value, or its items, are structs where their arguments are."""


def _read_keeping(walk: QueryWalk, node: exp.Expr, scope: QueryScope) -> Field:
    children = [
        child
        for value in node.args.values()
        for child in (value if isinstance(value, list) else [value])
        if isinstance(child, exp.Expr) and not isinstance(child, exp.Literal)
    ]
    parts = [read_value(walk, child, scope) for child in children]
    return _merge_structs(walk, parts, find_way(node))


def _read_zip(walk: QueryWalk, node: exp.Expr, scope: QueryScope) -> Field:
    """Read ``arrays_zip(a, b)``, whose rows have a field for each array."""
    found = SourceCollector(walk, scope).read(node)
    found.fields = tuple(
        found.rename(item.name) for item in node.expressions if isinstance(item, exp.Column)
    )
    return found


def _read_choice(walk: QueryWalk, node: exp.Expr, scope: QueryScope) -> Field:
    """Read CASE or IF: the conditions decide, and structs stay structs."""
    tests = SourceCollector(walk, scope)
    results: list[exp.Expr | None] = []
    if isinstance(node, exp.Case) and node.this is not None:
        tests.collect(node.this, "conditional")
    for branch in node.args.get("ifs") or () if isinstance(node, exp.Case) else (node,):
        tests.collect(branch.this, "conditional")
        results += [branch.args.get("true"), branch.args.get("false")]
    results.append(node.args.get("default"))
    parts = [read_value(walk, value, scope) for value in results if value is not None]
    found = _merge_structs(walk, parts, TRANSFORMED)
    found.deciding = {**found.deciding, **tests.deciding} or NO_DECIDING
    return found


def _merge_structs(walk: QueryWalk, parts: Sequence[Field], way: int) -> Field:
    """Return one column of several that are structs of the same fields, if they are structs."""
    found = merge_fields("", parts).change("", way)
    structs = [part for part in parts if part.fields is not None]
    if structs:
        first, *others = structs
        for other in others:
            first = stack_fields(first, other)
        found.fields = first.fields
    elif parts:
        found.schema = walk.get_schema_key(parts[0])
    return found


def decide(walk: QueryWalk, value: object, scope: QueryScope, effect: Effect) -> None:
    """Note the columns of an expression that decides about all rows, and collect its tables."""
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, exp.Expr):
            collector = SourceCollector(walk, scope)
            collector.collect(item, effect)
            walk.indirect.update(collector.deciding)


def visit_queries(walk: QueryWalk, value: object, scope: QueryScope) -> None:
    """Collect the tables of the queries inside an expression that yields no column."""
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, exp.Expr):
            for part in item.dfs(prune=_is_query):
                if _is_query(part):
                    walk.query(part, scope.ctes, scope)


def get_alias_columns(node: exp.Expr) -> list[str]:
    """Return the names in ``AS alias (a, b)``."""
    alias = node.args.get("alias")
    return [column.name for column in alias.columns] if isinstance(alias, exp.TableAlias) else []


def _is_query(node: exp.Expr) -> bool:
    return isinstance(node, exp.Query | exp.Table)


def _read_struct(walk: QueryWalk, node: exp.Struct, scope: QueryScope) -> Field:
    """Read ``struct(a, b AS c)``, whose fields keep their own sources."""
    fields: list[Field] | None = []
    for item in node.expressions:
        if isinstance(item, exp.PropertyEQ):
            name, value = item.this.name, item.expression
        elif isinstance(item, exp.Alias | exp.Column) and not item.is_star:
            name, value = item.alias_or_name, item
        else:
            fields = _list_starred(walk, item, scope) if item.is_star else None
            if fields is None:
                return SourceCollector(walk, scope).read(node)
            continue
        assert fields is not None
        fields.append(read_value(walk, value, scope).rename(name))
    merged = SourceCollector(walk, scope)
    for each in fields or ():
        merged.add(each, TRANSFORMED, None)
    found = merged.build()
    found.fields = tuple(fields or ())
    return found


def _list_starred(walk: QueryWalk, item: exp.Expr, scope: QueryScope) -> list[Field] | None:
    relation = find_starred(walk, item, scope)
    return list(relation.fields) if relation.exact else None
