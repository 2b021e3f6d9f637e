"""Steps that make columns: what a list of expressions yields in a frame."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from glueline.contract.lineage import Effect
from glueline_worker.lineage.model import (
    MAP_FIELDS,
    ColumnRef,
    Flow,
    IndirectRef,
    get_item_path,
    get_path_of_fields,
    is_map,
)
from glueline_worker.lineage.script.domain.columns import combine_columns, parse_column_name
from glueline_worker.lineage.script.domain.outputs import Attribute, BuiltField
from glueline_worker.lineage.script.domain.state import State
from glueline_worker.lineage.script.domain.values import Column, Frame, OneOf, Value
from glueline_worker.lineage.script.models.spark.known_columns import (
    UNKNOWN_SHAPE,
    get_outputs,
    list_star,
    refer_to_all,
    resolve,
    resolve_all,
    set_outputs,
)
from glueline_worker.lineage.script.models.spark.subqueries import parse_expressions

_EXPLODED = "col"
"""Spark's name of an exploded column; one with another name has an alias."""
_PATTERN_LIMIT = 200
_FIELD_DEPTH = 4
"""Structs within structs that are followed."""


class Projection(NamedTuple):
    """One column that a step yields; its name is empty where only Spark knows it."""

    name: str
    refs: tuple[ColumnRef, ...] = ()
    deciders: tuple[tuple[ColumnRef, Effect], ...] = ()
    attribute: Attribute | None = None
    """The column itself, where it passes under its own name."""
    shape: str | None = None
    fields: tuple[tuple[str, BuiltField], ...] = ()


@dataclass(slots=True)
class Selection:
    """The columns that a list of expressions yields."""

    items: list[Projection] = field(default_factory=list)
    whole: list[str] = field(default_factory=list)
    """Frames of unknown columns that pass as a whole."""
    inputs: list[str] = field(default_factory=list)
    """Further frames whose data flows in."""
    is_known: bool = True
    """False if there may be further columns."""


def select_items(
    state: State, frame: Frame, values: Iterable[Value], *, sql: bool = False
) -> Selection:
    """Find the columns that expressions yield; with ``sql``, texts are expressions."""
    found = Selection()
    for value in flatten(values):
        columns = parse_item(state, value, sql=sql)
        if columns is None:
            found.is_known = False
        for column in columns or ():
            _add_column(state, frame, column, found)
    return found


def flatten(values: Iterable[Value]) -> list[Value]:
    """List the items of lists within a list."""
    found: list[Value] = []
    for value in values:
        found += value if isinstance(value, (list, tuple)) else [value]
    return found


def parse_item(state: State, value: Value, *, sql: bool) -> tuple[Column, ...] | None:
    """Return the expressions that an argument stands for; None where it is none."""
    if isinstance(value, str):
        return parse_expressions(state, value) if sql else (parse_column_name(value),)
    if isinstance(value, Column):
        return (value,)
    if isinstance(value, (int, float)):
        return (Column((), str(value)),)
    return _merge_alternatives(state, value, sql=sql) if isinstance(value, OneOf) else None


def _merge_alternatives(state: State, value: OneOf, *, sql: bool) -> tuple[Column, ...] | None:
    """Make one column of alternatives that have one name: each of them may be it."""
    found = [parse_item(state, option, sql=sql) for option in value.options]
    columns = [each for part in found for each in part or ()]
    names = {(each.name or "").lower() for each in columns}
    if len(columns) < len(value.options) or len(names) > 1 or "" in names:
        return None
    if any(each.kind not in {"value", "plain", "item"} for each in columns):
        return None
    return (replace(combine_columns(columns, "identity"), name=columns[0].name),)


def _add_column(state: State, frame: Frame, column: Column, found: Selection) -> None:
    if column.kind == "star":
        _add_star(state, frame, column, found)
    elif column.kind == "pattern":
        _add_pattern(state, frame, column, found)
    elif not column.is_known and column.name is None and not column.refs:
        found.is_known = False
    elif column.kind == "inline":
        _add_fields(state, frame, column, found)
    else:
        found.items += make_items(state, frame, column)


