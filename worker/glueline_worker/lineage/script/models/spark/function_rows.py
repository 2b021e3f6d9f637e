"""Columns with fields, and functions that make rows out of them."""

from __future__ import annotations

import re
from dataclasses import replace

from glueline_worker.lineage.script.domain.columns import (
    combine_columns,
    show,
)
from glueline_worker.lineage.script.domain.values import (
    Column,
    Value,
)
from glueline_worker.lineage.script.models.spark.function_kinds import (
    GENERATED,
)

_MAP = re.compile(r"(?:explode|explode_outer)\((?:map|map_\w+|str_to_map|transform_\w+)\(")
"""An exploded map, as Spark shows it."""


def keep_fields(made: Column, column: Column) -> Column:
    """Give the fields of a struct to what is one, or holds such structs."""
    if column.fields:
        return replace(made, fields=column.fields)
    if column.kind in {"plain", "item"} and len(column.refs) == 1:
        return replace(made, shape=column.refs[0])
    return replace(made, shape=column.shape)


def name_generated_columns(name: str, made: Column, columns: list[Value]) -> Column:
    """Name the columns that a function of rows makes, such as ``explode``."""
    names = GENERATED[name]
    if name.startswith("inline"):
        return replace(made, kind="inline", name=None)
    if name == "json_tuple":
        names = tuple(f"c{at}" for at in range(len(columns) - 1))
    elif name == "stack":
        count = columns[0] if columns else None
        rows = _read_figure(count)
        width = -(-(len(columns) - 1) // rows) if rows else 0
        names = tuple(f"col{at}" for at in range(width))
        if not names:
            return replace(made, name=None)
        parts = [combine_columns(columns[1 + at :: width]) for at in range(width)]
        made = replace(made, fields=tuple(zip(names, parts, strict=True)))
    if name.startswith("explode") and made.name and _MAP.match(made.name):
        return replace(made, name="key", names=("key", "value"))
    if len(names) == 1:
        return replace(made, name=names[0])
    return replace(made, name=names[0] if names else None, names=names)


def _read_figure(value: Value) -> int:
    text = show(value)
    return int(text) if text is not None and text.isdigit() else 0
