"""The columns that an expression is made of, and those that only decide about its value."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

from sqlglot import exp

from glueline.contract.lineage import Effect
from glueline_worker.lineage.sql.query.calls import (
    call_sql_function,
    read_table_argument,
    take_first,
)
from glueline_worker.lineage.sql.query.functions import (
    CONDITION_NAMES,
    get_name,
    is_aggregate,
    is_masking,
)
from glueline_worker.lineage.sql.query.references import find_field, find_starred
from glueline_worker.lineage.sql.query.relation import (
    AGGREGATED,
    IDENTITY,
    MASKED,
    NO_DECIDING,
    TRANSFORMED,
    Deciding,
    Field,
    Sources,
    add_sources,
)
from glueline_worker.lineage.sql.query.scope import QueryScope
from glueline_worker.lineage.sql.query.walk import QueryWalk

_Step: TypeAlias = tuple[object, int, Effect | None]
"""An expression, the way on which its value passes, and its effect if it only decides."""


class SourceCollector:
    """Collects the sources of one expression without recursion: conditions chain thousands."""

    def __init__(self, walk: QueryWalk, scope: QueryScope) -> None:
        self._walk = walk
        self._scope = scope
        self._sources: Sources = {}
        self._seen = self._known = False
        self.deciding: Deciding = {}

    def read(self, node: exp.Expr) -> Field:
        """Return the nameless column that an expression is."""
        self.collect(node, None)
        return self.build()

    def build(self) -> Field:
        """Return what was collected as a nameless column."""
        known = self._known or not self._seen
        return Field("", self._sources if known else None, self.deciding or NO_DECIDING)

    def add(self, found: Field | None, way: int, effect: Effect | None) -> None:
        """Add a column that is part of the expression."""
        if effect is not None:
            for source in (found and found.sources) or ():
                self.deciding[source, effect] = None
            return
        self._seen = True
        if found is None:
            return
        if found.deciding:
            self.deciding.update(found.deciding)
        if found.sources is not None:
            self._known = True
            add_sources(self._sources, found.sources, way)

    def collect(self, node: exp.Expr, effect: Effect | None) -> None:
        """Add all columns of an expression; with an effect, they only decide."""
        todo: list[_Step] = [(node, IDENTITY, effect)]
        while todo:
            value, way, effect = todo.pop()
            if isinstance(value, list):
                todo += [(item, way, effect) for item in reversed(value)]
            elif isinstance(value, exp.Expr):
                if isinstance(value, exp.Column) and not isinstance(value.this, exp.Star):
                    self.add(find_field(self._walk, value, self._scope), way, effect)
                elif (expand := _EXPANDERS.get(type(value))) is not None:
                    todo += reversed(list(expand(self, value, way, effect)))
                elif isinstance(value, exp.Query):
                    self._add_query(value, way, effect)
                else:
                    self._expand_any(value, way, effect, todo)

    def _expand_any(
        self, node: exp.Expr, way: int, effect: Effect | None, todo: list[_Step]
    ) -> None:
        if not node.args:
            return
        if isinstance(node, exp.Func):
            way = max(way, find_way(node))
        elif way == IDENTITY:
            way = TRANSFORMED
        todo += [
            (child, way, effect)
            for child in reversed(node.args.values())
            if isinstance(child, (exp.Expr, list)) and type(child) not in _LEAVES
        ]

    def _add_query(self, node: exp.Expr, way: int, effect: Effect | None) -> None:
        relation = self._walk.query(node, self._scope.ctes, self._scope)
        if effect is None:
            self.add(take_first(relation), way, None)
            return
        for item in relation.fields:
            self.add(item, way, effect)

    # Each of these returns the parts of one kind of expression.

    def _expand_star(self, node: exp.Expr, way: int, effect: Effect | None) -> Iterable[_Step]:
        if not self._walk.is_open:
            for item in find_starred(self._walk, node, self._scope).fields:
                self.add(item, max(way, TRANSFORMED), effect)
        return ()

    def _expand_same(self, node: exp.Expr, way: int, effect: Effect | None) -> Iterator[_Step]:
        yield node.this, way, effect

    def _expand_value(self, node: exp.Expr, way: int, effect: Effect | None) -> Iterator[_Step]:
        yield node.expression, way, effect

    def _expand_struct(self, node: exp.Expr, way: int, effect: Effect | None) -> Iterator[_Step]:
        yield node.expressions, max(way, TRANSFORMED), effect

    def _expand_dot(self, node: exp.Expr, way: int, effect: Effect | None) -> Iterator[_Step]:
        if isinstance(node.expression, exp.Func):  # a function of a schema: db.f(a)
            yield node.expression, way, effect
        else:
            self.add(self._walk.value(node, self._scope), way, effect)

    def _expand_case(self, node: exp.Expr, way: int, effect: Effect | None) -> Iterator[_Step]:
        way = max(way, TRANSFORMED)
        yield node.args.get("this"), way, effect or "conditional"
        for branch in node.args.get("ifs") or ():
            yield branch.this, way, effect or "conditional"
            yield branch.args.get("true"), way, effect
        yield node.args.get("default"), way, effect

    def _expand_if(self, node: exp.Expr, way: int, effect: Effect | None) -> Iterator[_Step]:
        way = max(way, TRANSFORMED)
        yield node.this, way, effect or "conditional"
        yield node.args.get("true"), way, effect
        yield node.args.get("false"), way, effect

    def _expand_decode(self, node: exp.Expr, way: int, effect: Effect | None) -> Iterator[_Step]:
        value, *pairs = node.expressions
        way = max(way, TRANSFORMED)
        yield value, way, effect or "conditional"
        for index, item in enumerate(pairs):
            is_searched = index % 2 == 0 and index + 1 < len(pairs)
            yield item, way, effect or ("conditional" if is_searched else None)

    def _expand_count(self, node: exp.Expr, way: int, effect: Effect | None) -> Iterator[_Step]:
        if not isinstance(node.this, exp.Star):
            yield node.this, max(way, AGGREGATED), effect
        yield node.expressions, max(way, AGGREGATED), effect

    def _expand_filter(self, node: exp.Expr, way: int, effect: Effect | None) -> Iterator[_Step]:
        yield node.this, way, effect
        yield node.expression, way, effect or "filter"

    def _expand_window(self, node: exp.Expr, way: int, effect: Effect | None) -> Iterator[_Step]:
        yield node.this, max(way, AGGREGATED), effect
        named = self._scope.windows.get(node.args["alias"].name.lower()) if node.alias else None
        if isinstance(node.this, _RANKS):  # ranks are made of the values that order the rows
            order = node.args.get("order") or (named.args.get("order") if named else None)
            yield order.expressions if order else None, max(way, AGGREGATED), effect
        for part in (node, named):
            for key in ("partition_by", "order", "spec"):
                yield part.args.get(key) if part else None, way, effect or "window"

    def _expand_order(self, node: exp.Expr, way: int, effect: Effect | None) -> Iterator[_Step]:
        yield node.args.get("this"), way, effect
        # The order of a concatenation is part of its value.
        is_value = isinstance(node.parent, exp.GroupConcat)
        yield node.expressions, way, effect or (None if is_value else "sort")

    def _expand_group(self, node: exp.Expr, way: int, effect: Effect | None) -> Iterator[_Step]:
        way = max(way, AGGREGATED)
        yield node.this, way, effect
        for key in node.expression.expressions:
            yield key.this, way, effect

    def _expand_in(self, node: exp.Expr, way: int, effect: Effect | None) -> Iterator[_Step]:
        """Take the value as part of the answer; a list from a query only decides."""
        way = max(way, TRANSFORMED)
        yield node.this, way, effect
        yield node.args.get("query"), way, effect or "filter"
        yield node.expressions, way, effect
        yield node.args.get("unnest"), way, effect

    def _expand_exists(self, node: exp.Expr, way: int, effect: Effect | None) -> Iterator[_Step]:
        if isinstance(node.this, exp.Query):  # it only looks whether there are rows
            self._walk.query(node.this, self._scope.ctes, self._scope)
        else:
            yield from ((child, max(way, TRANSFORMED), effect) for child in node.args.values())

    def _expand_anonymous(self, node: exp.Expr, way: int, effect: Effect | None) -> Iterator[_Step]:
        name = get_name(node)
        table = read_table_argument(self._walk, node, self._scope) if name == "table" else None
        if table is not None:
            self.add(table.merge_all(), max(way, TRANSFORMED), effect)
            return
        function = self._walk.session.functions.get(name)
        if function is not None and effect is None:
            result = call_sql_function(self._walk, function, node.expressions, self._scope)
            self.add(result.merge_all(), max(way, TRANSFORMED), effect)
            return
        way = max(way, find_way(node))
        if name in CONDITION_NAMES:
            yield node.expressions[:1], way, effect or "conditional"
            yield node.expressions[1:], way, effect
        else:
            yield node.expressions, way, effect

    def _skip(self, _node: exp.Expr, _way: int, _effect: Effect | None) -> Iterable[_Step]:
        return ()

    def _expand_table(self, node: exp.Expr, way: int, effect: Effect | None) -> Iterable[_Step]:
        self._add_query(node, way, effect)
        return ()


def find_way(node: exp.Expr) -> int:
    """Return the way on which a function's arguments become its value."""
    if is_masking(node):
        return MASKED
    return AGGREGATED if is_aggregate(node) else TRANSFORMED


