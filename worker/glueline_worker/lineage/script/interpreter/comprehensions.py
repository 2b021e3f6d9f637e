"""Comprehensions: evaluated item by item where the items are known."""

from __future__ import annotations

import ast
from collections.abc import Callable

from glueline_worker.lineage.script.domain.comparisons import get_truth
from glueline_worker.lineage.script.domain.items import as_key, list_items
from glueline_worker.lineage.script.domain.reading import Reading
from glueline_worker.lineage.script.domain.values import Value, VariableScope
from glueline_worker.lineage.script.interpreter import assignments, loops

Comprehension = ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp


def evaluate_comprehension(reading: Reading, node: Comprehension) -> Value:
    """Return the list (also for sets and generators) or dict that a comprehension makes."""
    outer = reading.scope
    reading.scope = VariableScope(outer)
    found: list[Value] = []
    pairs: dict[Value, Value] = {}

    def collect() -> None:
        if isinstance(node, ast.DictComp):
            pairs[as_key(reading.evaluate(node.key))] = reading.evaluate(node.value)
        else:
            found.append(reading.evaluate(node.elt))

    try:
        _walk(reading, node.generators, collect)
    finally:
        reading.scope = outer
    return reading.state.charge_size(pairs if isinstance(node, ast.DictComp) else found)


def _walk(
    reading: Reading, generators: list[ast.comprehension], collect: Callable[[], None]
) -> None:
    if not generators:
        collect()
        return
    first, *rest = generators
    value = reading.evaluate(first.iter)
    items = list_items(value)
    if items is None:
        loops.bind_any_item(reading, first.target, value)
        _walk(reading, rest, collect)
        return
    for item in items:
        reading.state.charge()
        assignments.assign(reading, first.target, item)
        # A condition that only a run can decide lets the item in.
        if all(get_truth(reading.evaluate(test)) is not False for test in first.ifs):
            _walk(reading, rest, collect)
