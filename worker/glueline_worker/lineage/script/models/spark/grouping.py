"""Groups of rows: ``groupBy``, ``cube``, ``rollup``, ``pivot`` and what aggregates them."""

from __future__ import annotations

from collections.abc import Sequence

from glueline_worker.lineage.model import OPAQUE
from glueline_worker.lineage.script.domain.call import Call
from glueline_worker.lineage.script.domain.columns import combine_columns, parse_column_name, show
from glueline_worker.lineage.script.domain.state import Grouping
from glueline_worker.lineage.script.domain.template_text import as_text
from glueline_worker.lineage.script.domain.values import Column, External, Frame, Value
from glueline_worker.lineage.script.models.spark.deciders import list_deciders
from glueline_worker.lineage.script.models.spark.projections import (
    Projection,
    Selection,
    flatten,
    project,
    select_items,
)
from glueline_worker.lineage.word_sets import split_words

_BY_NAME = split_words("sum avg mean max min")


def group(call: Call) -> Value:
    """Call ``frame.groupBy(*keys)`` or a sibling."""
    keys = [arg for arg in call.args if isinstance(arg, (str, Column, list, tuple))]
    node = call.state.transform(call.receiver, label=call.name)
    call.state.groups[node.node] = Grouping(call.receiver, keys)
    return Frame(node.node, "grouped")


def group_by_sets(call: Call) -> Value:
    """Call ``frame.groupingSets(sets, *keys)``."""
    return group(Call(call.reading, call.receiver, call.name, call.args[1:]))


def pivot(call: Call) -> Value:
    """Call ``grouped.pivot(column, values)``; a table of pandas has unknown columns after it."""
    found = call.state.groups.get(call.receiver.node)
    if found is None or call.receiver.kind != "grouped":
        return call.state.transform([call.receiver, *call.values], OPAQUE, call.name)
    node = call.state.transform(call.receiver, label=call.name)
    call.state.groups[node.node] = found._replace(
        pivot=call.arg(0, "pivot_col"), values=call.arg(1, "values", default=External("values"))
    )
    return Frame(node.node, "grouped")


def aggregate(call: Call) -> Value:
    """Call ``grouped.agg(…)``, ``grouped.sum("a")`` or ``frame.agg(…)``."""
    found = call.state.groups.get(call.receiver.node) or Grouping(call.receiver, [])
    if call.name == "agg" or call.receiver.kind != "grouped":
        items = _list_aggregates(call.values)
    elif call.name == "count":
        items = [Column((), "count")]
    elif call.name in _BY_NAME:
        names = [name for name in flatten(call.args) if isinstance(name, str)]
        items = [_aggregate_by_name(call.name, name) for name in names]
        if not items:
            call.state.warn("an aggregate of all numbers, whose columns hang on their types")
    else:
        return call.state.transform(found.frame, OPAQUE, call.name)
    return _aggregate(call, found, items)


def _list_aggregates(values: list[Value]) -> list[Value]:
    found: list[Value] = []
    for value in flatten(values):
        if isinstance(value, dict):
            found += [
                _aggregate_by_name(as_text(how), as_text(name)) for name, how in value.items()
            ]
        else:
            found.append(value)
    return found


def _aggregate_by_name(how: str, name: str) -> Column:
    how = {"mean": "avg"}.get(how, how)
    if name == "*":
        return Column((), f"{how}(1)")
    column = parse_column_name(name)
    shown = None if column.shown is None else f"{how}({column.shown})"
    return combine_columns([column], "aggregation", shown)


def _aggregate(call: Call, grouping: Grouping, values: list[Value]) -> Value:
    state, frame = call.state, grouping.frame
    keys = select_items(state, frame, grouping.keys)
    found = select_items(state, frame, values)
    rows = list_deciders(state, frame, grouping.keys, "group_by")
    if grouping.pivot is not None:
        found = _spread(call, grouping, found)
    found.is_known = found.is_known and keys.is_known and bool(values)
    found.items = [*keys.items, *found.items]
    found.whole = []
    if not found.items:
        return state.transform(frame, OPAQUE, call.name)
    return project(state, frame, found, call.name, rows)


def _spread(call: Call, grouping: Grouping, found: Selection) -> Selection:
    """Make one column of each value and aggregate, as a pivot does."""
    values = grouping.values
    if not isinstance(values, (list, tuple)):
        call.state.warn("a pivot whose columns are known only at run time")
        return Selection(is_known=False)
    deciders = list_deciders(call.state, grouping.frame, [grouping.pivot], "conditional")
    items = []
    for value in values:
        for item in found.items:
            name = _name_pivoted(value, item, found.items)
            items.append(
                item._replace(name=name, deciders=(*item.deciders, *deciders), attribute=None)
            )
    return Selection(items, is_known=found.is_known)


def _name_pivoted(value: Value, item: Projection, items: Sequence[Projection]) -> str:
    shown = show(value)
    if shown is None:
        return ""
    if len(items) == 1:
        return shown
    return f"{shown}_{item.name}" if item.name else ""
