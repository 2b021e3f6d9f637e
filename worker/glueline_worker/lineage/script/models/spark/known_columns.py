"""Names of columns resolved in a frame, as Spark does it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from glueline.contract.lineage import Dataset, Effect, Transformation
from glueline_worker.lineage.model import (
    ITEMS,
    MAP_FIELDS,
    ColumnRef,
    Node,
    get_item_path,
    get_path_of_fields,
    is_map,
)
from glueline_worker.lineage.script.domain.outputs import Attribute, BuiltField, Outputs
from glueline_worker.lineage.script.domain.state import State
from glueline_worker.lineage.script.domain.template_text import render
from glueline_worker.lineage.script.domain.values import Column, ColumnName, Frame
from glueline_worker.lineage.transformations import get_stronger

_RESOLVE_COST = 6
"""Steps that a name counts for."""
_COLUMN_LIMIT = 5_000
"""Columns of a frame that are followed one by one; wider frames pass as a whole."""
_COPIES = 16
"""Columns that are copied in the time of one step."""
UNKNOWN_SHAPE = "?"
"""The shape of a column of a frame whose schema is not known: its fields keep their paths."""


class Source(NamedTuple):
    """What a name in an expression comes down to."""

    refs: tuple[ColumnRef, ...]
    attribute: Attribute | None = None
    """The column itself, where the name means all of it."""
    shape: str | None = None
    fields: tuple[tuple[str, BuiltField], ...] = ()


def get_outputs(state: State, node: str) -> Outputs | None:
    """Return the columns of a step; None where they are not known."""
    if node not in state.outputs:
        step = state.nodes.get(node)
        is_read = step is not None and step.role == "read" and not step.inputs
        state.outputs[node] = _read_schema(state, step) if is_read and step is not None else None
    return state.outputs[node]


def set_outputs(state: State, frame: Frame, attributes: list[Attribute]) -> Frame:
    """Say which columns a frame has."""
    state.charge(1 + len(attributes) // 2)
    known = len(attributes) <= _COLUMN_LIMIT
    state.outputs[frame.node] = Outputs(attributes) if known else None
    return frame


def change_outputs(
    state: State,
    frame: Frame,
    before: Outputs,
    changes: Sequence[tuple[Attribute | None, Attribute | None]],
) -> Frame:
    """Say which columns a frame has: those before, with others for some of them."""
    state.charge(1 + len(changes) + len(before.attributes) // _COPIES)
    after = before.change(changes)
    state.outputs[frame.node] = after if len(after.attributes) <= _COLUMN_LIMIT else None
    return frame


def _read_schema(state: State, step: Node) -> Outputs | None:
    if len(step.datasets) != 1:
        return None
    key = get_table_key(step.datasets[0])
    names = state.find_schema(key)
    if names is None or key is None:
        return None
    if len(names) > _COLUMN_LIMIT:
        table = key.replace("/", ".")
        state.warn(
            f"{table} has {len(names):,} columns, more than {_COLUMN_LIMIT:,}: they pass as a "
            "whole, and columns that loops make of them may be missing"
        )
        return None
    qualifier = tuple(key.split("/"))
    return Outputs(
        Attribute(name, step.id, name, 0, qualifier, f"{key}/{name.lower()}") for name in names
    )


def get_table_key(dataset: Dataset) -> str | None:
    """Return the key of a catalog table's schema."""
    if dataset.namespace.startswith("arn:aws") and ":glue:" in dataset.namespace:
        return dataset.name.removeprefix("table/")
    return None


def find_attribute(state: State, node: str, name: str) -> Attribute | None:
    """Find the column that ``frame.name`` means."""
    outputs = get_outputs(state, node)
    found = outputs.resolve(name) if outputs is not None else None
    return found[0] if found is not None and not found[1] else None


def refer(state: State, frame: Frame, attribute: Attribute) -> ColumnRef:
    """Refer to a column through ``frame`` if its name tells it there, else where it is defined."""
    outputs = get_outputs(state, frame.node)
    if outputs is not None and outputs.holds(attribute):
        return ColumnRef(frame.node, attribute.name)
    return ColumnRef(attribute.node, attribute.column)


