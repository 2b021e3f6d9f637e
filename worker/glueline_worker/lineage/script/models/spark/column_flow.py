"""Flows of columns: from those of a transform's input to those of its output."""

from __future__ import annotations

from glueline_worker.lineage.model import OPAQUE, ColumnRef, Flow
from glueline_worker.lineage.script.domain.columns import (
    combine_columns,
    parse_column_expression,
    parse_column_name,
)
from glueline_worker.lineage.script.domain.state import State, make_rename_flow
from glueline_worker.lineage.script.domain.template_text import as_text, has_placeholder, render
from glueline_worker.lineage.script.domain.values import Column, External, Frame, Value

_TARGET = {2: 1, 3: 2, 4: 2}
"""Where a mapping of so many parts has its target."""


def select_columns(state: State, frame: Frame, items: list[Value], *, sql: bool = False) -> Frame:
    """Call ``frame.select(*items)``; with ``sql``, texts are expressions."""
    columns: dict[str, tuple[ColumnRef, ...]] = {}
    inputs: list[Value] = [frame]
    rest, known = False, True
    for item in _flatten(items):
        column = _parse_column(item, sql=sql)
        if column is None or (not column.is_known and column.name is None):
            known = False
        elif _is_star(column):
            rest = True
        else:
            refs = [_resolve(state, frame, ref) for ref in column.refs]
            inputs += [Frame(ref.node) for ref in refs]
            columns[column.name or _make_name(len(columns))] = tuple(refs)
    if not known:
        # A computed list of columns: whichever they are, they are the frame's.
        return state.transform(frame, Flow(rest=True) if not columns else OPAQUE, "select")
    whole = (frame.node,) if rest else ()
    return state.transform(inputs, Flow(columns, whole=whole), "select")


def add_columns(state: State, frame: Frame, added: dict[str, Value]) -> Frame:
    """Call ``frame.withColumn(name, expression)``, for one or several."""
    columns: dict[str, tuple[ColumnRef, ...]] = {}
    inputs: list[Value] = [frame]
    for name, value in added.items():
        column = value if isinstance(value, Column) else combine_columns([value])
        refs = [_resolve(state, frame, ref) for ref in column.refs]
        inputs += [Frame(ref.node) for ref in refs]
        if isinstance(value, Frame) and value.kind == "data":
            inputs.append(value)
        if not has_placeholder(name):
            columns[render(name)] = tuple(refs)
    return state.transform(inputs, Flow(columns, whole=(frame.node,)), "withColumn")


def rename_columns(state: State, frame: Frame, pairs: list[tuple[str, str]]) -> Frame:
    """Rename columns and keep the others."""
    known = [(old, new) for old, new in pairs if not has_placeholder(old + new)]
    return state.transform(frame, make_rename_flow(frame.node, known, rest=True), "rename")


def keep_columns(state: State, frame: Frame, names: list[Value]) -> Frame:
    """Keep only the named columns."""
    found = [name for name in _flatten(names) if isinstance(name, str)]
    if len(found) != len(_flatten(names)) or any(map(has_placeholder, found)):
        return state.transform(frame, label="select")
    return state.transform(
        frame, make_rename_flow(frame.node, zip(found, found, strict=True)), "select"
    )


def drop_columns(state: State, frame: Frame, names: list[Value]) -> Frame:
    """Drop the named columns."""
    gone = set()
    for name in _flatten(names):
        if isinstance(name, str) and not has_placeholder(name):
            gone.add(name.strip("`"))
        elif isinstance(name, Column) and name.name:
            gone.add(name.name)
    return state.transform(frame, Flow(rest=True, dropped=frozenset(gone)), "drop")


def apply_mapping(state: State, frame: Frame, value: Value) -> Frame:
    """Apply ApplyMapping's tuples: source, (type,) target, (type)."""
    if not isinstance(value, (list, tuple)):
        return state.transform(frame, OPAQUE, "ApplyMapping")
    pairs: list[tuple[str, str]] = []
    for row in value:
        parts = [as_text(part) for part in row] if isinstance(row, (tuple, list)) else []
        if len(parts) not in _TARGET:
            return state.transform(frame, OPAQUE, "ApplyMapping")
        source, target = parts[0], parts[_TARGET[len(parts)]]
        if has_placeholder(source + target):
            return state.transform(frame, OPAQUE, "ApplyMapping")
        pairs.append((source.replace("`", ""), target.replace("`", "")))
    return state.transform(frame, make_rename_flow(frame.node, pairs), "ApplyMapping")


def aggregate_columns(state: State, frame: Frame, keys: list[Value], items: list[Value]) -> Frame:
    """Call ``frame.groupBy(*keys).agg(*items)``."""
    flat = []
    for item in _flatten(items):
        if isinstance(item, dict):
            flat += [
                Column(parse_column_name(as_text(name)).refs, f"{as_text(how)}({as_text(name)})")
                for name, how in item.items()
            ]
        else:
            flat.append(item)
    return select_columns(state, frame, [*keys, *flat])


def _flatten(items: list[Value]) -> list[Value]:
    found: list[Value] = []
    for item in items:
        found += item if isinstance(item, (list, tuple)) else [item]
    return found


def _parse_column(item: Value, *, sql: bool) -> Column | None:
    if isinstance(item, str):
        if item == "*" or item.endswith(".*"):
            return Column((), "*")
        return parse_column_expression(item) if sql else parse_column_name(item)
    if isinstance(item, Column):
        return item
    return Column((), None, is_known=False) if isinstance(item, (External, Frame)) else None


def _is_star(column: Column) -> bool:
    return column.name == "*" or (len(column.refs) == 1 and column.refs[0][1].endswith("*"))


def _make_name(position: int) -> str:
    return f"_c{position}"


def _resolve(state: State, frame: Frame, ref: tuple[str | None, str]) -> ColumnRef:
    """Find the frame of a referenced column: this one, or one that was joined into it."""
    node, name = ref
    if node is not None:
        return ColumnRef(frame.node if node == frame.node else node, name)
    alias, dot, column = name.partition(".")
    if dot:
        found = state.aliases.get(frame.node, {}).get(alias)
        if found is not None:
            return ColumnRef(found, column)
    return ColumnRef(frame.node, name)
