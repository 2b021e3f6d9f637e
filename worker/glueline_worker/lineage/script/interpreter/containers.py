"""Methods of lists, tuples, sets and dicts."""

from __future__ import annotations

from itertools import chain
from typing import Any

from glueline_worker.lineage.script.domain.alternatives import join_values
from glueline_worker.lineage.script.domain.call import Call
from glueline_worker.lineage.script.domain.items import as_key
from glueline_worker.lineage.script.domain.limits import report_limit
from glueline_worker.lineage.script.domain.template_text import has_placeholder
from glueline_worker.lineage.script.domain.values import (
    UNKNOWN,
    DefaultDict,
    External,
    GivenDict,
    JobArguments,
    MinimumLength,
    Value,
)
from glueline_worker.lineage.script.interpreter.questions import choose_key, is_other

_SIZE_LIMIT = 5_000
_REORDERING = frozenset({"sort", "reverse", "remove", "discard"})
_SET_OPERATIONS = frozenset(
    {
        "difference",
        "intersection",
        "symmetric_difference",
        "issubset",
        "issuperset",
        "isdisjoint",
    }
)
_GROWING = frozenset({"add", "append", "appendleft", "extend", "union", "update"})


def call_container(call: Call) -> Value:
    """Return ``container.name(…)``."""
    if isinstance(call.receiver, dict):
        return _call_dict(call)
    if isinstance(call.receiver, (list, set)):
        return _call_list(call)
    return _call_any(call)


def _call_any(call: Call) -> Value:
    if call.name == "index":
        found = call.arg(0)
        items = list(call.receiver)
        return items.index(found) if isinstance(found, str) and found in items else UNKNOWN
    if call.name == "count":
        return MinimumLength(len(call.receiver))
    return UNKNOWN


def _call_list(call: Call) -> Value:  # noqa: C901, PLR0911 - one for each kind
    box, name = call.receiver, call.name
    value = call.arg(0)
    if name in _GROWING and len(box) >= _SIZE_LIMIT:
        report_limit(f"a collection was followed up to {_SIZE_LIMIT:,} items; more are left out")
        return None
    if name in {"append", "add", "appendleft"}:
        _grow(call, [value])
        return None
    if name in {"extend", "update", "union"}:
        items = list(value) if isinstance(value, (list, tuple, set, dict)) else [value]
        if name == "union":
            return [*box, *items]
        _grow(call, items)
        return None
    if name == "insert" and isinstance(box, list):
        call.state.journal.touch(box)
        box.insert(value if isinstance(value, int) else len(box), call.arg(1))
        return None
    if name in {"pop", "popleft"}:
        return _pop(call)
    if name in _REORDERING and isinstance(box, list):
        _reorder(call, box)
        return None
    if name == "clear":
        call.state.journal.touch(box)
        return None
    if name in _SET_OPERATIONS:
        return _combine(call, box)
    if name == "copy":
        return list(box)
    return _call_any(call)


def _reorder(call: Call, box: list[Value]) -> None:
    """Sort a list, turn it round, or take an item out of it."""
    call.state.journal.touch(box)
    if call.name == "reverse":
        box.reverse()
    elif call.name == "sort":
        if "key" not in call.kwargs and all(isinstance(item, str) for item in box):
            box.sort(key=str, reverse=call.arg(None, "reverse") is True)
    elif isinstance(item := call.arg(0), (str, int)) and item in box:
        box.remove(item)


def _combine(call: Call, box: Value) -> Value:
    """Call a method of sets, which are lists here."""
    others = [list(arg) for arg in call.args if isinstance(arg, (list, tuple, set, dict))]
    if len(others) < len(call.args) or not _are_texts([*box, *chain(*others)]):
        return UNKNOWN
    known = [set(other) for other in others]
    if call.name == "difference":
        return [item for item in box if not any(item in other for other in known)]
    if call.name == "intersection":
        return [item for item in box if all(item in other for other in known)]
    if call.name == "symmetric_difference":
        joined = [*box, *chain(*others)]
        return [item for item in dict.fromkeys(joined) if (item in box) != (item in known[0])]
    if call.name == "issubset":
        return set(box) <= known[0]
    return set(box) >= known[0] if call.name == "issuperset" else not set(box) & known[0]


def _are_texts(items: list[Value]) -> bool:
    return all(isinstance(item, (str, int)) and not has_placeholder(str(item)) for item in items)


def _grow(call: Call, items: list[Value]) -> None:
    box = call.receiver
    call.state.journal.touch(box)
    if isinstance(box, list):
        box.extend(items)
    else:
        box.update(item for item in items if isinstance(item, (str, int)))


def _pop(call: Call) -> Value:
    box = call.receiver
    if not isinstance(box, list) or not box:
        return UNKNOWN
    at = 0 if call.name == "popleft" else call.arg(0, default=-1)
    call.state.journal.touch(box)
    try:
        return box.pop(at)
    except (IndexError, TypeError):
        return join_values(box)


def _call_dict(call: Call) -> Value:  # noqa: PLR0911 - one for each kind
    box, name = call.receiver, call.name
    key = as_key(call.arg(0))
    if name in {"get", "select"}:
        return _get(call, key)
    if name == "setdefault":
        call.state.journal.touch(box)
        return box.setdefault(key, call.arg(1))
    if name == "pop":
        call.state.journal.touch(box)
        return box.pop(key, call.arg(1, default=UNKNOWN))
    if name in {"update", "clear"}:
        call.state.journal.touch(box)
        box.update(call.mapping(0))
        box.update(call.kwargs)
        return None
    if name == "items":
        return [(item, value) for item, value in box.items()]
    if name == "keys":
        return list(box)
    if name == "values":
        return list(box.values())
    if name == "copy":
        return _copy(box)
    if name == "map":  # of a collection of DynamicFrames, which is a dict here
        function = call.arg(0, "callable")
        return {item: call.reading.call(function, [one, ""], {}) for item, one in box.items()}
    return _call_any(call)


def _copy(box: dict[Any, Value]) -> Value:
    if isinstance(box, DefaultDict):
        return DefaultDict(box.factory, box)
    return dict(box) if isinstance(box, GivenDict) else type(box)(box)


def _get(call: Call, key: Value) -> Value:
    box = call.receiver
    if key in box:
        return call.reading.get_item(box, key)
    default = call.arg(1, "default")
    key = choose_key(call.reading, box, key, is_strict=default is None)
    if key in box:
        return box[key]
    if default is not None and is_other(call.reading, key):
        return default
    if isinstance(box, JobArguments) and isinstance(key, str):
        return default if default is not None else call.reading.get_item(box, key)
    found = call.reading.get_item(box, key)
    if found is UNKNOWN or (isinstance(found, External) and found.label == "unknown"):
        return default if default is not None or isinstance(key, str) else UNKNOWN
    return join_values([found, default]) if default is not None else found
