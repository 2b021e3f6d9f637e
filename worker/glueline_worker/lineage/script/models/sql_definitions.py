"""Definitions in SQL that say where a table's data is, and which columns it has."""

from __future__ import annotations

import re

from glueline_worker.lineage.script.models.spark.code_schemas import list_schema_names

_HEAD = 20_000
"""Characters of a text in which definitions are looked for."""
_ADDS = re.compile(
    r"\balter\s+table\s+(\S+)\s+(?:add|set|partition)\b([^;]{0,20000})", re.IGNORECASE
)
_PLACE = re.compile(r"\blocation\s+['\"](s3[an]?://[^'\"]{1,2000})['\"]", re.IGNORECASE)
_CREATES = re.compile(
    r"\s*create\s+(?:or\s+replace\s+)?(?:external\s+)?table\s+(?:if\s+not\s+exists\s+)?"
    r"([^\s(]{1,300})\s*\(",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_CONSTRAINTS = frozenset({"primary", "foreign", "unique", "constraint", "check"})


def find_moves(text: str) -> list[tuple[str, str]]:
    """Find the tables that are altered to have data in a place, and the place of each."""
    if "location" not in text[:_HEAD].lower():
        return []
    return [
        (found[1], place) for found in _ADDS.finditer(text) for place in _PLACE.findall(found[2])
    ]


def find_created_table(text: str) -> tuple[str, tuple[str, ...]] | None:
    """Find the table that a CREATE TABLE with columns defines, and their names."""
    found = _CREATES.match(text[:_HEAD])
    if found is None or len(text) > _HEAD:
        return None
    inside = _cut_at_bracket(_QUOTED.sub("''", text[found.end() :]))
    names = list_schema_names(inside) if inside else None
    kept = [name for name in names or () if name.lower() not in _CONSTRAINTS]
    return (found[1], tuple(kept)) if kept else None


def _cut_at_bracket(text: str) -> str:
    """Return what stands before the bracket that ends a list."""
    depth = 0
    for at, char in enumerate(text):
        depth += (char == "(") - (char == ")")
        if depth < 0:
            return text[:at]
    return ""
