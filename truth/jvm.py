"""Plans as trees, out of Spark's own machine."""

import json
from collections.abc import Iterator
from typing import Any

from truth.plan import Tree, read_tree


def read_plan_tree(plan: Any) -> Tree:
    """Return an analysed plan as a tree."""
    tree = read_tree(json.loads(plan.toJSON()))
    if _find(tree, "Expand"):
        _add_projections(plan, tree)
    if tree.kind == "CreateViewCommand":
        tree.fields["names"] = [pair._1() for pair in _each(plan.userSpecifiedColumns())]
    return tree


def _add_projections(plan: Any, tree: Tree) -> None:
    """Add the rows of Expand: lists of lists of expressions are left out of the JSON."""
    rows = {}
    for found in _walk(plan):
        if found.getClass().getSimpleName() == "Expand":
            number = int(found.output().apply(0).exprId().id())
            rows[number] = [
                [read_tree(json.loads(item.toJSON())) for item in _each(row)]
                for row in _each(found.projections())
            ]
    for node in _find(tree, "Expand"):
        node.fields["projections"] = rows[node.trees("output")[0].id]


def _walk(plan: Any) -> Iterator[Any]:
    todo = [plan]
    while todo:
        found = todo.pop()
        yield found
        todo += _each(found.children())
        todo += [inner for inner in _each(found.innerChildren()) if hasattr(inner, "innerChildren")]
        todo += _each(found.subqueries())


def _each(sequence: Any) -> list[Any]:
    return [sequence.apply(at) for at in range(sequence.size())]


def _find(tree: Tree, kind: str) -> list[Tree]:
    found = []
    todo: list[Any] = [tree]
    while todo:
        node = todo.pop()
        if isinstance(node, Tree):
            if node.kind == kind:
                found.append(node)
            todo += [*node.children, *node.fields.values()]
        elif isinstance(node, list):
            todo += node
    return found