def refer_to_all(state: State, frame: Frame, attribute: Attribute) -> tuple[ColumnRef, ...]:
    """Refer to a column, or to what it is made of if it has no name that is known."""
    return attribute.parts or (refer(state, frame, attribute),)


def resolve(state: State, frame: Frame, name: ColumnName) -> Source:
    """Resolve a name of an expression that is evaluated in ``frame``."""
    state.charge(_RESOLVE_COST)
    owner = frame.node if name.node is None else name.node
    outputs = get_outputs(state, owner)
    found = outputs.resolve(name.name) if outputs is not None else None
    if found is None:
        return Source((_refer_by_name(state, frame, name),), None, UNKNOWN_SHAPE)
    attribute, path = found
    shape, fields = attribute.shape, attribute.fields
    refs: tuple[ColumnRef, ...] = (refer(state, frame, attribute),)
    if shape == UNKNOWN_SHAPE and path:
        ref = ColumnRef(refs[0].node, ".".join((refs[0].column, *path)))
        return Source((ref,), None, shape)
    for part in path:
        known = {key.lower(): field for key, field in fields}.get(part.lower())
        shape = _enter(state, shape, part)
        fields = ()
        if known is not None:
            refs, fields = known
    return Source(refs, None if path else attribute, shape, fields)


def _enter(state: State, shape: str | None, part: str) -> str | None:
    """Return where the schemas have the fields of a field, or of what an array or a map holds."""
    if not shape:
        return None
    if is_map(state.context.schemas, shape):
        return f"{shape}/{MAP_FIELDS[1]}"
    if part == ITEMS:
        return get_item_path(state.context.schemas, shape)
    return f"{get_path_of_fields(shape)}/{part.lower()}"


def _refer_by_name(state: State, frame: Frame, name: ColumnName) -> ColumnRef:
    """Refer to a column of a frame whose columns are not known."""
    plain = name.name.replace("`", "")
    if name.node is not None:
        return ColumnRef(name.node, plain)
    alias, dot, column = plain.partition(".")
    node = state.aliases.get(frame.node, {}).get(alias) if dot else None
    return ColumnRef(frame.node, plain) if node is None else ColumnRef(node, column)


def resolve_all(
    state: State, frame: Frame, column: Column
) -> tuple[tuple[ColumnRef, ...], tuple[tuple[ColumnRef, Effect], ...]]:
    """Resolve the columns that an expression is made of, and those that decide about it."""
    refs: dict[ColumnRef, None] = {}
    for name in column.refs:
        for found in expand(state, frame, name):
            refs[strengthen_ref(found, name.transformation)] = None
    deciders: dict[tuple[ColumnRef, Effect], None] = {}
    for name, effect in column.deciders:
        for found in expand(state, frame, name):
            deciders[_plain(found), effect] = None
    return tuple(refs), tuple(deciders)


def expand(state: State, frame: Frame, name: ColumnName) -> tuple[ColumnRef, ...]:
    """Resolve a name; a star inside an expression means all columns."""
    if name.name != "*" and not name.name.endswith(".*"):
        return resolve(state, frame, name).refs
    attributes = list_star(state, frame, name)
    state.charge(len(attributes or ()))
    return tuple(refer(state, frame, each) for each in attributes or ())


def list_star(state: State, frame: Frame, name: ColumnName) -> list[Attribute] | None:
    """List the columns that a star means; None where they are not known."""
    owner = frame.node if name.node is None else name.node
    outputs = get_outputs(state, owner)
    if outputs is None:
        return None
    if name.name == "*":
        return list(outputs.attributes)
    before = render(name.name).removesuffix(".*")
    return outputs.list_qualified(before)


def _plain(ref: ColumnRef) -> ColumnRef:
    return ColumnRef(ref.node, ref.column)


def strengthen_ref(ref: ColumnRef, how: Transformation) -> ColumnRef:
    """Return a reference that passes through one more transformation."""
    return ColumnRef(ref.node, ref.column, get_stronger(ref.transformation, how))
