"""Methods of frames that join, stack, filter or order rows."""

from __future__ import annotations

from glueline.contract.lineage import Effect
from glueline_worker.lineage.model import KEEP
from glueline_worker.lineage.script.domain.call import Call
from glueline_worker.lineage.script.domain.values import (
    Column,
    Frame,
    Value,
)
from glueline_worker.lineage.script.models.spark import (
    deciders,
    joins,
)


def join(call: Call) -> Value:
    """Call ``frame.join(other, on, how)``; of RDDs and pandas as well."""
    others = call.state.find_frames(call.arg(0, "other"))
    if len(others) != 1 or call.receiver.kind != "data":
        return _combine_joined(call)
    on, how = call.arg(1, "on"), call.arg(2, "how", default="inner")
    return joins.join_frames(call.state, call.receiver, Frame(others[0]), on, how)


def _combine_joined(call: Call) -> Value:
    frames = [value for value in (call.receiver, *call.values) if not isinstance(value, Column)]
    return call.state.transform(frames, KEEP, call.name)


def cross_join(call: Call) -> Value:
    """Call ``frame.crossJoin(other)``."""
    others = call.state.find_frames(call.arg(0, "other"))
    if len(others) != 1:
        return _combine_joined(call)
    return joins.join_frames(call.state, call.receiver, Frame(others[0]), None, "cross")


def _list_stacked(call: Call) -> list[Frame]:
    return [Frame(node) for node in call.state.find_frames([call.receiver, *call.values])]


def unite(call: Call) -> Value:
    """Call ``frame.union(other)``."""
    return joins.stack_frames(call.state, _list_stacked(call), call.name)


def unite_by_name(call: Call) -> Value:
    """Call ``frame.unionByName(other)``."""
    allows = call.arg(1, "allowMissingColumns", default=False) is True
    return joins.stack_by_name(call.state, _list_stacked(call), call.name, allow_missing=allows)


def keep_first(call: Call) -> Value:
    """Call ``frame.intersect(other)`` or ``frame.subtract(other)``."""
    frames = _list_stacked(call)
    if len(frames) != 2:  # noqa: PLR2004 - the frame and the other one
        return call.receiver
    return joins.join_rows_of_first(call.state, frames, call.name)


def filter_rows(call: Call) -> Value:
    """Call ``frame.filter(condition)``."""
    return _decide(call, "filter")


def sort_rows(call: Call) -> Value:
    """Call ``frame.orderBy(…)``."""
    return _decide(call, "sort")


def _decide(call: Call, effect: Effect) -> Value:
    """Call a method whose arguments decide which rows there are, or in which order."""
    frame = call.receiver
    if frame.kind != "data":
        return frame
    is_sql = effect == "filter"
    values = [*call.args, call.arg(None, "condition", "cols")]
    rows = deciders.list_deciders(call.state, frame, values, effect, sql=is_sql)
    return deciders.decide_rows(call.state, frame, rows, call.name)