def make_items(state: State, frame: Frame, column: Column) -> list[Projection]:
    """Make the columns of one expression: several if it is a generator with several names."""
    refs, deciders = resolve_all(state, frame, column)
    if column.kind == "exploded" and (pair := _list_pair(state, frame, column)) is not None:
        return [Projection(name, refs, deciders, shape=shape) for name, shape in pair]
    if len(column.names) > 1:
        parts = [resolve_all(state, frame, part)[0] for _, part in column.fields]
        if len(parts) != len(column.names):
            parts = [refs] * len(column.names)
        items = [
            Projection(name, part, deciders) for name, part in zip(column.names, parts, strict=True)
        ]
        if column.kind == "exploded" and column.shape is not None:
            source = resolve(state, frame, column.shape)
            shape = get_item_path(state.context.schemas, source.shape)
            items[-1] = items[-1]._replace(shape=shape, fields=source.fields)
        return items
    name = column.name or ""
    if column.kind == "item" and _is_map(state, frame, column):
        name = f"{name[: name.rindex('.')]}[{name[name.rindex('.') + 1 :]}]"
    if column.kind in {"plain", "item"} and len(column.refs) == 1:
        source = resolve(state, frame, column.refs[0])
        attribute = source.attribute
        if attribute is None or column.text is None or attribute.name.lower() != name.lower():
            attribute = None
        else:
            name = attribute.name
        return [Projection(name, refs, deciders, attribute, source.shape, source.fields)]
    fields, shape = make_fields(state, frame, column), None
    if column.shape is not None:
        source = resolve(state, frame, column.shape)
        fields, shape = source.fields, source.shape
        if column.kind == "exploded":
            shape = get_item_path(state.context.schemas, shape)
    return [Projection(name, refs, deciders, shape=shape, fields=fields)]


def _list_pair(state: State, frame: Frame, column: Column) -> list[tuple[str, str | None]] | None:
    """Name the columns that an exploded map makes, each with its shape; None if it is no map."""
    shape = None if column.shape is None else resolve(state, frame, column.shape).shape
    names = column.names or (column.name,)
    if not is_map(state.context.schemas, shape) or None in names:
        return None
    if names[-1] == _EXPLODED:
        names = (*names[:-1], *MAP_FIELDS)
    shapes = (None, *(f"{shape}/{each}" for each in MAP_FIELDS))[-len(names) :]
    return list(zip(map(str, names), shapes, strict=False))


def _is_map(state: State, frame: Frame, column: Column) -> bool:
    """Tell whether ``column["key"]`` takes a value out of a map: a struct would have fields."""
    if len(column.refs) != 1 or not column.name or "." not in column.name:
        return False
    ref = column.refs[0]
    around = resolve(state, frame, ref._replace(name=ref.name.rpartition(".")[0]))
    if around.fields or around.shape in {None, UNKNOWN_SHAPE}:
        return False
    known, path = state.context.schemas, get_path_of_fields(around.shape or "")
    return path not in known or is_map(known, path)


def make_fields(
    state: State, frame: Frame, column: Column, depth: int = 0
) -> tuple[tuple[str, BuiltField], ...]:
    """Resolve the fields of a struct that an expression builds."""
    found: list[tuple[str, BuiltField]] = []
    if depth >= _FIELD_DEPTH:
        return ()
    for name, inner in column.fields:
        if inner.kind == "star":
            found += [
                (each.name, BuiltField(refer_to_all(state, frame, each), each.fields))
                for each in list_star(state, frame, inner.refs[0]) or ()
            ]
            continue
        refs, _ = resolve_all(state, frame, inner)
        found.append((name, BuiltField(refs, make_fields(state, frame, inner, depth + 1))))
    return tuple(found)


def pass_on(state: State, frame: Frame, attribute: Attribute) -> Projection:
    """Make the item of a column that passes as it is."""
    refs = refer_to_all(state, frame, attribute)
    return Projection(attribute.name, refs, (), attribute, attribute.shape, attribute.fields)


