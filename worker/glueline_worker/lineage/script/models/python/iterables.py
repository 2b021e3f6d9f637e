"""Python's functions of collections: ``len``, ``zip``, ``map``, ``reduce`` and the like."""

from __future__ import annotations

from collections.abc import Callable

from glueline_worker.lineage.script.domain.template_text import has_placeholder
from glueline_worker.lineage.script.domain.values import (
    UNKNOWN,
    External,
    Frame,
    Function,
    JobArgument,
    JobArguments,
    LibraryObject,
    Method,
    MinimumLength,
    Value,
)
from glueline_worker.lineage.script.interpreter import attributes, loops
from glueline_worker.lineage.script.models import boto3_s3
from glueline_worker.lineage.script.models.call import Call

PAIR = 2


def _length(call: Call) -> Value:
    value = call.arg(0)
    if isinstance(value, (list, tuple, dict, set)):
        return MinimumLength(len(value))
    if isinstance(value, str) and not has_placeholder(value):
        return MinimumLength(len(value))
    return External("len")


def _range(call: Call) -> Value:
    if call.args and all(isinstance(arg, int) for arg in call.args):
        try:
            found = range(*call.args)
            len(found)
        except (TypeError, ValueError, OverflowError):
            return UNKNOWN
        return found
    return External("range")


def _zip(call: Call) -> Value:
    columns = [loops.items_of(arg) for arg in _as_long_as_the_shortest(call.args)]
    known = [column for column in columns if column is not None]
    if len(known) == len(columns):
        return [tuple(row) for row in zip(*known, strict=False)]
    return External("zip")


def _as_long_as_the_shortest(columns: list[Value]) -> list[Value]:
    """Without what ``zip`` does not come to: a range is often longer than need be."""
    sizes = [len(column) for column in columns if isinstance(column, (list, tuple, dict, range))]
    return [
        column[: min(sizes)] if isinstance(column, (list, tuple, range)) else column
        for column in columns
    ]


def _enumerate(call: Call) -> Value:
    items = loops.items_of(call.arg(0, "iterable"))
    start = call.arg(1, "start", default=0)
    if items is None:
        value = call.arg(0)
        if isinstance(value, LibraryObject):
            return [(External("index", "loop:index"), _unknown_item(value))]
        return value if isinstance(value, Frame) else External("enumerate")
    return list(enumerate(items, start if isinstance(start, int) else 0))


def _sequence(call: Call) -> Value:
    value = call.arg(0)
    if value is None:
        return []
    if isinstance(value, dict):
        return list(value)
    if isinstance(value, range):
        return loops.items_of(value)
    if isinstance(value, (list, set, tuple)):
        return list(value)
    if isinstance(value, str) and not has_placeholder(value) and not isinstance(value, JobArgument):
        return list(value)
    return value


def _tuple(call: Call) -> Value:
    found = _sequence(call)
    return tuple(found) if isinstance(found, list) else found


def _unique(call: Call) -> Value:
    found = _sequence(call)
    if isinstance(found, list) and all(isinstance(item, (str, int)) for item in found):
        return list(dict.fromkeys(found))
    return found


def _sorted(call: Call) -> Value:
    found = _sequence(call)
    if isinstance(found, list) and all(isinstance(item, str) for item in found):
        return sorted(found, reverse=call.arg(None, "reverse") is True)
    return found


def _reversed(call: Call) -> Value:
    found = _sequence(call)
    return found[::-1] if isinstance(found, list) else found


def _dict(call: Call) -> Value:
    value = call.arg(0)
    if isinstance(value, (list, tuple)):
        pairs = [item for item in value if isinstance(item, (list, tuple)) and len(item) == PAIR]
        return {attributes.as_key(key): item for key, item in pairs} | call.kwargs
    if isinstance(value, JobArguments):
        copied = JobArguments(value)
        copied.update(call.kwargs)
        return copied
    return {**(value if isinstance(value, dict) else {}), **call.kwargs}


def _all_frames(call: Call) -> Value:
    """``reduce(function, frames)``: whatever the function does, all of them flow."""
    function, items = call.arg(0), loops.items_of(call.arg(1))
    if items is None:
        value = call.arg(1)
        return value if isinstance(value, Frame) else UNKNOWN
    items = [*call.args[2:3], *items]
    if not items:
        return UNKNOWN
    result = items[0]
    for item in items[1:]:
        if isinstance(function, (Function, Method)):
            result = call.run.call(function, [result, item], {})
        else:
            united = call.state.unite_frames([result, item])
            result = united if united is not None else UNKNOWN
    return result


def _map(call: Call) -> Value:
    """``map(function, items)``, of Python, of pools and of executors."""
    function, *columns = call.args or [UNKNOWN]
    if not columns:
        return UNKNOWN
    rows = [loops.items_of(column) for column in columns]
    if any(row is None for row in rows):
        items = [_unknown_item(column) for column in columns]
        return [call.run.call(function, items, {})]
    known = [row for row in rows if row is not None]
    if call.name == "starmap":
        return [
            call.run.call(function, list(item) if isinstance(item, (list, tuple)) else [item], {})
            for item in known[0]
        ]
    return [call.run.call(function, list(row), {}) for row in zip(*known, strict=False)]


def _unknown_item(column: Value) -> Value:
    if isinstance(column, LibraryObject) and column.kind == "listing":
        return boto3_s3.listed_object(column, "loop:item")
    return column if isinstance(column, Frame) else External("item", "loop:item")


def _filter(call: Call) -> Value:
    return call.arg(1, default=UNKNOWN)


FUNCTIONS: dict[str, Callable[[Call], Value]] = {
    "gather": lambda call: list(call.args),
    "len": _length,
    "range": _range,
    "zip": _zip,
    "enumerate": _enumerate,
    "list": _sequence,
    "tuple": _tuple,
    "set": _unique,
    "frozenset": _unique,
    "sorted": _sorted,
    "reversed": _reversed,
    "dict": _dict,
    "OrderedDict": _dict,
    "defaultdict": lambda call: {},  # noqa: ARG005
    "reduce": _all_frames,
    "map": _map,
    "starmap": _map,
    "imap": _map,
    "imap_unordered": _map,
    "filter": _filter,
}
"""By the end of their path."""
