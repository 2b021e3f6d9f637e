"""Expressions: the value that each of them may have."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from glueline_worker.lineage.script.domain.alternatives import (
    get_alternatives,
    join_values,
    map_alternatives,
)
from glueline_worker.lineage.script.domain.columns import (
    combine_columns,
    negate_column,
    operate_columns,
)
from glueline_worker.lineage.script.domain.comparisons import compare, get_truth
from glueline_worker.lineage.script.domain.items import as_key, spread
from glueline_worker.lineage.script.domain.operators import combine_with_condition, operate
from glueline_worker.lineage.script.domain.reading import Reading
from glueline_worker.lineage.script.domain.state import STEP_LIMIT
from glueline_worker.lineage.script.domain.template_text import as_text, concatenate
from glueline_worker.lineage.script.domain.text_formats import format_value
from glueline_worker.lineage.script.domain.values import (
    UNKNOWN,
    Column,
    Frame,
    GivenDict,
    GivenList,
    Value,
)
from glueline_worker.lineage.script.interpreter.comprehensions import evaluate_comprehension
from glueline_worker.lineage.script.interpreter.forks import answer_test
from glueline_worker.lineage.script.interpreter.functions import make_function
from glueline_worker.lineage.script.interpreter.questions import answer_comparison
from glueline_worker.lineage.script.interpreter.variables import bind_variable, look_up_variable


def evaluate(reading: Reading, node: ast.expr) -> Value:
    """Return the value of an expression."""
    state = reading.state
    state.steps += 1  # `charge` in place, for speed
    if state.steps > STEP_LIMIT:
        state.charge(0)
    handler = _EXPRESSIONS.get(type(node))
    return handler(reading, node) if handler is not None else UNKNOWN


def _evaluate_name(reading: Reading, node: ast.Name) -> Value:
    return look_up_variable(reading, node.id)


def _evaluate_constant(_: Reading, node: ast.Constant) -> Value:
    return UNKNOWN if node.value is ... else node.value


def _evaluate_chain(reading: Reading, node: ast.expr) -> Value:
    """Evaluate attributes, calls and subscripts from the inside out, without recursion."""
    links: list[Any] = []
    while (inner := _INNER.get(type(node))) is not None:
        links.append(node)
        node = getattr(node, inner)
    state = reading.state
    value = reading.evaluate(node)
    while links:
        link = links.pop()
        state.steps += 1
        if state.steps > STEP_LIMIT:
            state.charge(0)
        kind = type(link)
        if kind is ast.Call:
            value = state.charge_size(reading.call(value, *_evaluate_arguments(reading, link)))
        elif kind is ast.Subscript:
            value = reading.get_item(value, reading.evaluate(link.slice))
        elif links and type(links[-1]) is ast.Call:
            args, kwargs = _evaluate_arguments(reading, links.pop())
            state.line = link.end_lineno
            value = state.charge_size(reading.call_method(value, link.attr, args, kwargs))
        else:
            value = reading.get_attribute(value, link.attr)
    return value


_INNER: dict[type[ast.expr], str] = {
    ast.Call: "func",
    ast.Attribute: "value",
    ast.Subscript: "value",
}
"""The links of a chain, with the field that holds the next inner one."""


def _evaluate_arguments(reading: Reading, node: ast.Call) -> tuple[list[Value], dict[str, Value]]:
    args: list[Value] = []
    for argument in node.args:
        if isinstance(argument, ast.Starred):
            args += spread(reading.evaluate(argument.value))
        else:
            args.append(reading.evaluate(argument))
    kwargs: dict[str, Value] = {}
    for keyword in node.keywords:
        value = reading.evaluate(keyword.value)
        if keyword.arg is not None:
            kwargs[keyword.arg] = value
            continue
        options = [one for one in get_alternatives(value) if isinstance(one, dict)]
        if isinstance(value, Frame):
            kwargs["**"] = value  # a row: its data flows, whatever the names are
        names = dict.fromkeys(key for option in options for key in option)
        for key in names:
            found = [option[key] for option in options if key in option]
            kwargs[as_text(key)] = found[0] if len(found) == 1 else join_values(found)
    return args, kwargs


def _evaluate_binary(reading: Reading, node: ast.BinOp) -> Value:
    links = []
    left: ast.expr = node
    while isinstance(left, ast.BinOp):
        links.append(left)
        left = left.left
    value = reading.evaluate(left)
    for link in reversed(links):
        right = reading.evaluate(link.right)
        op = link.op
        value = map_alternatives(lambda a, b, op=op: operate(reading, op, a, b), value, right)
        reading.state.charge_size(value)
    return value


def _evaluate_boolean(reading: Reading, node: ast.BoolOp) -> Value:
    values = [reading.evaluate(value) for value in node.values]
    if any(isinstance(value, Column) for value in values):
        return combine_columns(values)
    wanted = isinstance(node.op, ast.Or)
    kept: list[Value] = []
    for value in values[:-1]:
        truth = get_truth(value)
        if truth is wanted:
            return join_values([*kept, value])
        if truth is None:
            kept.append(value)
    if wanted:
        return join_values([*kept, values[-1]])
    # What an `and` yields is a condition; its first parts are never the value looked for.
    return values[-1] if not kept else combine_with_condition(kept[-1], values[-1])


def _evaluate_unary(reading: Reading, node: ast.UnaryOp) -> Value:
    value = reading.evaluate(node.operand)
    if isinstance(value, Column):
        return negate_column("-" if isinstance(node.op, ast.USub) else "~", value)
    if isinstance(node.op, ast.Not):
        truth = get_truth(value)
        return UNKNOWN if truth is None else not truth
    if isinstance(node.op, ast.USub) and isinstance(value, (int, float)):
        return -value
    return value if isinstance(node.op, ast.UAdd) else UNKNOWN


def _evaluate_comparison(reading: Reading, node: ast.Compare) -> Value:
    left = reading.evaluate(node.left)
    rights = [reading.evaluate(comparator) for comparator in node.comparators]
    values = [left, *rights]
    is_identity = len(rights) == 1 and isinstance(node.ops[0], (ast.Is, ast.IsNot))
    if not is_identity and any(isinstance(value, (Column, Frame)) for value in values):
        frames = [value for value in values if isinstance(value, Frame)]
        if len(values) == 2 and not frames:  # noqa: PLR2004 - the two sides
            return operate_columns(_COMPARISONS.get(type(node.ops[0]), "?"), *values)
        return combine_columns([value for value in values if isinstance(value, Column)] or frames)
    if len(rights) != 1:
        return UNKNOWN
    found = compare(node.ops[0], left, rights[0])
    return answer_comparison(reading, node, left, rights[0]) if found is UNKNOWN else found


_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}


def _evaluate_conditional(reading: Reading, node: ast.IfExp) -> Value:
    truth = answer_test(reading, node.test)
    if truth is not None:
        return reading.evaluate(node.body if truth else node.orelse)
    return join_values([reading.evaluate(node.body), reading.evaluate(node.orelse)])


def _evaluate_f_string(reading: Reading, node: ast.JoinedStr) -> Value:
    return reading.state.charge_size(
        concatenate([_evaluate_format_part(reading, value) for value in node.values])
    )


def _evaluate_format_part(reading: Reading, node: ast.expr) -> Value:
    if not isinstance(node, ast.FormattedValue):
        return reading.evaluate(node)
    value = reading.evaluate(node.value)
    spec = reading.evaluate(node.format_spec) if node.format_spec is not None else ""
    return format_value(value, spec if isinstance(spec, str) else "")


def _evaluate_list(reading: Reading, node: ast.List | ast.Tuple | ast.Set) -> Value:
    items: list[Value] = []
    for element in node.elts:
        if isinstance(element, ast.Starred):
            items += spread(reading.evaluate(element.value))
        else:
            items.append(reading.evaluate(element))
    # A set stays a list: its members need no hash, and their order does not matter.
    if isinstance(node, ast.Tuple):
        return tuple(items)
    is_given = not any(isinstance(element, ast.Starred) for element in node.elts)
    return GivenList(items) if is_given else items


def _evaluate_dict(reading: Reading, node: ast.Dict) -> Value:
    found: dict[Any, Value] = {} if None in node.keys else GivenDict()
    for key_node, value_node in zip(node.keys, node.values, strict=True):
        value = reading.evaluate(value_node)
        if key_node is None:
            for option in get_alternatives(value):
                found.update(option if isinstance(option, dict) else {})
            continue
        for key in get_alternatives(reading.evaluate(key_node)):
            found[as_key(key)] = value
    return found


def _evaluate_lambda(reading: Reading, node: ast.Lambda) -> Value:
    return make_function(reading, node, "lambda")


def _evaluate_walrus(reading: Reading, node: ast.NamedExpr) -> Value:
    value = reading.evaluate(node.value)
    bind_variable(reading, node.target.id, value)
    return value


def _evaluate_inner(reading: Reading, node: ast.Await | ast.Starred) -> Value:
    return reading.evaluate(node.value)


def _evaluate_yield(reading: Reading, node: ast.Yield | ast.YieldFrom) -> Value:
    value = reading.evaluate(node.value) if node.value is not None else None
    if isinstance(node, ast.YieldFrom) and isinstance(value, (list, tuple)):
        reading.scope.yields.extend(value)
    else:
        reading.scope.yields.append(value)
    return UNKNOWN


def _evaluate_slice(reading: Reading, node: ast.Slice) -> Value:
    parts = [
        None if part is None else reading.evaluate(part)
        for part in (node.lower, node.upper, node.step)
    ]
    known = all(part is None or isinstance(part, int) for part in parts)
    return slice(*parts) if known else UNKNOWN


_EXPRESSIONS: dict[type[ast.expr], Callable[..., Value]] = {
    ast.Name: _evaluate_name,
    ast.Constant: _evaluate_constant,
    ast.Attribute: _evaluate_chain,
    ast.Call: _evaluate_chain,
    ast.Subscript: _evaluate_chain,
    ast.BinOp: _evaluate_binary,
    ast.BoolOp: _evaluate_boolean,
    ast.UnaryOp: _evaluate_unary,
    ast.Compare: _evaluate_comparison,
    ast.IfExp: _evaluate_conditional,
    ast.JoinedStr: _evaluate_f_string,
    ast.FormattedValue: _evaluate_format_part,
    ast.List: _evaluate_list,
    ast.Tuple: _evaluate_list,
    ast.Set: _evaluate_list,
    ast.Dict: _evaluate_dict,
    ast.Lambda: _evaluate_lambda,
    ast.ListComp: evaluate_comprehension,
    ast.SetComp: evaluate_comprehension,
    ast.GeneratorExp: evaluate_comprehension,
    ast.DictComp: evaluate_comprehension,
    ast.NamedExpr: _evaluate_walrus,
    ast.Await: _evaluate_inner,
    ast.Starred: _evaluate_inner,
    ast.Yield: _evaluate_yield,
    ast.YieldFrom: _evaluate_yield,
    ast.Slice: _evaluate_slice,
}
