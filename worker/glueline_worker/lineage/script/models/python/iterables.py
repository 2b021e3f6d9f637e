"""Python's functions of collections: ``len``, ``zip``, ``map``, ``reduce`` and the like."""

from __future__ import annotations

from itertools import product
from math import prod

from glueline_worker.lineage.script.domain.alternatives import join_values
from glueline_worker.lineage.script.domain.call import Call
from glueline_worker.lineage.script.domain.columns import combine_columns
from glueline_worker.lineage.script.domain.comparisons import get_truth
from glueline_worker.lineage.script.domain.items import UNROLL_LIMIT, as_key, list_items
from glueline_worker.lineage.script.domain.library_object import LibraryObject
from glueline_worker.lineage.script.domain.template_text import has_placeholder
from glueline_worker.lineage.script.domain.values import (
    COMMAND_LINE,
    MISSING,
    UNKNOWN,
    Column,
    DefaultDict,
    External,
    Frame,
    Function,
    JobArgument,
    JobArguments,
    Method,
    MinimumLength,
    Value,
)
from glueline_worker.lineage.script.models.library import Library

_PAIR = 2


def _count(call: Call) -> Value:
    value = call.arg(0)
    if isinstance(value, (list, tuple, dict, set)):
        is_certain = isinstance(value, (list, dict)) and get_truth(value) is not None
        return len(value) if is_certain else MinimumLength(len(value))
    if isinstance(value, str) and not has_placeholder(value):
        return MinimumLength(len(value))
    if isinstance(value, Frame):
        return Frame(value.node, "scalar", value.label)
    return External("len")


def _make_range(call: Call) -> Value:
    if call.args and all(isinstance(arg, int) for arg in call.args):
        try:
            found = range(*call.args)
            len(found)
        except (TypeError, ValueError, OverflowError):
            return UNKNOWN
        return found
    return External("range")


def _zip(call: Call) -> Value:
    columns = [list_items(arg) for arg in _cut_to_shortest(call.args)]
    known = [column for column in columns if column is not None]
    if len(known) == len(columns):
        return [tuple(row) for row in zip(*known, strict=False)]
    of_arguments = any(isinstance(arg, External) and arg.label == COMMAND_LINE for arg in call.args)
    return External("zip", COMMAND_LINE if of_arguments else "unknown")


def _cut_to_shortest(columns: list[Value]) -> list[Value]:
    """Leave out what ``zip`` does not come to: a range is often longer than need be."""
    sizes = [len(column) for column in columns if isinstance(column, (list, tuple, dict, range))]
    return [
        column[: min(sizes)] if isinstance(column, (list, tuple, range)) else column
        for column in columns
    ]


def _enumerate(call: Call) -> Value:
    items = list_items(call.arg(0, "iterable"))
    start = call.arg(1, "start", default=0)
    if items is None:
        value = call.arg(0)
        if isinstance(value, LibraryObject):
            return [(External("index", "loop:index"), _get_any_item(value))]
        return value if isinstance(value, Frame) else External("enumerate")
    return list(enumerate(items, start if isinstance(start, int) else 0))


def _make_list(call: Call) -> Value:
    value = call.arg(0)
    if value is None:
        return []
    if isinstance(value, dict):
        return list(value)
    if isinstance(value, range):
        return list_items(value)
    if isinstance(value, (list, set, tuple)):
        return list(value)
    if isinstance(value, str) and not has_placeholder(value) and not isinstance(value, JobArgument):
        return list(value)
    return value


def _make_tuple(call: Call) -> Value:
    found = _make_list(call)
    return tuple(found) if isinstance(found, list) else found


def _remove_duplicates(call: Call) -> Value:
    found = _make_list(call)
    if isinstance(found, list) and all(isinstance(item, (str, int)) for item in found):
        return list(dict.fromkeys(found))
    return found


def _sort(call: Call) -> Value:
    found = _make_list(call)
    if not isinstance(found, list) or not all(isinstance(item, str) for item in found):
        return found
    function, backwards = call.arg(None, "key"), call.arg(None, "reverse") is True
    if function is None:
        return sorted(found, reverse=backwards)
    if isinstance(function, External) and function.path == "len":
        return sorted(found, key=len, reverse=backwards)
    return found


def _reverse(call: Call) -> Value:
    found = _make_list(call)
    return found[::-1] if isinstance(found, list) else found


def _make_dict(call: Call) -> Value:
    value = call.arg(0)
    if isinstance(value, (list, tuple)):
        pairs = [item for item in value if isinstance(item, (list, tuple)) and len(item) == _PAIR]
        return {as_key(key): item for key, item in pairs} | call.kwargs
    if isinstance(value, External) and value.label == COMMAND_LINE:
        return JobArguments(call.kwargs)
    if isinstance(value, JobArguments):
        copied = JobArguments(value)
        copied.update(call.kwargs)
        return copied
    return {**(value if isinstance(value, dict) else {}), **call.kwargs}


