"""Loops: unrolled over what is known, else walked once with a placeholder."""

from __future__ import annotations

import ast

from glueline_worker.lineage.script.domain.comparisons import get_truth
from glueline_worker.lineage.script.domain.items import UNROLL_LIMIT, list_items
from glueline_worker.lineage.script.domain.library_object import LibraryObject
from glueline_worker.lineage.script.domain.limits import report_limit
from glueline_worker.lineage.script.domain.reading import Reading
from glueline_worker.lineage.script.domain.values import MISSING, External, Frame, Instance, Value
from glueline_worker.lineage.script.interpreter import assignments
from glueline_worker.lineage.script.interpreter.forks import fork
from glueline_worker.lineage.script.interpreter.variables import bind_variable, look_up_variable
from glueline_worker.lineage.script.source.tree import walk

_WHILE_LIMIT = 50
"""Turns of a ``while`` whose condition stays the same."""


def run_for(reading: Reading, node: ast.For | ast.AsyncFor) -> bool:
    """Run a ``for`` loop; whether what follows it is reached."""
    value = reading.evaluate(node.iter)
    if isinstance(value, Instance):
        value = reading.call_method(value, "__iter__", [], {})
    items = list_items(value)
    if items is None:
        _run_once(reading, node, value)
    else:
        for item in items:
            reading.state.charge()
            assignments.assign(reading, node.target, _name_item(item, node.target))
            if not reading.run(node.body) and not reading.has_broken_off:
                # A return on every path of an iteration ends the loop, and the function with it.
                return False
            if _ends_in_break(node.body) and reading.has_broken_off:
                break
    reading.has_broken_off = False
    if node.orelse and _may_break(node.body):
        return fork(reading, lambda: reading.run(node.orelse), lambda: True)
    return reading.run(node.orelse)


def _name_item(item: Value, target: ast.expr) -> Value:
    """Name an unknown item after the loop's variable."""
    if isinstance(item, External) and item.label == "unknown" and isinstance(target, ast.Name):
        return External(item.path, f"loop:{target.id}")
    return item


def _ends_in_break(body: list[ast.stmt]) -> bool:
    """Tell whether the body itself, outside any condition, ends in a break."""
    return any(isinstance(statement, ast.Break) for statement in body)


def _may_break(body: list[ast.stmt]) -> bool:
    """Tell whether a break is anywhere inside."""
    return any(isinstance(part, ast.Break) for statement in body for part in walk(statement))


def _run_once(reading: Reading, node: ast.For | ast.AsyncFor, value: Value) -> None:
    bind_any_item(reading, node.target, value)
    _forget_counters(reading, node.body)
    reading.run(node.body)


def bind_any_item(reading: Reading, target: ast.expr, value: Value) -> None:
    """Bind a loop's variable to any item of ``value``."""
    assignments.assign(reading, target, _get_any_item(value, target))


def _get_any_item(value: Value, target: ast.expr) -> Value:
    """Return any item of ``value``, named after the loop's variable."""
    if isinstance(value, Frame):
        kind = "data" if value.kind in {"collection", "data"} else value.kind
        label = f"loop:{target.id}" if isinstance(target, ast.Name) else value.label
        return Frame(value.node, kind, label)
    if isinstance(value, LibraryObject):
        label = f"loop:{target.id}" if isinstance(target, ast.Name) else "loop:item"
        found = value.get_element(label)
        return value if found is MISSING else found
    if isinstance(target, ast.Name):
        return External("item", f"loop:{target.id}")
    return External("item", "loop:item")


def run_while(reading: Reading, node: ast.While) -> bool:
    """Run a ``while`` loop; whether what follows it is reached."""
    if get_truth(reading.evaluate(node.test)) is False:
        return reading.run(node.orelse)
    endless = isinstance(node.test, ast.Constant)
    if not endless and _unroll_while(reading, node):
        return reading.run(node.orelse)
    _forget_counters(reading, node.body)
    ended = not reading.run(node.body) and not reading.has_broken_off
    reading.has_broken_off = False
    return reading.run(node.orelse) if not ended else not endless


def _unroll_while(reading: Reading, node: ast.While) -> bool:
    """Run a loop whose condition stays decidable; whether it was such a loop."""
    before: list[Value] = []
    for turn in range(UNROLL_LIMIT):
        holds = _evaluate_condition(reading, node.test)
        if not holds:
            return holds is False or turn > 0
        now = [_mark(reading, part) for part in walk(node.test)]
        if turn >= _WHILE_LIMIT and now == before:
            return True  # what the loop waits for is not in the script
        before = now
        if not reading.run(node.body):
            stopped, reading.has_broken_off = reading.has_broken_off, False
            return stopped or turn > 0
    report_limit(f"a loop was followed for {UNROLL_LIMIT:,} turns; further ones are left out")
    return True


def _evaluate_condition(reading: Reading, test: ast.expr) -> bool | None:
    """Tell whether a condition holds; a list or dict that still has items does."""
    value = reading.evaluate(test)
    if isinstance(value, (list, dict)) and value:
        return True
    return get_truth(value)


def _mark(reading: Reading, part: ast.AST) -> Value:
    """Return something that differs when a variable in a condition has another value."""
    value: Value = None
    if isinstance(part, ast.Name):
        value = look_up_variable(reading, part.id)
    elif isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name):
        owner = look_up_variable(reading, part.value.id)
        value = owner.attributes.get(part.attr) if isinstance(owner, Instance) else None
    if isinstance(value, (list, dict, set, tuple)):
        return len(value)
    return value if isinstance(value, (int, float, str)) else id(value)


def _forget_counters(reading: Reading, body: list[ast.stmt]) -> None:
    """Forget the figures that each turn of an unknown loop changes."""
    for statement in body:
        for part in walk(statement):
            if isinstance(part, ast.AugAssign) and isinstance(part.target, ast.Name):
                name = part.target.id
                if isinstance(look_up_variable(reading, name), (int, float)):
                    bind_variable(reading, name, External("counter", f"loop:{name}"))