def _add_star(state: State, frame: Frame, column: Column, found: Selection) -> None:
    name = column.refs[0]
    attributes = list_star(state, frame, name)
    if attributes and column.names:
        left_out = {each.lower() for each in column.names}
        attributes = [each for each in attributes if each.name.lower() not in left_out]
    if attributes is None and column.names:
        found.is_known = False
    elif attributes is None:
        before = name.name.removesuffix("*").removesuffix(".")
        node = name.node or state.aliases.get(frame.node, {}).get(before, frame.node)
        found.whole.append(node)
    elif attributes:
        found.items += [pass_on(state, frame, each) for each in attributes]
    else:
        struct = name._replace(name=name.name.removesuffix(".*"))
        _add_fields(state, frame, Column((struct,), kind="inline"), found)


def _add_fields(state: State, frame: Frame, column: Column, found: Selection) -> None:
    """Add the fields of a struct, each made of all of it where it is a column of a table."""
    source = resolve(state, frame, column.refs[0]) if column.refs else None
    fields = source.fields if source else ()
    items = [Projection(name, each.refs, fields=each.fields) for name, each in fields]
    if source is not None and not items and source.shape:
        path = get_path_of_fields(source.shape)
        items = [
            Projection(name, source.refs, shape=f"{path}/{name.lower()}")
            for name in state.context.schemas.get(path, ())
        ]
    if column.names and source is not None:
        items = [Projection(name, source.refs) for name in column.names]
    if not items:
        found.is_known = False
    found.items += items


def _add_pattern(state: State, frame: Frame, column: Column, found: Selection) -> None:
    name = column.refs[0]
    outputs = get_outputs(state, name.node or frame.node)
    try:
        pattern = re.compile(name.name, re.IGNORECASE)
    except (re.error, RecursionError, OverflowError):
        outputs = None
    if outputs is None or len(name.name) > _PATTERN_LIMIT:
        found.is_known = False
        return
    found.items += [
        pass_on(state, frame, each)
        for each in outputs.attributes
        if pattern.fullmatch(each.name[:_PATTERN_LIMIT])
    ]


def project(
    state: State,
    frame: Frame,
    found: Selection,
    label: str,
    rows: Sequence[tuple[ColumnRef, Effect]] = (),
) -> Frame:
    """Add a step that yields the selected columns; ``rows`` decide about its rows."""
    columns: dict[str, tuple[ColumnRef, ...]] = {}
    state.charge(6 * len(found.items))
    for item in found.items:
        if item.name:
            known = columns.get(item.name, ())
            columns[item.name] = (*known, *(ref for ref in item.refs if ref not in known))
    flow = Flow(columns, whole=tuple(found.whole), indirect=list_indirect(found.items, rows))
    node = state.transform(list_inputs(frame, found, rows), flow, label)
    if not found.whole and found.is_known:
        set_outputs(state, node, [make_attribute(node, item) for item in found.items])
    return node


def make_attribute(node: Frame, item: Projection) -> Attribute:
    """Make the column of a step from its item: itself, or defined there."""
    if item.attribute is not None:
        return item.attribute
    parts = () if item.name else item.refs
    return Attribute(
        item.name, node.node, item.name, shape=item.shape, fields=item.fields, parts=parts
    )


def list_indirect(
    items: Iterable[Projection], rows: Iterable[tuple[ColumnRef, Effect]] = ()
) -> tuple[IndirectRef, ...]:
    """List what decides about columns, and about rows."""
    found = [
        IndirectRef(ref, effect, item.name)
        for item in items
        if item.name
        for ref, effect in item.deciders
    ]
    return (*found, *(IndirectRef(ref, effect) for ref, effect in rows))


def list_inputs(
    frame: Frame, found: Selection, rows: Iterable[tuple[ColumnRef, Effect]] = ()
) -> list[Frame]:
    """List the frames that a step takes its columns from."""
    nodes = dict.fromkeys((frame.node, *found.whole, *found.inputs))
    for item in found.items:
        nodes.update(dict.fromkeys(ref.node for ref in item.refs))
        nodes.update(dict.fromkeys(ref.node for ref, _ in item.deciders))
    nodes.update(dict.fromkeys(ref.node for ref, _ in rows))
    return [Frame(node) for node in nodes]
