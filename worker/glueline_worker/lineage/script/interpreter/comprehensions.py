"""Comprehensions: evaluated item by item where the items are known."""

from __future__ import annotations

import ast
from collections.abc import Callable

from glueline_worker.lineage.script.domain.comparisons import get_truth
from glueline_worker.lineage.script.domain.items import as_key, list_items
from glueline_worker.lineage.script.domain.reading import Reading
from glueline_worker.lineage.script.domain.template_text import has_placeholder
from glueline_worker.lineage.script.domain.values import (
    MISSING,
    ColumnList,
    External,
    JobArgument,
    Value,
    VariableScope,
)
from glueline_worker.lineage.script.interpreter import assignments, loops

Comprehension = ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp


def evaluate_comprehension(reading: Reading, node: Comprehension) -> Value:
    """Return the list (also for sets and generators) or dict that a comprehension makes."""
    outer = reading.scope
    source = reading.evaluate(node.generators[0].iter)
    reading.scope = VariableScope(outer)
    found: list[Value] = ColumnList() if isinstance(source, ColumnList) else []
    pairs: dict[Value, Value] = {}

    def collect() -> None:
        if isinstance(node, ast.DictComp):
            pairs[as_key(reading.evaluate(node.key))] = reading.evaluate(node.value)
        else:
            found.append(reading.evaluate(node.elt))

    try:
        is_known = _walk(reading, node.generators, collect, source)
    finally:
        reading.scope = outer
    if not is_known:
        return External("columns", "loop:column")
    return reading.state.charge_size(pairs if isinstance(node, ast.DictComp) else found)


def _walk(
    reading: Reading,
    generators: list[ast.comprehension],
    collect: Callable[[], None],
    value: Value = MISSING,
) -> bool:
    """Walk all items; return False if it is not known which of a frame's columns are among them."""
    if not generators:
        collect()
        return True
    first, *rest = generators
    if value is MISSING:
        value = reading.evaluate(first.iter)
    items = _list_items(value)
    if items is None:
        loops.bind_any_item(reading, first.target, value)
        return _walk(reading, rest, collect)
    is_known = True
    for item in items:
        reading.state.charge()
        assignments.assign(reading, first.target, item)
        truths = [get_truth(reading.evaluate(test)) for test in first.ifs]
        # A condition that only a run can decide lets the item in, unless it chooses columns.
        is_known = is_known and not (None in truths and isinstance(items, ColumnList))
        if False not in truths:
            is_known = _walk(reading, rest, collect) and is_known
    return is_known


def _list_items(value: Value) -> list[Value] | None:
    """List the items of a collection, or the characters of a short text."""
    if not isinstance(value, str) or isinstance(value, JobArgument):
        return list_items(value)
    is_known = len(value) <= _SHORT and not has_placeholder(value)
    return list(value) if is_known else None


_SHORT = 200
