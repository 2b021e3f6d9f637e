"""The sources of an expression of Spark's analysed plan."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from truth.plan import Tree
from truth.values import NOTHING, Value, merge

Scope = Mapping[int, Value]
"""The values of attributes by their numbers."""

ReadPlan = Callable[[Tree, Scope], list[tuple[str, int, Value]]]

_SAME = frozenset(
    """Alias AssertNotNull KnownNotNull KnownNullable KnownFloatingPointNormalized
    TempResolvedColumn PromotePrecision CheckOverflow UpCast LateralColumnAliasReference
    """.split()
)
"""Expressions whose value is that of their child."""

_KEEP_FIELDS = frozenset(
    """CreateArray GetArrayItem ElementAt Coalesce Cast CollectList CollectSet First Last AnyValue
    SortArray Reverse Slice ArrayDistinct Max Min AggregateExpression WindowExpression
    """.split()
)
"""Expressions whose value, or its items, are structs where their children are."""

_COMMON = -2
"""The number in a scope of the expressions that `With` shares."""

_MASKS = frozenset("Md5 Sha1 Sha2 Crc32 Murmur3Hash XxHash64 HiveHash Mask MaskCharacter".split())
_MASKS_LOWER = frozenset(name.lower() for name in _MASKS)


class ExpressionReader:
    """Reads expressions; the plans of subqueries are read by ``read_plan``."""

    def __init__(self, read_plan: ReadPlan) -> None:
        self._read_plan = read_plan

    def read(self, tree: Tree, scope: Scope) -> Value:
        """Return the sources of an expression."""
        special = _SPECIAL.get(tree.kind)
        if special is not None:
            return special(self, tree, scope)
        values = [self.read(child, scope) for child in tree.children]
        if tree.kind in _SAME:
            return merge(values, keep_fields=True)
        way = "masking" if tree.kind.lower() in _MASKS_LOWER else "transformation"
        found = merge(values, keep_fields=tree.kind in _KEEP_FIELDS).by(way)
        return replace(found, is_gathered=found.is_gathered or tree.kind in _KEEP_FIELDS)

    def attribute(self, tree: Tree, scope: Scope) -> Value:
        return scope.get(tree.id, NOTHING)

    def choice(self, tree: Tree, scope: Scope) -> Value:
        """CASE and if: conditions decide, results are values."""
        values = [self.read(child, scope) for child in tree.children]
        pairs, rest = len(values) // 2, len(values) % 2
        conditions = values[0 : 2 * pairs : 2]
        results = values[1 : 2 * pairs : 2] + (values[-1:] if rest else [])
        result = merge(results, keep_fields=True).by("transformation")
        return _decide(result, (value.as_deciding("conditional") for value in conditions))

    def condition_first(self, tree: Tree, scope: Scope) -> Value:
        test, *results = (self.read(child, scope) for child in tree.children)
        result = merge(results, keep_fields=True).by("transformation")
        return _decide(result, [test.as_deciding("conditional")])

    def aggregate(self, tree: Tree, scope: Scope) -> Value:
        function, *filters = (self.read(child, scope) for child in tree.children)
        return _decide(function.by("aggregation"), (one.as_deciding("filter") for one in filters))

    def window(self, tree: Tree, scope: Scope) -> Value:
        function, spec = (self.read(child, scope) for child in tree.children)
        return _decide(function.by("aggregation"), [spec.as_deciding("window")])

    def pivot_first(self, tree: Tree, scope: Scope) -> Value:
        column, value = (self.read(child, scope) for child in tree.children)
        return _decide(value.by("aggregation"), [column.as_deciding("conditional")])

    def struct(self, tree: Tree, scope: Scope) -> Value:
        names = [str(child.fields.get("value", "")).lower() for child in tree.children[::2]]
        values = [self.read(child, scope) for child in tree.children[1::2]]
        whole = merge(values).by("transformation")
        return Value(whole.direct, whole.deciding, dict(zip(names, values, strict=False)))

    def struct_field(self, tree: Tree, scope: Scope) -> Value:
        value = self.read(tree.children[0], scope)
        ordinal = tree.fields.get("ordinal")
        found = value.field_at(ordinal) if isinstance(ordinal, int) else None
        return (found or value.field(tree.name)).by("transformation")

    def outer_reference(self, tree: Tree, scope: Scope) -> Value:
        return merge((self.read(one, scope) for one in tree.trees("e")), keep_fields=True)

    def with_common(self, tree: Tree, scope: Scope) -> Value:
        """An expression and those that it uses several times: mostly one."""
        body, *common = tree.children
        shared = merge((self.read(one, scope) for one in common), keep_fields=True)
        return self.read(body, {**scope, _COMMON: shared})

    def common_reference(self, _tree: Tree, scope: Scope) -> Value:
        return scope.get(_COMMON, NOTHING)

    def scalar_subquery(self, tree: Tree, scope: Scope) -> Value:
        output = self._read_plan(tree.tree("plan"), scope)
        return output[0][2].by("transformation") if output else NOTHING

    def exists(self, tree: Tree, scope: Scope) -> Value:
        self._read_plan(tree.tree("plan"), scope)
        return NOTHING

    def in_subquery(self, tree: Tree, scope: Scope) -> Value:
        """The values are part of the answer, the list that they are looked up in decides."""
        values = [child for child in tree.children if child.kind != "ListQuery"]
        lists = [child for child in tree.children if child.kind == "ListQuery"] + [
            query for query in tree.trees("query") if query.kind == "ListQuery"
        ]
        decides = [
            column.as_deciding("filter")
            for query in lists
            for _, _, column in self._read_plan(query.tree("plan"), scope)
        ]
        result = merge(self.read(child, scope) for child in values).by("transformation")
        return _decide(result, decides)

    def higher_order(self, tree: Tree, scope: Scope) -> Value:
        """Arguments and the body of the function; the function's variables are the arguments."""
        functions = [child for child in tree.children if child.kind == "LambdaFunction"]
        arguments = [
            self.read(child, scope) for child in tree.children if child.kind != "LambdaFunction"
        ]
        everything = merge(arguments, keep_fields=True)
        bodies = []
        for function in functions:
            body, *variables = function.children
            inner = {**scope, **{variable.id: everything for variable in variables}}
            bodies.append(self.read(body, inner))
        return merge([*arguments, *bodies]).by("transformation")


