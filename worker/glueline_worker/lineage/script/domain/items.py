"""The items of collections, and keys of dicts, as far as a value tells them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice

from glueline_worker.lineage.script.domain.alternatives import join_values
from glueline_worker.lineage.script.domain.library_object import LibraryObject
from glueline_worker.lineage.script.domain.limits import report_limit
from glueline_worker.lineage.script.domain.template_text import as_text
from glueline_worker.lineage.script.domain.values import ColumnList, External, Frame, OneOf, Value

UNROLL_LIMIT = 2_000
"""The most items of a collection that a loop is unrolled over."""
_NAMES_OF_ITEMS = frozenset({"Key", "Name", "Prefix", "name", "table", "table_name"})
"""Fields that name the item itself, as in AWS's listings."""
SETTINGS = "config:"
"""Begins the label of a setting in a file: its keys follow."""
_SETTING = re.compile(r"[\w\-]{1,50}")


def is_field(label: str) -> bool:
    """Tell whether a label names a field of a document or of a loop's item."""
    is_setting = label.startswith(SETTINGS) and label != SETTINGS
    return is_setting or (label.startswith("loop:") and "." in label)


def label_field(label: str, key: Value) -> str:
    """Return the label of a field of a loop's item: two fields are two things."""
    if label.startswith(SETTINGS):
        is_key = isinstance(key, str) and _SETTING.fullmatch(key)
        return f"{label}.{key}".replace(":.", ":") if is_key else label
    is_field = isinstance(key, str) and key.isidentifier() and key not in _NAMES_OF_ITEMS
    return f"{label}.{key}" if is_field and label.startswith("loop:") else label


def list_items(value: Value) -> list[Value] | None:
    """List the items that a loop over ``value`` meets; None when they are unknown."""
    if isinstance(value, OneOf):
        found = [list_items(option) for option in value.options if option is not None]
        if found and all(items is not None for items in found):
            return [join_values(column) for column in _transpose([row for row in found if row])]
        return None
    if isinstance(value, (list, tuple, dict, set, range)):
        items = list(islice(value, UNROLL_LIMIT))
        if isinstance(value, ColumnList):
            items = ColumnList(items)
        if (more := len(value) - len(items)) > 0:
            report_limit(
                f"a loop over {len(value):,} items was followed for the first "
                f"{UNROLL_LIMIT:,}; {more:,} are left out"
            )
        return sorted(items, key=str) if isinstance(value, set) else items
    return value.list_items() if isinstance(value, LibraryObject) else None


def _transpose(rows: list[list[Value]]) -> Iterable[list[Value]]:
    # Alternatives of different length: every item may come, in the order of the longest.
    width = max(map(len, rows), default=0)
    return ([row[at] for row in rows if at < len(row)] for at in range(width))


def spread(value: Value) -> list[Value]:
    """List the items of ``*value``."""
    if isinstance(value, OneOf):
        return spread(value.options[0])
    return list(value) if isinstance(value, (list, tuple, dict)) else [value]


def as_key(value: Value) -> Value:
    """Return ``value`` as the key of a dict."""
    if isinstance(value, (str, int, float, type(None), External, Frame, LibraryObject)):
        return value
    if isinstance(value, tuple) and all(isinstance(part, (str, int)) for part in value):
        return value
    return as_text(value)
