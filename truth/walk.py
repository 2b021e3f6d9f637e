"""From Spark's analysed plan to the sources of the columns that it yields."""

from collections.abc import Callable

from truth.expressions import ExpressionReader, Scope
from truth.plan import Tree, object_name
from truth.values import NOTHING, Source, Value, merge

Attribute = tuple[str, int, Value]
"""A column of a plan's output: its name, its number, its sources."""

Output = list[Attribute]


class UnknownPlan(Exception):
    """A plan holds a node that is not understood: its truth is not known."""


class PlanReader:
    """Reads one analysed plan."""

    def __init__(self) -> None:
        self.rows: dict[Source, frozenset[str]] = {}
        self.ctes: dict[int, Output] = {}
        self.expressions = ExpressionReader(self.output)

    def output(self, tree: Tree, outer: Scope, above: str = "") -> Output:
        """Return the columns of a plan; ``above`` is the table's name that stands over it."""
        handler = _PLANS.get(tree.kind)
        if handler is not None:
            return handler(self, tree, outer)
        if "Relation" in tree.kind and "output" in tree.fields:
            return self.relation(tree, above)
        if tree.kind in _UNARY:
            return self.output(tree.children[0], outer, above)
        raise UnknownPlan(tree.kind)

    def relation(self, tree: Tree, above: str) -> Output:
        table = above or name_table(tree.fields.get("catalogTable"))
        if not table and tree.kind != "LocalRelation":
            raise UnknownPlan(f"{tree.kind} without a name")
        return [
            (column.name, column.id, _leaf(table, column.name) if table else NOTHING)
            for column in tree.trees("output")
        ]

    def subquery_alias(self, tree: Tree, outer: Scope) -> Output:
        identifier = tree.fields["identifier"]
        qualifier = _words(identifier.get("qualifier"))
        table = f"{qualifier[-1]}.{identifier['name']}".lower() if qualifier else ""
        return self.output(tree.children[0], outer, table)

    def view(self, tree: Tree, outer: Scope) -> Output:
        """A permanent view is a source of its own; a temporary one is its query."""
        rows = dict(self.rows)
        columns = self.output(tree.children[0], outer)
        if tree.fields.get("isTempView"):
            return columns
        table = name_table(tree.fields["desc"])
        self.rows = rows
        return [(name, number, _leaf(table, name)) for name, number, _ in columns]

    def project(self, tree: Tree, outer: Scope) -> Output:
        scope = {**outer, **make_scope(self.output(tree.children[0], outer))}
        return [self._name_item(item, scope) for item in tree.trees("projectList")]

    def aggregate(self, tree: Tree, outer: Scope) -> Output:
        scope = {**outer, **make_scope(self.output(tree.children[0], outer))}
        for item in tree.trees("groupingExpressions"):
            self.decide(item, scope, "group_by")
        return [self._name_item(item, scope) for item in tree.trees("aggregateExpressions")]

    def window(self, tree: Tree, outer: Scope) -> Output:
        columns = self.output(tree.children[0], outer)
        scope = {**outer, **make_scope(columns)}
        return columns + [self._name_item(item, scope) for item in tree.trees("windowExpressions")]

    def generate(self, tree: Tree, outer: Scope) -> Output:
        columns = self.output(tree.children[0], outer)
        scope = {**outer, **make_scope(columns)}
        generator = tree.tree("generator")
        outputs = tree.trees("generatorOutput")
        values = self._list_generated_values(generator, scope, len(outputs))
        made = [(item.name, item.id, value) for item, value in zip(outputs, values, strict=True)]
        return columns + made

    def _list_generated_values(self, generator: Tree, scope: Scope, count: int) -> list[Value]:
        if generator.kind == "Stack":
            cells = [self.expressions.read(cell, scope) for cell in generator.children[1:]]
            return [merge(cells[at::count]).by("transformation") for at in range(count)]
        value = merge(
            (self.expressions.read(child, scope) for child in generator.children),
            keep_fields=True,
        ).by("transformation")
        if generator.kind == "Explode" and count == 1:
            return [value]
        fields = list((value.fields or {}).values())
        if generator.kind == "Inline" and len(fields) == count:
            return [field.by("transformation") for field in fields]
        return [Value(value.direct, value.deciding)] * count

    def filter(self, tree: Tree, outer: Scope) -> Output:
        columns = self.output(tree.children[0], outer)
        condition = tree.pick("condition") or tree.trees("condition")
        for item in condition:
            self.decide(item, {**outer, **make_scope(columns)}, "filter")
        return columns

    def sort(self, tree: Tree, outer: Scope) -> Output:
        columns = self.output(tree.children[0], outer)
        for item in tree.trees("order"):
            self.decide(item, {**outer, **make_scope(columns)}, "sort")
        return columns

    def join(self, tree: Tree, outer: Scope) -> Output:
        left, right = (self.output(child, outer) for child in tree.children)
        for item in tree.trees("condition"):
            self.decide(item, {**outer, **make_scope(left), **make_scope(right)}, "join")
        kind = object_name(tree.fields.get("joinType"))
        return left if kind in {"LeftSemi", "LeftAnti"} else left + right

    def lateral_join(self, tree: Tree, outer: Scope) -> Output:
        left = self.output(tree.children[0], outer)
        scope = {**outer, **make_scope(left)}
        right = self.output(tree.tree("right").tree("plan"), scope)
        for item in tree.trees("condition"):
            self.decide(item, {**scope, **make_scope(right)}, "join")
        return left + right

    def union(self, tree: Tree, outer: Scope) -> Output:
        branches = [self.output(child, outer) for child in tree.children]
        return _stack(branches)

    def first_of(self, tree: Tree, outer: Scope) -> Output:
        """INTERSECT and EXCEPT: the values are those of the left side."""
        left, *rest = (self.output(child, outer) for child in tree.children)
        for side in rest:
            for _, _, value in side:
                self.add_rows(value, "filter")
        return left

    def expand(self, tree: Tree, outer: Scope) -> Output:
        scope = {**outer, **make_scope(self.output(tree.children[0], outer))}
        rows = [
            [self.expressions.read(item, scope) for item in row if isinstance(item, Tree)]
            for row in tree.fields["projections"]
        ]
        return [
            (column.name, column.id, merge((row[at] for row in rows), keep_fields=True))
            for at, column in enumerate(tree.trees("output"))
        ]

    def with_cte(self, tree: Tree, outer: Scope) -> Output:
        *definitions, query = tree.children
        self.define(definitions, outer)
        return self.output(query, outer)

    def define(self, definitions: list[Tree], outer: Scope) -> None:
        for definition in definitions:
            self.ctes[definition.fields["id"]] = self.output(definition.children[0], outer)

    def cte_reference(self, tree: Tree, _outer: Scope) -> Output:
        return _rename(self.ctes[tree.fields["cteId"]], tree.trees("output"))

    def union_loop(self, tree: Tree, outer: Scope) -> Output:
        """A recursive query: read until nothing is added."""
        anchor, recursion = tree.children
        found = self.output(anchor, outer)
        for _ in range(len(found) + 2):
            self.ctes[-1 - tree.fields["id"]] = found
            found = _stack([found, self.output(recursion, outer)])
        numbers = [int(one["id"]) for one in tree.fields["outputAttrIds"]]
        return [
            (name, number, value) for number, (name, _, value) in zip(numbers, found, strict=True)
        ]

    def union_loop_reference(self, tree: Tree, _outer: Scope) -> Output:
        return _rename(self.ctes[-1 - tree.fields["loopId"]], tree.trees("output"))

    def no_sources(self, tree: Tree, _outer: Scope) -> Output:
        return [(column.name, column.id, NOTHING) for column in tree.trees("output")]

    def _name_item(self, item: Tree, scope: Scope) -> Attribute:
        return item.name, item.id, self.expressions.read(item, scope)

    def decide(self, item: Tree, scope: Scope, effect: str) -> None:
        """Note that an expression decides about all rows."""
        self.add_rows(self.expressions.read(item, scope), effect)

    def add_rows(self, value: Value, effect: str) -> None:
        for source in (*value.direct, *value.deciding):
            self.rows[source] = self.rows.get(source, frozenset()) | {effect}


