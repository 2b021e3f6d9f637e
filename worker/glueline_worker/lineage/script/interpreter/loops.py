"""Loops: unrolled over what is known, else walked once with a placeholder."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from itertools import islice

from glueline_worker.lineage.script.domain.limits import report_limit
from glueline_worker.lineage.script.domain.reading import Reading
from glueline_worker.lineage.script.domain.values import (
    External,
    Frame,
    Instance,
    LibraryObject,
    OneOf,
    Value,
    join_values,
)
from glueline_worker.lineage.script.interpreter import assignments
from glueline_worker.lineage.script.models import boto3_s3

UNROLL_LIMIT = 2_000
"""The most items of a collection that a loop is unrolled over."""
WHILE_LIMIT = 50
"""Turns of a ``while`` whose condition stays the same."""


def items_of(value: Value) -> list[Value] | None:
    """The items that a loop over ``value`` meets; None when nobody can enumerate them."""
    if isinstance(value, OneOf):
        found = [items_of(option) for option in value.options if option is not None]
        if found and all(items is not None for items in found):
            return [join_values(column) for column in _columns([items for items in found if items])]
        return None
    if isinstance(value, (list, tuple, dict, set, range)):
        items = list(islice(value, UNROLL_LIMIT))
        if (more := len(value) - len(items)) > 0:
            report_limit(
                f"a loop over {len(value):,} items was followed for the first "
                f"{UNROLL_LIMIT:,}; {more:,} are left out"
            )
        return sorted(items, key=str) if isinstance(value, set) else items
    return None


def _columns(rows: list[list[Value]]) -> Iterable[list[Value]]:
    # Alternatives of different length: every item may come, in the order of the longest.
    width = max(map(len, rows), default=0)
    return ([row[at] for row in rows if at < len(row)] for at in range(width))


def run_for(run: Reading, node: ast.For | ast.AsyncFor) -> bool:
    """Run a ``for`` loop; whether what follows it is reached."""
    value = run.evaluate(node.iter)
    if isinstance(value, Instance):
        value = run.call_method(value, "__iter__", [], {})
    items = items_of(value)
    if items is None:
        _once(run, node, value)
    else:
        for item in items:
            run.state.charge()
            assignments.assign(run, node.target, _named(item, node.target))
            if not run.run(node.body) and not run.broke:
                # A return on every way of an iteration ends the loop, and the function with it.
                return False
            if _broken(node.body) and run.broke:
                break
    run.broke = False
    if node.orelse and _may_break(node.body):
        return run.branch(lambda: run.run(node.orelse), lambda: True)
    return run.run(node.orelse)


def _named(item: Value, target: ast.expr) -> Value:
    """An item that nobody knows, named after the loop's variable."""
    if isinstance(item, External) and item.label == "unknown" and isinstance(target, ast.Name):
        return External(item.path, f"loop:{target.id}")
    return item


def _broken(body: list[ast.stmt]) -> bool:
    """Whether the body itself, outside any condition, ends in a break."""
    return any(isinstance(statement, ast.Break) for statement in body)


def _may_break(body: list[ast.stmt]) -> bool:
    """Whether a break is anywhere inside."""
    return any(isinstance(part, ast.Break) for statement in body for part in ast.walk(statement))


def _once(run: Reading, node: ast.For | ast.AsyncFor, value: Value) -> None:
    bind_unknown(run, node.target, value)
    _forget_counters(run, node.body)
    run.run(node.body)


def bind_unknown(run: Reading, target: ast.expr, value: Value) -> None:
    """Bind a loop's variable to any item of ``value``."""
    assignments.assign(run, target, any_item(value, target))


def any_item(value: Value, target: ast.expr) -> Value:
    """Any item of ``value``, named after the loop's variable."""
    if isinstance(value, Frame):
        kind = "data" if value.kind in {"collection", "data"} else value.kind
        label = f"loop:{target.id}" if isinstance(target, ast.Name) else value.label
        return Frame(value.node, kind, label)
    if isinstance(value, LibraryObject):
        label = f"loop:{target.id}" if isinstance(target, ast.Name) else "loop:item"
        return boto3_s3.listed_object(value, label) if value.kind == "listing" else value
    if isinstance(target, ast.Name):
        return External("item", f"loop:{target.id}")
    return External("item", "loop:item")


def run_while(run: Reading, node: ast.While) -> bool:
    """Run a ``while`` loop; whether what follows it is reached."""
    if run.truth(run.evaluate(node.test)) is False:
        return run.run(node.orelse)
    endless = isinstance(node.test, ast.Constant)
    if not endless and _counts(run, node):
        return run.run(node.orelse)
    _forget_counters(run, node.body)
    ended = not run.run(node.body) and not run.broke
    run.broke = False
    return run.run(node.orelse) if not ended else not endless


def _counts(run: Reading, node: ast.While) -> bool:
    """Run a loop whose condition stays decidable; whether it was such a loop."""
    before: list[Value] = []
    for turn in range(UNROLL_LIMIT):
        holds = _holds(run, node.test)
        if not holds:
            return holds is False or turn > 0
        now = [_mark(run, part) for part in ast.walk(node.test)]
        if turn >= WHILE_LIMIT and now == before:
            return True  # what the loop waits for is not in the script
        before = now
        if not run.run(node.body):
            stopped, run.broke = run.broke, False
            return stopped or turn > 0
    report_limit(f"a loop was followed for {UNROLL_LIMIT:,} turns; further ones are left out")
    return True


def _holds(run: Reading, test: ast.expr) -> bool | None:
    """Whether a condition holds; ``while todo:`` does as long as something is left in a list."""
    value = run.evaluate(test)
    if isinstance(value, list) and value:
        return True
    return run.truth(value)


def _mark(run: Reading, part: ast.AST) -> Value:
    """Something that differs when a variable in a condition has another value."""
    value: Value = None
    if isinstance(part, ast.Name):
        value = run.look_up(part.id)
    elif isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name):
        owner = run.look_up(part.value.id)
        value = owner.attributes.get(part.attr) if isinstance(owner, Instance) else None
    if isinstance(value, (list, dict, set, tuple)):
        return len(value)
    return value if isinstance(value, (int, float, str)) else id(value)


def _forget_counters(run: Reading, body: list[ast.stmt]) -> None:
    """A figure that each turn of an unknown loop changes is known in none of them."""
    for statement in body:
        for part in ast.walk(statement):
            if isinstance(part, ast.AugAssign) and isinstance(part.target, ast.Name):
                name = part.target.id
                if isinstance(run.look_up(name), (int, float)):
                    run.bind(name, External("counter", f"loop:{name}"))
