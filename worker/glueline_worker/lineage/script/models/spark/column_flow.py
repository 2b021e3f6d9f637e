"""Columns selected, added, renamed and dropped: Spark's, Glue's and pandas' steps alike."""

from __future__ import annotations

from collections.abc import Iterable

from glueline_worker.lineage.model import OPAQUE, ColumnRef, Flow
from glueline_worker.lineage.script.domain.columns import combine_columns
from glueline_worker.lineage.script.domain.outputs import Attribute, Outputs
from glueline_worker.lineage.script.domain.state import State
from glueline_worker.lineage.script.domain.template_text import (
    as_text,
    has_placeholder,
    render,
)
from glueline_worker.lineage.script.domain.values import (
    Column,
    Frame,
    Value,
)
from glueline_worker.lineage.script.models.spark.known_columns import (
    change_outputs,
    find_attribute,
    get_outputs,
    set_outputs,
)
from glueline_worker.lineage.script.models.spark.projections import (
    Projection,
    Selection,
    flatten,
    list_indirect,
    list_inputs,
    make_attribute,
    make_items,
    pass_on,
    project,
    select_items,
)

_TARGET = {2: 1, 3: 2, 4: 2}
"""Where a mapping of so many parts has its target."""


def select_columns(state: State, frame: Frame, items: list[Value], *, sql: bool = False) -> Frame:
    """Call ``frame.select(*items)``; with ``sql``, texts are expressions."""
    found = select_items(state, frame, items, sql=sql)
    if not found.is_known and not found.items and not found.whole:
        # Some of the frame's columns pass: under their names, if no expression gives them others.
        if frame.kind == "data":
            state.warn("a list of columns that is known only at run time")
        is_renamed = any(isinstance(v, Column) and v.kind == "renamed" for v in flatten(items))
        is_open = get_outputs(state, frame.node) is None and not is_renamed
        node = state.transform(frame, Flow(rest=is_open), "select")
        state.outputs[node.node] = None
        return node
    return project(state, frame, found, "select")


def add_columns(state: State, frame: Frame, added: dict[str, Value]) -> Frame:
    """Call ``frame.withColumn(name, expression)``, for one or several."""
    found = Selection(whole=[frame.node])
    others: list[Value] = []
    for name, value in added.items():
        column = value if isinstance(value, Column) else combine_columns([value], "identity")
        items = make_items(state, frame, column)
        if isinstance(value, Frame) and value.kind == "data":
            others.append(value)
        if has_placeholder(name):
            found.is_known = False
            found.items += [item._replace(name="") for item in items]
        else:
            first = items[0] if items else Projection("")
            found.items.append(first._replace(name=render(name), attribute=None))
    columns = {item.name: item.refs for item in found.items if item.name}
    flow = Flow(columns, whole=(frame.node,), indirect=list_indirect(found.items))
    node = state.transform([*list_inputs(frame, found), *others], flow, "withColumn")
    outputs = get_outputs(state, frame.node)
    if outputs is None or not found.is_known:
        state.outputs[node.node] = None
        return node
    return change_outputs(state, node, outputs, _replace(outputs, node, found.items))


def _replace(
    outputs: Outputs, node: Frame, items: list[Projection]
) -> list[tuple[Attribute | None, Attribute | None]]:
    """Put new columns in the place of those with their names, or behind all."""
    made = {item.name.lower(): make_attribute(node, item) for item in items}
    return [(old, each) for key, each in made.items() for old in outputs.find_all(key) or (None,)]


def rename_columns(state: State, frame: Frame, pairs: list[tuple[str, str]]) -> Frame:
    """Rename columns and keep the others."""
    known = [(old, new) for old, new in pairs if not has_placeholder(old + new)]
    outputs = get_outputs(state, frame.node)
    if outputs is None or len(known) < len(pairs):
        node = state.transform(frame, make_rename_flow(frame.node, known, rest=True), "rename")
        state.outputs[node.node] = None
        return node
    names = {render(old).replace("`", "").lower(): render(new) for old, new in known}
    renamed = [(each, names[old]) for old in names for each in outputs.find_all(old)]
    if not renamed:
        return frame  # Spark renames nothing where there is no such column
    if _stay_apart(outputs, renamed):
        # Each name stands for one column: the others need not be listed.
        pairs = [(each.name, new) for each, new in renamed]
        node = state.transform(frame, make_rename_flow(frame.node, pairs, rest=True), "rename")
        changes = [
            (each, each._replace(name=new, node=node.node, column=new, serial=0))
            for each, new in renamed
        ]
        return change_outputs(state, node, outputs, changes)
    found = Selection()
    for each in outputs.attributes:
        item = pass_on(state, frame, each)
        new = names.get(each.name.lower())
        found.items.append(item if new is None else item._replace(name=new, attribute=None))
    return project(state, frame, found, "rename")


