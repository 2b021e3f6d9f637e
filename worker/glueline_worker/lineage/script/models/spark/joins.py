"""Frames joined side by side, and stacked below one another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from glueline.contract.lineage import Effect
from glueline_worker.lineage.model import ColumnRef, Flow, IndirectRef
from glueline_worker.lineage.script.domain.columns import split_column_path
from glueline_worker.lineage.script.domain.outputs import Attribute, Outputs
from glueline_worker.lineage.script.domain.state import STACKED, State
from glueline_worker.lineage.script.domain.template_text import as_text, has_placeholder, render
from glueline_worker.lineage.script.domain.values import Column, ColumnName, Frame, Value
from glueline_worker.lineage.script.models.spark.column_expressions import parse_column_expression
from glueline_worker.lineage.script.models.spark.known_columns import (
    get_outputs,
    refer,
    refer_to_all,
    resolve,
    strengthen_ref,
)
from glueline_worker.lineage.script.models.spark.projections import (
    Projection,
    Selection,
    flatten,
    pass_on,
    project,
)

_Deciders = list[tuple[ColumnRef, Effect]]
_MANY = 4
"""Alternatives of different columns that are followed one by one."""
_KINDS = {
    **dict.fromkeys(("outer", "full", "fullouter"), "full"),
    **dict.fromkeys(("left", "leftouter"), "left"),
    **dict.fromkeys(("right", "rightouter"), "right"),
    **dict.fromkeys(("semi", "leftsemi", "anti", "leftanti"), "semi"),
}
"""Spark's names of joins without underscores; all others put both sides beside one another."""


def join_frames(state: State, left: Frame, right: Frame, on: Value, how: Value) -> Frame:
    """Call ``left.join(right, on, how)``."""
    kind = _KINDS.get(as_text(how).replace("_", "").lower(), "inner")
    values = [value for value in flatten([on]) if value is not None]
    names = [render(value) for value in values if isinstance(value, str)]
    if len(names) < len(values) or any(map(has_placeholder, names)):
        names = []
    deciders = _find_deciders(state, left, right, values, names)
    if kind == "semi":
        return _keep_left(state, left, right, deciders, "join")
    outputs = get_outputs(state, left.node), get_outputs(state, right.node)
    if outputs[0] is None or outputs[1] is None:
        return _join_unknown(state, (left, right), names, kind, deciders)
    others = _tell_apart(outputs[0], outputs[1])
    items = _list_items(state, (left, outputs[0]), (right, others), names, kind)
    return project(state, left, Selection(items, inputs=[right.node]), "join", deciders)


def _tell_apart(left: Outputs, right: Outputs) -> Outputs:
    """Give the right side of a join of a frame with itself columns of its own."""
    known = {each.identity for each in left.attributes}
    if not any(each.identity in known for each in right.attributes):
        return right
    last = max(each.serial for each in (*left.attributes, *right.attributes))
    return Outputs(
        each._replace(serial=last + 1) if each.identity in known else each
        for each in right.attributes
    )


def _list_items(
    state: State,
    left: tuple[Frame, Outputs],
    right: tuple[Frame, Outputs],
    names: Sequence[str],
    kind: str,
) -> list[Projection]:
    """List the columns of a join: the keys that are named come first, and once."""
    items: list[Projection] = []
    used: set[tuple[str, str, int]] = set()
    for name in names:
        one, other = left[1].resolve(name), right[1].resolve(name)
        if one is None or other is None:
            continue
        sides = _pass_on(state, left, one[0]), _pass_on(state, right, other[0])
        used |= {one[0].identity, other[0].identity}
        if kind == "full":
            refs = tuple(
                strengthen_ref(ref, "transformation") for side in sides for ref in side.refs
            )
            items.append(Projection(one[0].name, refs))
        else:
            items.append(sides[1] if kind == "right" else sides[0])
    for side in (left, right):
        items += [
            _pass_on(state, side, each) for each in side[1].attributes if each.identity not in used
        ]
    return items


def _pass_on(state: State, side: tuple[Frame, Outputs], attribute: Attribute) -> Projection:
    frame, outputs = side
    if outputs.is_unique(attribute.name):
        ref = ColumnRef(frame.node, attribute.name)
        return Projection(attribute.name, (ref,), (), attribute, attribute.shape, attribute.fields)
    return pass_on(state, frame, attribute)


def _join_unknown(
    state: State, frames: tuple[Frame, Frame], names: Sequence[str], kind: str, deciders: _Deciders
) -> Frame:
    """Join frames of which one has unknown columns: all pass, a named key from its side."""
    left, right = frames
    sides = {"right": (right,), "full": (left, right)}.get(kind, (left,))
    how = "transformation" if kind == "full" else "identity"
    columns = {
        name: tuple(ColumnRef(side.node, name, how) for side in sides)  # type: ignore[arg-type]
        for name in (".".join(split_column_path(name)) for name in names)
    }
    indirect = tuple(IndirectRef(ref, effect) for ref, effect in deciders)
    flow = Flow(columns, rest=True, indirect=_within(indirect, {left.node, right.node}))
    return state.transform([left, right], flow, "join")