def _reduce(call: Call) -> Value:
    """Call ``reduce(function, frames)``: whatever the function does, all of them flow."""
    function, items = call.arg(0), list_items(call.arg(1))
    if items is None:
        value = call.arg(1)
        return value if isinstance(value, Frame) else UNKNOWN
    items = [*call.args[2:3], *items]
    if not items:
        return UNKNOWN
    result = items[0]
    for item in items[1:]:
        if isinstance(function, (Function, Method)):
            result = call.reading.call(function, [result, item], {})
        elif isinstance(item, Column):
            result = combine_columns([result, item])
        else:
            united = call.state.unite_frames([result, item])
            result = united if united is not None else UNKNOWN
    return result


def _map(call: Call) -> Value:
    """Call ``map(function, items)``, of Python, of pools and of executors."""
    function, *columns = call.args or [UNKNOWN]
    if not columns:
        return UNKNOWN
    rows = [list_items(column) for column in columns]
    if any(row is None for row in rows):
        items = [_get_any_item(column) for column in columns]
        return [call.reading.call(function, items, {})]
    known = [row for row in rows if row is not None]
    if call.name == "starmap":
        return [
            call.reading.call(
                function, list(item) if isinstance(item, (list, tuple)) else [item], {}
            )
            for item in known[0]
        ]
    return [call.reading.call(function, list(row), {}) for row in zip(*known, strict=False)]


def _get_any_item(column: Value) -> Value:
    if isinstance(column, LibraryObject):
        found = column.get_element("loop:item")
        return External("item", "loop:item") if found is MISSING else found
    return column if isinstance(column, Frame) else External("item", "loop:item")


def _choose(call: Call) -> Value:
    """Call ``max(items)`` or ``min(items)``: any of several texts."""
    items = call.arg(0) if len(call.args) == 1 else call.args
    if not isinstance(items, (list, tuple, set, dict)) or not items:
        return MISSING
    if all(isinstance(item, str) for item in items):
        known = not any(has_placeholder(item) or isinstance(item, JobArgument) for item in items)
        if known and "key" not in call.kwargs:
            return max(items) if call.name == "max" else min(items)
        return join_values(items)
    return items[0] if len(items) == 1 and isinstance(items, (list, tuple)) else MISSING


def _filter(call: Call) -> Value:
    """Call ``filter(function, items)``: what only a run can decide on stays in."""
    function, value = call.arg(0), call.arg(1, default=UNKNOWN)
    if not isinstance(function, Function) or not isinstance(value, (list, tuple)):
        return value
    return [
        item for item in value if get_truth(call.reading.call(function, [item], {})) is not False
    ]


def _chain(call: Call) -> Value:
    """Call ``chain(a, b)`` or ``chain.from_iterable(several)``."""
    parts = call.args
    if call.name == "from_iterable":
        listed = list_items(call.arg(0))
        if listed is None:
            return UNKNOWN
        parts = listed
    rows = [list_items(part) for part in parts]
    known = [row for row in rows if row is not None]
    return [item for row in known for item in row] if len(known) == len(rows) else UNKNOWN


def _multiply(call: Call) -> Value:
    """Call ``product(a, b)``: each item of one with each of the others."""
    rows = [list_items(arg) for arg in call.args]
    known = [row for row in rows if row is not None]
    if len(known) < len(rows) or call.kwargs:
        return MISSING  # Spark's function of that name takes a column
    if prod(map(len, known)) > UNROLL_LIMIT:
        return UNKNOWN
    return list(product(*known))


def _ask_items(call: Call) -> Value:
    """Call ``any(items)`` or ``all(items)``."""
    items = list_items(call.arg(0))
    if items is None or len(call.args) != 1 or call.kwargs:
        return MISSING
    truths = [get_truth(item) for item in items]
    decisive = call.name == "any"
    if decisive in truths:
        return decisive
    return MISSING if None in truths else not decisive


def _take_next(call: Call) -> Value:
    """Call ``next(items, default)``: the first of what a comprehension yields."""
    items = call.arg(0)
    if not isinstance(items, (list, tuple)):
        return MISSING
    if not items:
        return call.arg(1, default=UNKNOWN)
    return items[0] if all(isinstance(item, (str, int)) for item in items) else join_values(items)


def _make_default_dict(call: Call) -> Value:
    """Call ``defaultdict(list)``: what is asked for first is empty."""
    factory = call.arg(0, "default_factory")
    path = factory.path if isinstance(factory, External) else ""
    return DefaultDict(path) if path in {"list", "dict", "set"} else {}


ITERABLES = Library(
    functions={
        "gather": lambda call: list(call.args),
        "len": _count,
        "range": _make_range,
        "zip": _zip,
        "enumerate": _enumerate,
        "list": _make_list,
        "tuple": _make_tuple,
        "set": _remove_duplicates,
        "frozenset": _remove_duplicates,
        "sorted": _sort,
        "reversed": _reverse,
        "dict": _make_dict,
        "OrderedDict": _make_dict,
        "defaultdict": _make_default_dict,
        "chain": _chain,
        "chain.from_iterable": _chain,
        "product": _multiply,
        "any": _ask_items,
        "all": _ask_items,
        "next": _take_next,
        "reduce": _reduce,
        "map": _map,
        "starmap": _map,
        "imap": _map,
        "imap_unordered": _map,
        "filter": _filter,
        "max": _choose,
        "min": _choose,
    }
)
