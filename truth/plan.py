"""Spark's plans as trees, from the JSON that ``TreeNode.toJSON`` writes.

A tree is written as the list of its nodes, parents before children; each says how many children it
has. Expressions within a plan are fields that hold such a list.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Tree:
    """A node of a plan or an expression."""

    kind: str
    """The name of its class, without the package."""
    fields: dict[str, Any] = field(default_factory=dict)
    children: list["Tree"] = field(default_factory=list)

    def trees(self, name: str) -> list["Tree"]:
        """The trees that a field holds: several, one, or none."""
        value = self.fields.get(name)
        if isinstance(value, Tree):
            return [value]
        return [item for item in value if isinstance(item, Tree)] if isinstance(value, list) else []

    def tree(self, name: str) -> "Tree":
        """The one tree that a field holds."""
        (found,) = self.trees(name)
        return found

    def pick(self, name: str) -> list["Tree"]:
        """The children that a field names by their positions."""
        value = self.fields.get(name)
        positions = value if isinstance(value, list) else [value]
        return [self.children[at] for at in positions if isinstance(at, int)]

    @property
    def id(self) -> int:
        """The number of an attribute or alias, or -1."""
        found = self.fields.get("exprId")
        return int(found["id"]) if isinstance(found, dict) else -1

    @property
    def name(self) -> str:
        """The name of an attribute or alias."""
        return str(self.fields.get("name", ""))


def read_tree(document: list[dict[str, Any]]) -> Tree:
    """Return the tree that a list of nodes describes."""
    return _read_node(iter(document))


def _read_node(nodes: Iterator[dict[str, Any]]) -> Tree:
    node = dict(next(nodes))
    count = node.pop("num-children")
    kind = node.pop("class").rpartition(".")[2]
    fields = {name: _read_value(value) for name, value in node.items()}
    return Tree(kind, fields, [_read_node(nodes) for _ in range(count)])


def _read_value(value: Any) -> Any:
    if isinstance(value, list):
        if value and isinstance(value[0], dict) and "num-children" in value[0]:
            return read_tree(value)
        return [_read_value(item) for item in value]
    return value


def object_name(value: Any) -> str:
    """The name of a Scala object, such as ``LeftSemi``."""
    if not isinstance(value, dict):
        return ""
    name = str(value.get("object") or value.get("product-class") or "")
    return name.rpartition(".")[2].rstrip("$")