def _within(indirect: Iterable[IndirectRef], nodes: set[str]) -> tuple[IndirectRef, ...]:
    return tuple(each for each in indirect if each.ref.node in nodes)


def _keep_left(state: State, left: Frame, right: Frame, deciders: _Deciders, label: str) -> Frame:
    """Keep the left side's columns; the right side only decides which rows stay."""
    indirect = tuple(
        IndirectRef(ref, "filter" if effect == "join" else effect) for ref, effect in deciders
    )
    flow = Flow(whole=(left.node,), indirect=_within(indirect, {left.node, right.node}))
    node = state.transform([left, right], flow, label)
    state.outputs[node.node] = get_outputs(state, left.node)
    return node


def _find_deciders(
    state: State, left: Frame, right: Frame, values: Iterable[Value], names: Sequence[str]
) -> _Deciders:
    """Resolve the columns of a join's condition on the side that has them."""
    if names:
        return [
            (ref, "join")
            for name in names
            for side in (left, right)
            for ref in resolve(state, side, ColumnName(None, name)).refs
        ]
    found: dict[tuple[ColumnRef, Effect], None] = {}
    for value in values:
        column = parse_column_expression(value) if isinstance(value, str) else value
        for name in column.refs if isinstance(column, Column) else ():
            if (ref := _find_side(state, left, right, name)) is not None:
                found[ref, "join"] = None
    return list(found)


def _find_side(state: State, left: Frame, right: Frame, name: ColumnName) -> ColumnRef | None:
    owner = name.node
    if owner in {left.node, right.node}:
        side = left if owner == left.node else right
        return resolve(state, side, name).refs[0]
    if owner is not None:
        outputs = get_outputs(state, owner)
        found = outputs.resolve(name.name) if outputs is not None else None
        for side in (left, right) if found is not None else ():
            known = get_outputs(state, side.node)
            if found is not None and known is not None and known.holds(found[0]):
                return refer(state, side, found[0])
        return None
    for side in (left, right):
        known = get_outputs(state, side.node)
        if known is not None and known.resolve(name.name) is not None:
            return resolve(state, side, name).refs[0]
    return None


def stack_frames(state: State, frames: Sequence[Frame], label: str) -> Frame:
    """Call ``union``: columns by their position, under the first frame's names."""
    found = [get_outputs(state, frame.node) for frame in frames]
    known = [outputs for outputs in found if outputs is not None]
    if len(known) < len(frames) or len({len(each.attributes) for each in known}) > 1:
        return state.transform(list(frames), STACKED, label)
    rows = zip(*(each.attributes for each in known), strict=True)
    return _stack(state, frames, [list(row) for row in rows], label)


def stack_by_name(
    state: State, frames: Sequence[Frame], label: str, *, allow_missing: bool = False
) -> Frame:
    """Call ``unionByName``."""
    found = [get_outputs(state, frame.node) for frame in frames]
    known = [outputs for outputs in found if outputs is not None]
    if len(known) < len(frames):
        return state.transform(list(frames), STACKED, label)
    names = {each.name.lower(): None for each in known[0].attributes}
    if allow_missing:
        names.update((each.name.lower(), None) for side in known for each in side.attributes)
    rows = []
    for name in names:
        columns = [side.find_all(name) for side in known]
        rows.append([column[0] if column else None for column in columns])
    return _stack(state, frames, rows, label)


def unite_same_datasets(state: State, options: Sequence[Value]) -> Frame | None:
    """Make one frame of alternatives that come from the same datasets; None for others.

    Conditions that leave out a step do not multiply the alternatives so.
    """
    frames = [option for option in options if isinstance(option, Frame) and option.kind == "data"]
    if len(frames) < len(options):
        return None
    if len({state.origins.get(frame.node) for frame in frames}) > 1:
        return None
    found = [get_outputs(state, frame.node) for frame in frames]
    names = {tuple(map(str.lower, each.names)) if each is not None else None for each in found}
    if len(names) == 1 and None not in names:
        return stack_by_name(state, frames, "either")
    if names == {None} or len(frames) >= _MANY:
        return state.transform(frames, STACKED, "either")
    return None


def _stack(
    state: State,
    frames: Sequence[Frame],
    rows: Iterable[Sequence[Attribute | None]],
    label: str,
) -> Frame:
    items = []
    for row in rows:
        parts = [(frame, each) for frame, each in zip(frames, row, strict=True) if each is not None]
        refs = tuple(
            dict.fromkeys(ref for frame, each in parts for ref in refer_to_all(state, frame, each))
        )
        items.append(Projection(parts[0][1].name, refs, shape=parts[0][1].shape))
    state.charge(4 * len(items))
    others = [frame.node for frame in frames[1:]]
    return project(state, frames[0], Selection(items, inputs=others), label)


def join_rows_of_first(state: State, frames: Sequence[Frame], label: str) -> Frame:
    """Call ``intersect`` or ``subtract``: rows of the first frame, which the second decides on."""
    left, right = frames[0], frames[1]
    outputs = get_outputs(state, right.node)
    deciders: _Deciders = [
        (refer(state, right, each), "filter") for each in (outputs.attributes if outputs else ())
    ]
    return _keep_left(state, left, right, deciders, label)