def _stay_apart(outputs: Outputs, renamed: list[tuple[Attribute, str]]) -> bool:
    """Tell whether each name stands for one column, before and after."""
    old = {each.name.lower() for each, _ in renamed}
    new = {name.lower() for _, name in renamed}
    if outputs.has_repeats or len(new) < len(renamed):
        return False
    return all(name in old or not outputs.find_all(name) for name in new)


def keep_columns(state: State, frame: Frame, names: list[Value]) -> Frame:
    """Keep only the named columns."""
    found = [name for name in flatten(names) if isinstance(name, str)]
    if len(found) != len(flatten(names)) or any(map(has_placeholder, found)):
        return state.transform(frame, label="select")
    flow = make_rename_flow(frame.node, zip(found, found, strict=True))
    node = state.transform(frame, flow, "select")
    attributes = [find_attribute(state, frame.node, name) for name in found]
    known = [each for each in attributes if each is not None]
    if len(known) == len(found):
        set_outputs(state, node, known)
    return node


def drop_columns(state: State, frame: Frame, names: list[Value]) -> Frame:
    """Drop the named columns."""
    outputs = get_outputs(state, frame.node)
    dropped: dict[str, None] = {}
    gone: list[Attribute] = []
    is_known = outputs is not None
    for name in flatten(names):
        if isinstance(name, str) and not has_placeholder(name):
            dropped[name.strip("`")] = None
        elif isinstance(name, Column) and name.name:
            attribute = _find_dropped(state, outputs, name)
            if attribute is None:
                dropped[name.name] = None
            else:
                gone.append(attribute)
        elif name is not None:
            is_known = False
    if outputs is None or not is_known:
        node = state.transform(frame, Flow(rest=True, dropped=frozenset(dropped)), "drop")
        state.outputs[node.node] = None
        return node
    away = dict.fromkeys(each for name in dropped for each in outputs.find_all(name))
    for one in gone:
        found = outputs.find_all(one.name)
        away.update(dict.fromkeys(each for each in found if each.identity == one.identity))
    if not away:
        return frame
    if all(outputs.is_unique(each.name) for each in away):
        # Each name stands for one column: the others need not be listed.
        lost = frozenset(each.name for each in away)
        node = state.transform(frame, Flow(rest=True, dropped=lost), "drop")
        return change_outputs(state, node, outputs, [(each, None) for each in away])
    left = [each for each in outputs.attributes if each not in away]
    kept = Selection([pass_on(state, frame, each) for each in left])
    return project(state, frame, kept, "drop")


def _find_dropped(state: State, outputs: Outputs | None, column: Column) -> Attribute | None:
    """Find the one column that ``drop(frame.name)`` means."""
    if outputs is None or len(column.refs) != 1:
        return None
    node, name = column.refs[0].node, column.refs[0].name
    if node is not None:
        return find_attribute(state, node, name)
    found = outputs.resolve(name)
    return found[0] if found is not None and not found[1] else None


def apply_mapping(state: State, frame: Frame, value: Value) -> Frame:
    """Apply ApplyMapping's tuples: source, (type,) target, (type)."""
    rows = value if isinstance(value, (list, tuple)) else [None]
    columns: dict[str, tuple[ColumnRef, ...]] = {}
    for row in rows:
        parts = [as_text(part) for part in row] if isinstance(row, (tuple, list)) else []
        if len(parts) not in _TARGET:
            return state.transform(frame, OPAQUE, "ApplyMapping")
        source, target = parts[0], parts[_TARGET[len(parts)]]
        if has_placeholder(source + target):
            return state.transform(frame, OPAQUE, "ApplyMapping")
        source, target = render(source).replace("`", ""), render(target).replace("`", "")
        is_cast = len(parts) == max(_TARGET) and parts[1].lower() != parts[3].lower()
        ref = ColumnRef(frame.node, source, "transformation" if is_cast else "identity")
        columns[target] = (*columns.get(target, ()), ref)
    node = state.transform(frame, Flow(columns), "ApplyMapping")
    if not any("." in target for target in columns):
        set_outputs(state, node, [Attribute(name, node.node, name) for name in columns])
    return node


def make_rename_flow(node: str, pairs: Iterable[tuple[str, str]], *, rest: bool = False) -> Flow:
    """Make a flow of ``node``'s columns from pairs of a source column and its new name."""
    columns: dict[str, tuple[ColumnRef, ...]] = {}
    for source, target in pairs:
        columns[render(target)] = (
            *columns.get(render(target), ()),
            ColumnRef(node, render(source)),
        )
    return Flow(columns, rest=rest)