def _decide(value: Value, deciding: Iterable[Value]) -> Value:
    both = merge([value, *deciding])
    return replace(value, direct=both.direct, deciding=both.deciding)


_SPECIAL: dict[str, Callable[[ExpressionReader, Tree, Scope], Value]] = {
    "AttributeReference": ExpressionReader.attribute,
    "NamedLambdaVariable": ExpressionReader.attribute,
    "CaseWhen": ExpressionReader.choice,
    "If": ExpressionReader.condition_first,
    "AggregateExpression": ExpressionReader.aggregate,
    "WindowExpression": ExpressionReader.window,
    "PivotFirst": ExpressionReader.pivot_first,
    "CreateNamedStruct": ExpressionReader.struct,
    "GetStructField": ExpressionReader.struct_field,
    "GetArrayStructFields": ExpressionReader.struct_field,
    "OuterReference": ExpressionReader.outer_reference,
    "With": ExpressionReader.with_common,
    "CommonExpressionRef": ExpressionReader.common_reference,
    "NullIfResult": ExpressionReader.condition_first,
    "ScalarSubquery": ExpressionReader.scalar_subquery,
    "Exists": ExpressionReader.exists,
    "InSubquery": ExpressionReader.in_subquery,
    **dict.fromkeys(
        """ArrayTransform ArrayFilter ArrayExists ArrayForAll ArrayAggregate ArraySort ZipWith
        MapFilter MapZipWith TransformKeys TransformValues""".split(),
        ExpressionReader.higher_order,
    ),
}
