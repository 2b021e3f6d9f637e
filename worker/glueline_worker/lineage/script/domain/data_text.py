"""Texts with data in them, such as the content of an object and what is put together of it."""

from collections.abc import Sequence

from glueline_worker.lineage.script.domain.values import DataText, Frame, Value

_WITH_DATA = frozenset({DataText, Frame})
_JOINTS = frozenset(" ,;|\t\"'()")
"""Characters that stand between values, and in no name."""
_NODES_LIMIT = 100
"""The most reads whose data one text is made of."""


def keep_data(text: Value, parts: Sequence[Value]) -> Value:
    """Return a text that is made of ``parts`` with the data that is in them."""
    kinds = set(map(type, parts))
    if kinds.isdisjoint(_WITH_DATA) or not isinstance(text, str) or not _is_content(parts, kinds):
        return text
    nodes: dict[str, None] = {}
    for part in parts:
        if isinstance(part, DataText):
            nodes.update(dict.fromkeys(part.nodes))
        elif isinstance(part, Frame) and part.kind == "rows":
            nodes[part.node] = None
    return DataText(text, tuple(nodes)[:_NODES_LIMIT]) if nodes else text


def _is_content(parts: Sequence[Value], kinds: set[type]) -> bool:
    """Tell whether a text is content rather than a name with a part that was read somewhere.

    Content is added to nothing, or to blanks and commas, or stands in lines of its own. Names have
    letters, slashes and dots between their parts.
    """
    if DataText in kinds:
        return True
    literals = [part for part in parts if isinstance(part, str)]
    return bool(literals) and (
        any("\n" in text for text in literals) or _JOINTS.issuperset("".join(literals))
    )
