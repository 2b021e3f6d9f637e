"""Comprehensions: evaluated item by item where the items are known."""

from __future__ import annotations

import ast
from collections.abc import Callable

from glueline_worker.lineage.script.domain.reading import Reading
from glueline_worker.lineage.script.domain.values import Value, VariableScope
from glueline_worker.lineage.script.interpreter import assignments, loops
from glueline_worker.lineage.script.interpreter.attributes import as_key

Comprehension = ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp


def evaluate(run: Reading, node: Comprehension) -> Value:
    """The list (also for sets and generators) or dict that a comprehension makes."""
    outer = run.scope
    run.scope = VariableScope(outer)
    found: list[Value] = []
    pairs: dict[Value, Value] = {}

    def collect() -> None:
        if isinstance(node, ast.DictComp):
            pairs[as_key(run.evaluate(node.key))] = run.evaluate(node.value)
        else:
            found.append(run.evaluate(node.elt))

    try:
        _walk(run, node.generators, collect)
    finally:
        run.scope = outer
    return run.state.charge_size(pairs if isinstance(node, ast.DictComp) else found)


def _walk(run: Reading, generators: list[ast.comprehension], collect: Callable[[], None]) -> None:
    if not generators:
        collect()
        return
    first, *rest = generators
    value = run.evaluate(first.iter)
    items = loops.items_of(value)
    if items is None:
        loops.bind_unknown(run, first.target, value)
        _walk(run, rest, collect)
        return
    for item in items:
        run.state.charge()
        assignments.assign(run, first.target, item)
        # A condition nobody can decide lets the item in.
        if all(run.truth(run.evaluate(test)) is not False for test in first.ifs):
            _walk(run, rest, collect)
