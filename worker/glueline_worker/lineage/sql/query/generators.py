"""Rows made out of a column, as by ``explode`` or UNNEST: their names and their sources."""

from collections.abc import Sequence
from itertools import chain

from sqlglot import exp

from glueline_worker.lineage.sql.query.expressions import get_alias_columns, read_value
from glueline_worker.lineage.sql.query.functions import get_name
from glueline_worker.lineage.sql.query.relation import TRANSFORMED, Field, Relation, Sources
from glueline_worker.lineage.sql.query.scope import QueryScope
from glueline_worker.lineage.sql.query.walk import QueryWalk

_EXPLODE = (exp.Explode, exp.ExplodeOuter)
_POSEXPLODE = (exp.Posexplode, exp.PosexplodeOuter)


def is_generator(node: exp.Expr) -> bool:
    """Tell whether an expression of a SELECT makes several columns or rows."""
    if isinstance(node, (*_EXPLODE, *_POSEXPLODE, exp.Inline, exp.Stack, exp.QueryTransform)):
        return True
    return get_name(node) in {"json_tuple", "inline_outer", "variant_explode"}


def read_generator(
    walk: QueryWalk, node: exp.Expr, scope: QueryScope, names: Sequence[str] = ()
) -> Relation:
    """Return the columns that a generator makes, under ``names`` or those that Spark gives."""
    found = _read_generator(walk, node, scope, len(names))
    if not names:
        return found
    if found.exact and len(names) <= len(found.fields):
        return found.rename(names)
    if found.exact:  # FLATTEN has more columns than one can tell apart
        every = found.merge_all(TRANSFORMED)
        return Relation([every.rename(name) for name in names])
    return Relation([Field(name, found.every) for name in names])


def _read_generator(  # noqa: PLR0911 - one return for each kind
    walk: QueryWalk, node: exp.Expr, scope: QueryScope, wanted: int
) -> Relation:
    if isinstance(node, exp.Stack):
        return _read_stack(walk, node, scope)
    if isinstance(node, exp.QueryTransform):
        return _read_transform(walk, node, scope)
    name = get_name(node)
    if name == "json_tuple":
        value = read_value(walk, node.expressions[0], scope) if node.expressions else Field("")
        count = len(node.expressions) - 1
        return Relation([value.change(f"c{index}", TRANSFORMED) for index in range(count)])
    is_inline = isinstance(node, exp.Inline) or name == "inline_outer"
    inner = node.expressions[0] if name == "inline_outer" and node.expressions else node
    value = read_value(walk, inner, scope)
    every = value.change("", TRANSFORMED)
    if is_inline:
        members = walk.list_members(value)
        if members:
            return Relation(list(members))
        return Relation(every=every.sources, exact=False)
    if isinstance(node, (*_EXPLODE, *_POSEXPLODE)):
        if not walk.names_exploded and not wanted:  # FLATTEN has its own names
            return Relation(every=every.sources, exact=False)
        return _read_explode(walk, node, value, wanted)
    return Relation(every=every.sources, exact=False)


def _read_explode(walk: QueryWalk, node: exp.Expr, value: Field, wanted: int) -> Relation:
    """Return ``col``, or ``key`` and ``value``; whether a column is a map is mostly not known."""
    item = value.take_out("col")
    fields = [value.change("pos", TRANSFORMED)] if isinstance(node, _POSEXPLODE) else []
    if walk.is_map(value):
        return Relation([*fields, *(walk.list_members(value) or ())])
    if wanted == len(fields) + 2:
        return Relation([*fields, item.rename("key"), item.rename("value")])
    if not wanted and isinstance(node.this, exp.Map | exp.VarMap | exp.MapFromEntries):
        return Relation([*fields, item.rename("key"), item.rename("value")])
    relation = Relation([*fields, item])
    if not wanted:
        relation.hide([item.rename("key"), item.rename("value")])
    return relation


def _read_stack(walk: QueryWalk, node: exp.Stack, scope: QueryScope) -> Relation:
    """Read ``stack(rows, a, b, c, …)``, whose values fill the columns in turn."""
    values = [read_value(walk, item, scope) for item in node.expressions]
    rows = int(node.this.name) if node.this.name.isdigit() else 0
    if not 0 < rows <= len(values):
        every: Sources = Relation(values).merge_all(TRANSFORMED).sources or {}
        return Relation(every=every, exact=False)
    width = -(-len(values) // rows)
    fields = []
    for index in range(width):
        merged = Relation(values[index::width]).merge_all(TRANSFORMED)
        fields.append(merged.rename(f"col{index}"))
    return Relation(fields)


def _read_transform(walk: QueryWalk, node: exp.QueryTransform, scope: QueryScope) -> Relation:
    """Read ``TRANSFORM (a, b) USING 'script' AS (x, y)``: a script may use all that it gets."""
    values = [read_value(walk, item, scope) for item in node.expressions]
    every = Relation(values).merge_all(TRANSFORMED)
    schema = node.args.get("schema")
    names = [item.name for item in schema.expressions] if schema else ["key", "value"]
    walk.spend_sources(len(names) * len(every.sources or ()))
    return Relation([every.rename(name) for name in names])


def read_unnest(walk: QueryWalk, node: exp.Unnest, scope: QueryScope) -> Relation:
    """Read UNNEST of one or more columns; the position WITH ORDINALITY has no source."""
    names = get_alias_columns(node)
    values = [read_value(walk, item, scope) for item in node.expressions]
    offset = node.args.get("offset")
    if isinstance(offset, exp.Identifier):  # sqlglot takes the position's name for itself
        position = [offset.name]
    else:
        position = ["ordinality"] if offset else []
    fields = _spread(walk, values, names, has_position=bool(offset))
    fields += [Field(name) for name in position]
    if not names:
        every = Relation(values).merge_all(TRANSFORMED).sources
        return Relation(fields if position else [], every=every)
    return Relation(fields)


def _spread(
    walk: QueryWalk, values: Sequence[Field], names: list[str], *, has_position: bool
) -> list[Field]:
    """Give each name its value: rows fill one column for each field, maps two."""
    members = [walk.list_members(value) or (value,) for value in values]
    if sum(map(len, members)) == len(names) > len(values):
        pairs = zip(chain.from_iterable(members), names, strict=True)
        return [value.take_out(name) for value, name in pairs]
    if len(values) == 1:
        return [values[0].take_out(name) for name in names]
    fields = [value.take_out(name) for value, name in zip(values, names, strict=False)]
    extra = names[len(values) :]
    if extra and not has_position and values:
        all_sources = Relation(list(values)).merge_all(TRANSFORMED)
        return [all_sources.rename(name) for name in names]
    return fields + [Field(name) for name in extra]