_LEAVES = frozenset({exp.Literal, exp.Identifier, exp.DataType, exp.Var, exp.Boolean, exp.Null})
_RANKS = (exp.Rank, exp.DenseRank, exp.PercentRank)
_Expander: TypeAlias = Callable[["SourceCollector", exp.Expr, int, Effect | None], Iterable[_Step]]
_EXPANDERS: dict[type[exp.Expr], _Expander] = {
    exp.Column: SourceCollector._expand_star,  # noqa: SLF001
    exp.Star: SourceCollector._expand_star,  # noqa: SLF001
    exp.Alias: SourceCollector._expand_same,  # noqa: SLF001
    exp.Aliases: SourceCollector._expand_same,  # noqa: SLF001
    exp.Paren: SourceCollector._expand_same,  # noqa: SLF001
    exp.PropertyEQ: SourceCollector._expand_value,  # noqa: SLF001
    exp.Kwarg: SourceCollector._expand_value,  # noqa: SLF001
    exp.Struct: SourceCollector._expand_struct,  # noqa: SLF001
    exp.Dot: SourceCollector._expand_dot,  # noqa: SLF001
    exp.Case: SourceCollector._expand_case,  # noqa: SLF001
    exp.If: SourceCollector._expand_if,  # noqa: SLF001
    exp.Nvl2: SourceCollector._expand_if,  # noqa: SLF001
    exp.DecodeCase: SourceCollector._expand_decode,  # noqa: SLF001
    exp.Count: SourceCollector._expand_count,  # noqa: SLF001
    exp.Filter: SourceCollector._expand_filter,  # noqa: SLF001
    exp.Window: SourceCollector._expand_window,  # noqa: SLF001
    exp.Order: SourceCollector._expand_order,  # noqa: SLF001
    exp.WithinGroup: SourceCollector._expand_group,  # noqa: SLF001
    exp.In: SourceCollector._expand_in,  # noqa: SLF001
    exp.Exists: SourceCollector._expand_exists,  # noqa: SLF001
    exp.Anonymous: SourceCollector._expand_anonymous,  # noqa: SLF001
    exp.Table: SourceCollector._expand_table,  # noqa: SLF001
    **dict.fromkeys((*_LEAVES, exp.Grouping, exp.GroupingId), SourceCollector._skip),  # noqa: SLF001
}