def make_scope(columns: Output) -> dict[int, Value]:
    return {number: value for _, number, value in columns}


def _stack(branches: list[Output]) -> Output:
    first = branches[0]
    return [
        (name, number, merge((branch[at][2] for branch in branches), keep_fields=True))
        for at, (name, number, _) in enumerate(first)
    ]


def _rename(columns: Output, names: list[Tree]) -> Output:
    if not names:
        return columns
    return [(item.name, item.id, value) for item, (_, _, value) in zip(names, columns, strict=True)]


def _leaf(table: str, column: str) -> Value:
    return Value({(table, column.lower()): "identity"})


def name_table(table: object) -> str:
    if not isinstance(table, dict) or "identifier" not in table:
        return ""
    identifier = table["identifier"]
    return f"{identifier.get('database') or 'default'}.{identifier['table']}".lower()


def _words(value: object) -> list[str]:
    """Take apart a list of words that was written as ``[a, b]``."""
    return value.strip("[]").split(", ") if isinstance(value, str) and value != "[]" else []


_PLANS: dict[str, Callable[[PlanReader, Tree, Scope], Output]] = {
    "SubqueryAlias": PlanReader.subquery_alias,
    "View": PlanReader.view,
    "Project": PlanReader.project,
    "Aggregate": PlanReader.aggregate,
    "Window": PlanReader.window,
    "Generate": PlanReader.generate,
    "Filter": PlanReader.filter,
    "Sort": PlanReader.sort,
    "Join": PlanReader.join,
    "LateralJoin": PlanReader.lateral_join,
    "Union": PlanReader.union,
    "Intersect": PlanReader.first_of,
    "Except": PlanReader.first_of,
    "Expand": PlanReader.expand,
    "WithCTE": PlanReader.with_cte,
    "CTERelationRef": PlanReader.cte_reference,
    "UnionLoop": PlanReader.union_loop,
    "UnionLoopRef": PlanReader.union_loop_reference,
    "LocalRelation": PlanReader.no_sources,
    "OneRowRelation": PlanReader.no_sources,
    "Range": PlanReader.no_sources,
}

_UNARY = frozenset(
    """Distinct GlobalLimit LocalLimit Limit Offset Tail Repartition RepartitionByExpression
    RebalancePartitions Sample Deduplicate DeduplicateWithinWatermark ResolvedHint CollectMetrics
    EventTimeWatermark SubqueryColumnAliases CTERelationDef LimitAll WithWindowDefinition
    ReturnAnswer DistinctLimit Subquery PipeOperator SQLFunctionNode""".split()
)
