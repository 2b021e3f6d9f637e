"""Frames in another shape: new names for all columns, columns as rows."""

from __future__ import annotations

from glueline_worker.lineage.model import OPAQUE
from glueline_worker.lineage.script.domain.call import Call
from glueline_worker.lineage.script.domain.template_text import as_text, has_placeholder, render
from glueline_worker.lineage.script.domain.values import (
    Column,
    ColumnName,
    External,
    Frame,
    Value,
)
from glueline_worker.lineage.script.models.spark.code_schemas import list_schema_names
from glueline_worker.lineage.script.models.spark.frame_schema import FrameSchema
from glueline_worker.lineage.script.models.spark.known_columns import (
    get_outputs,
    strengthen_ref,
)
from glueline_worker.lineage.script.models.spark.projections import (
    Projection,
    Selection,
    flatten,
    pass_on,
    project,
    select_items,
)


def rename_all(call: Call) -> Value:
    """Call ``frame.toDF(*names)``: new names by position."""
    names = flatten(call.args)
    if not names or not all(isinstance(name, str) for name in names):
        return call.receiver
    return name_by_position(call, call.receiver, names)


def name_by_position(call: Call, frame: Frame, names: list[str]) -> Frame:
    """Give a frame's columns new names by their position."""
    state = call.state
    outputs = get_outputs(state, frame.node)
    if outputs is None or len(outputs.attributes) != len(names):
        return state.transform(frame, OPAQUE, call.name)
    found = Selection()
    for each, name in zip(outputs.attributes, names, strict=True):
        new = "" if has_placeholder(name) else render(name)
        found.items.append(pass_on(state, frame, each)._replace(name=new, attribute=None))
    return project(state, frame, found, call.name)


def unpivot(call: Call) -> Value:
    """Call ``frame.unpivot(ids, values, variableColumnName, valueColumnName)`` or ``melt``."""
    state, frame = call.state, call.receiver
    if call.kwargs.keys() & {"id_vars", "value_vars", "var_name", "value_name"}:
        return state.transform(frame, OPAQUE, call.name)  # pandas'
    ids = select_items(state, frame, [call.arg(0, "ids")])
    listed = call.arg(1, "values")
    values = select_items(state, frame, [] if listed is None else [listed])
    outputs = get_outputs(state, frame.node)
    if listed is None and outputs is not None:
        taken = {item.name.lower() for item in ids.items}
        rest = [each for each in outputs.attributes if each.name.lower() not in taken]
        values = Selection([pass_on(state, frame, each) for each in rest])
    variable = as_text(call.arg(2, "variableColumnName", default="variable"))
    value = as_text(call.arg(3, "valueColumnName", default="value"))
    refs = tuple(dict.fromkeys(ref for item in values.items for ref in item.refs))
    if has_placeholder(variable + value) or (listed is None and outputs is None):
        return state.transform(frame, OPAQUE, call.name)
    items = [*ids.items, Projection(render(variable)), Projection(render(value), refs)]
    return project(state, frame, Selection(items, is_known=ids.is_known), call.name)


def fit_schema(call: Call) -> Value:
    """Call ``frame.to(schema)``: the columns of the schema, by their names."""
    schema = call.arg(0, "schema")
    names = list(schema.names) if isinstance(schema, FrameSchema) else list_schema_names(schema)
    if names is None:
        return call.state.transform(call.receiver, OPAQUE, call.name)
    found = select_items(call.state, call.receiver, [f"`{name}`" for name in names])
    return project(call.state, call.receiver, found, call.name)


def describe(call: Call) -> Value:
    """Call ``frame.describe(*names)``: figures about the named columns, under their names."""
    names = flatten(call.args)
    if not names or not all(isinstance(name, str) for name in names):
        return External(call.name)
    found = select_items(call.state, call.receiver, names)
    items = [
        Projection(item.name, tuple(strengthen_ref(ref, "aggregation") for ref in item.refs))
        for item in found.items
    ]
    summary = Selection([Projection("summary"), *items], is_known=found.is_known)
    return project(call.state, call.receiver, summary, call.name)


def match_columns(call: Call) -> Value:
    """Call ``frame.colRegex("`pattern`")``."""
    text = call.text(0, "colName") or ""
    if has_placeholder(text):
        return Column(is_known=False)
    if not (text.startswith("`") and text.endswith("`")):
        return Column((ColumnName(call.receiver.node, text),), text, kind="plain")
    return Column((ColumnName(call.receiver.node, text.strip("`")),), kind="pattern")


def take_scalar(call: Call) -> Value:
    """Call ``frame.scalar()``: the one value of a frame, as a column."""
    outputs = get_outputs(call.state, call.receiver.node)
    if outputs is None or len(outputs.attributes) != 1:
        return Column(is_known=False)
    name = outputs.attributes[0].name
    return Column((ColumnName(call.receiver.node, f"`{name}`"),), None)
