"""Expressions: what value each of them may have."""

import ast
from collections.abc import Callable
from typing import Any, ClassVar

from glueline_worker.lineage.script.domain import comparisons, operators
from glueline_worker.lineage.script.domain.columns import combine_columns
from glueline_worker.lineage.script.domain.template_text import (
    as_text,
    concatenate,
    format_percent,
    format_value,
    map_alternatives,
)
from glueline_worker.lineage.script.domain.values import (
    UNKNOWN,
    Column,
    External,
    Frame,
    Function,
    LibraryObject,
    Value,
    VariableScope,
    get_alternatives,
    join_values,
)
from glueline_worker.lineage.script.interpreter import attributes, comprehensions
from glueline_worker.lineage.script.interpreter.calls import Caller
from glueline_worker.lineage.script.interpreter.path_conditions import decide

_Link = ast.Call | ast.Attribute | ast.Subscript


class Evaluator(Caller):
    """Evaluates expressions in the present scope."""

    def evaluate(self, node: ast.expr) -> Value:
        """The value of an expression."""
        self.state.charge()
        handler = self._expressions.get(type(node))
        return handler(self, node) if handler is not None else UNKNOWN

    # Variables

    def look_up(self, name: str) -> Value:
        """The value of a variable; something foreign where the script binds none."""
        scope: VariableScope | None = self.scope
        while scope is not None:
            if name in scope.vars:
                return scope.vars[name]
            scope = scope.parent
        return External(name)

    def bind(self, name: str, value: Value) -> None:
        """Assign a variable."""
        scope = self.scope
        if name in scope.globals:
            outer = scope.parent
            while outer is not None and name not in outer.vars:
                outer = outer.parent
            scope = outer or self.module
        self.state.journal.touch(scope.vars)
        scope.vars[name] = value

    def make_function(self, node: Any, name: str) -> Function:
        """A function of the script, with its defaults as they are now."""
        defaults = tuple(self.evaluate(default) for default in node.args.defaults)
        keyword = tuple(
            UNKNOWN if default is None else self.evaluate(default)
            for default in node.args.kw_defaults
        )
        return Function(node, self.scope, name, defaults, keyword)

    # Expressions

    def _name(self, node: ast.Name) -> Value:
        return self.look_up(node.id)

    def _constant(self, node: ast.Constant) -> Value:
        return UNKNOWN if node.value is ... else node.value

    def _chain(self, node: ast.expr) -> Value:
        """Attributes, calls and subscripts, from the innermost outwards and without recursion."""
        links: list[_Link] = []
        while isinstance(node, (ast.Call, ast.Attribute, ast.Subscript)):
            links.append(node)
            node = node.func if isinstance(node, ast.Call) else node.value
        value = self.evaluate(node)
        while links:
            link = links.pop()
            self.state.charge()
            if isinstance(link, ast.Subscript):
                value = attributes.get_item(self, value, self.evaluate(link.slice))
            elif isinstance(link, ast.Call):
                value = self.state.charge_size(self.call(value, *self._arguments(link)))
            elif links and isinstance(links[-1], ast.Call):
                args, kwargs = self._arguments(links.pop())
                self.state.line = link.end_lineno
                value = self.state.charge_size(self.call_method(value, link.attr, args, kwargs))
            else:
                value = attributes.get_attribute(self, value, link.attr)
        return value

    def _arguments(self, node: _Link) -> tuple[list[Value], dict[str, Value]]:
        args: list[Value] = []
        if not isinstance(node, ast.Call):
            return args, {}
        for argument in node.args:
            if isinstance(argument, ast.Starred):
                args += attributes.spread(self.evaluate(argument.value))
            else:
                args.append(self.evaluate(argument))
        kwargs: dict[str, Value] = {}
        for keyword in node.keywords:
            value = self.evaluate(keyword.value)
            if keyword.arg is not None:
                kwargs[keyword.arg] = value
                continue
            for option in get_alternatives(value):
                if isinstance(option, dict):
                    kwargs.update((as_text(key), item) for key, item in option.items())
        return args, kwargs

    def _binary(self, node: ast.BinOp) -> Value:
        links = []
        left: ast.expr = node
        while isinstance(left, ast.BinOp):
            links.append(left)
            left = left.left
        value = self.evaluate(left)
        for link in reversed(links):
            right = self.evaluate(link.right)
            op = link.op
            value = map_alternatives(lambda a, b, op=op: self.operate(op, a, b), value, right)
            self.state.charge_size(value)
        return value

    def operate(self, op: ast.operator, left: Value, right: Value) -> Value:
        """``left op right``."""
        self.state.charge()
        if isinstance(left, Column) or isinstance(right, Column):
            return combine_columns([left, right])
        frame = isinstance(left, Frame) or isinstance(right, Frame)
        if frame and not isinstance(left, str) and not isinstance(right, str):
            return self.state.transform([left, right])
        if isinstance(op, ast.Mod) and isinstance(left, str):
            return format_percent(left, right)
        if isinstance(op, ast.Add) and (isinstance(left, str) or isinstance(right, str)):
            return operators.join_texts(left, right)
        if isinstance(op, ast.Div) and isinstance(left, LibraryObject) and left.kind == "path":
            return self.call_method(left, "joinpath", [right], {})
        return operators.compute(op, left, right)

    def _boolean(self, node: ast.BoolOp) -> Value:
        values = [self.evaluate(value) for value in node.values]
        if any(isinstance(value, Column) for value in values):
            return combine_columns(values)
        wanted = isinstance(node.op, ast.Or)
        kept: list[Value] = []
        for value in values[:-1]:
            truth = self.truth(value)
            if truth is wanted:
                return join_values([*kept, value])
            if truth is None:
                kept.append(value)
        if wanted:
            return join_values([*kept, values[-1]])
        # What an `and` yields is a condition; its first parts are never the value looked for.
        return values[-1] if not kept else operators.combine_undecided(kept[-1], values[-1])

    def _unary(self, node: ast.UnaryOp) -> Value:
        value = self.evaluate(node.operand)
        if isinstance(value, Column):
            return value
        if isinstance(node.op, ast.Not):
            truth = self.truth(value)
            return UNKNOWN if truth is None else not truth
        if isinstance(node.op, ast.USub) and isinstance(value, (int, float)):
            return -value
        return value if isinstance(node.op, ast.UAdd) else UNKNOWN

    def _compare(self, node: ast.Compare) -> Value:
        left = self.evaluate(node.left)
        rights = [self.evaluate(comparator) for comparator in node.comparators]
        values = [left, *rights]
        if any(isinstance(value, (Column, Frame)) for value in values):
            frames = [value for value in values if isinstance(value, Frame)]
            return combine_columns(
                [value for value in values if isinstance(value, Column)] or frames
            )
        if len(rights) != 1:
            return UNKNOWN
        return comparisons.compare(node.ops[0], left, rights[0])

    def _conditional(self, node: ast.IfExp) -> Value:
        truth = decide(self, node.test)
        if truth is not None:
            return self.evaluate(node.body if truth else node.orelse)
        return join_values([self.evaluate(node.body), self.evaluate(node.orelse)])

    def _joined(self, node: ast.JoinedStr) -> Value:
        return self.state.charge_size(concatenate([self._part(value) for value in node.values]))

    def _part(self, node: ast.expr) -> Value:
        if not isinstance(node, ast.FormattedValue):
            return self.evaluate(node)
        value = self.evaluate(node.value)
        spec = self.evaluate(node.format_spec) if node.format_spec is not None else ""
        return format_value(value, spec if isinstance(spec, str) else "")

    def _list(self, node: ast.List | ast.Tuple | ast.Set) -> Value:
        items: list[Value] = []
        for element in node.elts:
            if isinstance(element, ast.Starred):
                items += attributes.spread(self.evaluate(element.value))
            else:
                items.append(self.evaluate(element))
        # A set stays a list: its members need no hash, and nobody asks for their order.
        return tuple(items) if isinstance(node, ast.Tuple) else items

    def _dict(self, node: ast.Dict) -> Value:
        found: dict[Any, Value] = {}
        for key_node, value_node in zip(node.keys, node.values, strict=True):
            value = self.evaluate(value_node)
            if key_node is None:
                for option in get_alternatives(value):
                    found.update(option if isinstance(option, dict) else {})
                continue
            for key in get_alternatives(self.evaluate(key_node)):
                found[attributes.as_key(key)] = value
        return found

    def _lambda(self, node: ast.Lambda) -> Value:
        return self.make_function(node, "lambda")

    def _comprehension(self, node: ast.expr) -> Value:
        return comprehensions.evaluate(self, node)  # type: ignore[arg-type]

    def _walrus(self, node: ast.NamedExpr) -> Value:
        value = self.evaluate(node.value)
        self.bind(node.target.id, value)
        return value

    def _inner(self, node: ast.Await | ast.Starred) -> Value:
        return self.evaluate(node.value)

    def _yield(self, node: ast.Yield | ast.YieldFrom) -> Value:
        value = self.evaluate(node.value) if node.value is not None else None
        if isinstance(node, ast.YieldFrom) and isinstance(value, (list, tuple)):
            self.scope.yields.extend(value)
        else:
            self.scope.yields.append(value)
        return UNKNOWN

    def _slice(self, node: ast.Slice) -> Value:
        parts = [
            None if part is None else self.evaluate(part)
            for part in (node.lower, node.upper, node.step)
        ]
        known = all(part is None or isinstance(part, int) for part in parts)
        return slice(*parts) if known else UNKNOWN

    _expressions: ClassVar[dict[type[ast.expr], Callable[..., Value]]] = {
        ast.Name: _name,
        ast.Constant: _constant,
        ast.Attribute: _chain,
        ast.Call: _chain,
        ast.Subscript: _chain,
        ast.BinOp: _binary,
        ast.BoolOp: _boolean,
        ast.UnaryOp: _unary,
        ast.Compare: _compare,
        ast.IfExp: _conditional,
        ast.JoinedStr: _joined,
        ast.FormattedValue: _part,
        ast.List: _list,
        ast.Tuple: _list,
        ast.Set: _list,
        ast.Dict: _dict,
        ast.Lambda: _lambda,
        ast.ListComp: _comprehension,
        ast.SetComp: _comprehension,
        ast.GeneratorExp: _comprehension,
        ast.DictComp: _comprehension,
        ast.NamedExpr: _walrus,
        ast.Await: _inner,
        ast.Starred: _inner,
        ast.Yield: _yield,
        ast.YieldFrom: _yield,
        ast.Slice: _slice,
    }
