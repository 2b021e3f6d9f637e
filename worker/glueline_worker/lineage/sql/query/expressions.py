"""Expressions: the columns that one is made of, those that only decide, and its queries."""

from collections.abc import Callable, Sequence

from sqlglot import exp

from glueline.contract.lineage import Effect
from glueline_worker.lineage.sql.query.calls import take_first
from glueline_worker.lineage.sql.query.collector import SourceCollector, find_way
from glueline_worker.lineage.sql.query.functions import TIME_WINDOWS, get_name
from glueline_worker.lineage.sql.query.references import find_field, find_starred
from glueline_worker.lineage.sql.query.relation import (
    NO_DECIDING,
    TRANSFORMED,
    Field,
    merge_fields,
    stack_fields,
)
from glueline_worker.lineage.sql.query.scope import QueryScope
from glueline_worker.lineage.sql.query.walk import QueryWalk


def read_value(walk: QueryWalk, node: exp.Expr, scope: QueryScope) -> Field:
    """Return a nameless column of an expression.

    Its sources are None when it has columns and none can be resolved.
    """
    while isinstance(node, exp.Alias | exp.Paren):
        node = node.this
    if isinstance(node, exp.Column) and not isinstance(node.this, exp.Star):
        return find_field(walk, node, scope) or Field("", None)
    read = _READERS.get(type(node))
    return read(walk, node, scope) if read else SourceCollector(walk, scope).read(node)


def _read_tuple(walk: QueryWalk, node: exp.Expr, scope: QueryScope) -> Field:
    if walk.is_spark:
        return _read_struct(walk, node, scope)
    return SourceCollector(walk, scope).read(node)


def _read_dot(walk: QueryWalk, node: exp.Expr, scope: QueryScope) -> Field:
    if isinstance(node.expression, exp.Func):  # a function of a schema: db.f(a)
        return SourceCollector(walk, scope).read(node)
    base = read_value(walk, node.this, scope)
    return walk.find_member(base, node.expression.name) or Field("", None)


def _read_subquery(walk: QueryWalk, node: exp.Expr, scope: QueryScope) -> Field:
    if not isinstance(node.this, exp.Query):
        return SourceCollector(walk, scope).read(node)
    return take_first(walk.query(node, scope.ctes, scope)) or Field("", None)


def _read_anonymous(walk: QueryWalk, node: exp.Expr, scope: QueryScope) -> Field:
    found = SourceCollector(walk, scope).read(node)
    if get_name(node) in TIME_WINDOWS:
        found.fields = (found.rename("start"), found.rename("end"))
    return found


def _read_keeping(walk: QueryWalk, node: exp.Expr, scope: QueryScope) -> Field:
    children = [
        child
        for value in node.args.values()
        for child in (value if isinstance(value, list) else [value])
        if isinstance(child, exp.Expr) and not isinstance(child, exp.Literal)
    ]
    parts = [read_value(walk, child, scope) for child in children]
    return _merge_structs(walk, parts, find_way(node))


def _read_bracket(walk: QueryWalk, node: exp.Expr, scope: QueryScope) -> Field:
    """Read ``array[0]``, ``map['key']`` or ``struct['field']``, which may be structs."""
    base = read_value(walk, node.this, scope)
    key = node.expressions[0] if len(node.expressions) == 1 else None
    if isinstance(key, exp.Literal) and key.is_string and not walk.is_map(base):
        member = walk.find_member(base, key.name)
        if member is not None:
            return member
    keys = [item for item in node.expressions if not isinstance(item, exp.Literal)]
    parts = [base, *(read_value(walk, item, scope) for item in keys)]
    found = _merge_structs(walk, parts, find_way(node))
    if found.fields is None:
        found.schema = walk.find_item_key(base)
    return found


def _read_zip(walk: QueryWalk, node: exp.Expr, scope: QueryScope) -> Field:
    """Read ``arrays_zip(a, b)``, whose rows have a field for each array."""
    found = SourceCollector(walk, scope).read(node)
    found.fields = tuple(
        found.rename(item.name if isinstance(item, exp.Column) else str(index))
        for index, item in enumerate(node.expressions)
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


def _read_struct(walk: QueryWalk, node: exp.Expr, scope: QueryScope) -> Field:
    """Read ``struct(a, b AS c)`` or ``(a, b)``, whose fields keep their own sources."""
    fields: list[Field] = []
    for item in node.expressions:
        if isinstance(item, exp.PropertyEQ):
            name, value = item.this.name, item.expression
        elif not item.is_star or isinstance(item, exp.Count):
            is_named = isinstance(item, exp.Alias | exp.Column | exp.Dot)
            name, value = item.alias_or_name if is_named else f"col{len(fields) + 1}", item
        else:
            starred = _list_starred(walk, item, scope)
            if starred is None:
                return SourceCollector(walk, scope).read(node)
            fields += starred
            continue
        fields.append(read_value(walk, value, scope).rename(name))
    merged = SourceCollector(walk, scope)
    for each in fields:
        merged.add(each, TRANSFORMED, None)
    found = merged.build()
    found.fields = tuple(fields)
    return found


def _list_starred(walk: QueryWalk, item: exp.Expr, scope: QueryScope) -> list[Field] | None:
    relation = find_starred(walk, item, scope)
    return list(relation.fields) if relation.exact else None


_KEEPING = (
    exp.AnyValue,
    exp.Array,
    exp.ArrayAgg,
    exp.ArrayUniqueAgg,
    exp.Coalesce,
    exp.Explode,
    exp.ExplodeOuter,
    exp.First,
    exp.FirstValue,
    exp.Inline,
    exp.Last,
    exp.LastValue,
    exp.Max,
    exp.Min,
    exp.Posexplode,
    exp.PosexplodeOuter,
)
"""Functions whose value, or its items, are structs where their arguments are."""
_READERS: dict[type[exp.Expr], Callable[[QueryWalk, exp.Expr, QueryScope], Field]] = {
    exp.Anonymous: _read_anonymous,
    exp.ArraysZip: _read_zip,
    exp.Bracket: _read_bracket,
    exp.Case: _read_choice,
    exp.Dot: _read_dot,
    exp.If: _read_choice,
    exp.Struct: _read_struct,
    exp.Subquery: _read_subquery,
    exp.Tuple: _read_tuple,
    **dict.fromkeys(_KEEPING, _read_keeping),
}
