"""Alternatives: values that are one of several, and calls for each combination of them.

``if env == "prod": source, target = "a", "b"`` and its ``else`` make two names of two values each.
Walking them in step yields two reads and two writes, and no edge from one branch to the other.
"""

from collections.abc import Callable, Iterable
from itertools import product
from math import prod
from typing import Any

from glueline_worker.lineage.script.domain.limits import report_limit
from glueline_worker.lineage.script.domain.values import (
    UNKNOWN,
    ColumnList,
    External,
    GivenDict,
    GivenList,
    OneOf,
    Value,
)
from glueline_worker.lineage.script.source.parser import CLOSE, OPEN

ALTERNATIVES_LIMIT = 16
"""The most alternatives of one value; further ones are left out."""
_FOLD_LIMIT = 30
"""The most items of a list or dict that are looked at for alternatives."""

_ARGUMENT = f"{OPEN}arg:"
_PLAIN_TYPES: dict[type, type] = {GivenList: list, ColumnList: list, GivenDict: dict}

_Args = list[Value]
_Kwargs = dict[str, Value]


def get_alternatives(value: Value) -> tuple[Value, ...]:
    """Return the alternatives of ``value``; itself when there is only one."""
    if type(value) is not OneOf:
        return (value,)
    if value.is_cut:
        report_limit(
            f"of a value with more than {ALTERNATIVES_LIMIT} alternatives some are left out"
        )
    return value.options


def _list_alternatives(value: Value) -> tuple[Value, ...]:
    return value.options if type(value) is OneOf else (value,)


def join_values(values: Iterable[Value]) -> Value:
    """Make one value that may be any of ``values``."""
    found: list[Value] = []
    is_cut = False
    for value in values:
        is_cut = is_cut or (isinstance(value, OneOf) and value.is_cut)
        for option in _list_alternatives(value):
            if not any(option is other or _is_same(option, other) for other in found):
                found.append(option)
            if len(found) > ALTERNATIVES_LIMIT:
                return OneOf(tuple(found), is_cut=True)
    if not found:
        return UNKNOWN
    if len(found) > 1:
        found = _leave_out_doubles(found)
    return found[0] if len(found) == 1 else OneOf(tuple(found), is_cut)


def _leave_out_doubles(found: list[Value]) -> list[Value]:
    """Leave out a variable of the environment beside the job's argument of the same name.

    A helper that looks in both finds one setting.
    """
    names = {_name_setting(option.label[4:]) for option in found if _is_variable(option)}
    if not names:
        return found
    arguments = {
        _name_setting(option[len(_ARGUMENT) : -1])
        for option in found
        if isinstance(option, str) and option.startswith(_ARGUMENT) and option.endswith(CLOSE)
    }
    doubles = names & arguments
    return [
        option
        for option in found
        if not (_is_variable(option) and _name_setting(option.label[4:]) in doubles)
    ]


def _is_variable(option: Value) -> bool:
    return isinstance(option, External) and option.label.startswith("env:")


def _name_setting(name: str) -> str:
    return name.lower().replace("-", "_")


def _get_type(value: Value) -> type:
    return _PLAIN_TYPES.get(type(value), type(value))


def _is_same(one: Value, other: Value) -> bool:
    if _get_type(one) is not _get_type(other):
        return False
    try:
        return bool(one == other)
    except RecursionError:
        return False


def combine_alternatives(values: Iterable[Value]) -> list[tuple[Value, ...]]:
    """List each way to choose one alternative of every value.

    Alternatives of equal number are taken to come from the same branch, and are walked in step.
    """
    values = tuple(values)
    if not _has_one_of(values):
        return [values]
    rows = [_without_none(get_alternatives(value)) for value in values]
    lengths = {len(row) for row in rows if len(row) > 1}
    if not lengths:
        return [tuple(row[0] for row in rows)]
    if len(lengths) == 1:
        size = lengths.pop()
        return [tuple(row[at if len(row) > 1 else 0] for row in rows) for at in range(size)]
    found = []
    for combination in product(*rows):
        found.append(combination)
        if len(found) >= ALTERNATIVES_LIMIT:
            break
    if (count := prod(map(len, rows))) > len(found):
        report_limit(
            f"{count:,} combinations of values are possible; {count - len(found):,} are left out"
        )
    return found


def _has_one_of(values: Iterable[Value]) -> bool:
    return OneOf in map(type, values)  # asked at each call, and twice as fast as a loop


def _without_none(options: tuple[Value, ...]) -> tuple[Value, ...]:
    """Leave out None, which a variable holds only until it is set."""
    if len(options) == 1:
        return options
    return tuple(option for option in options if option is not None) or options


def expand_alternatives(mapping: dict[Any, Value]) -> list[dict[Any, Value]]:
    """List each way to choose one alternative of every value of ``mapping``."""
    keys = list(mapping)
    return [dict(zip(keys, row, strict=True)) for row in combine_alternatives(mapping.values())]


def map_alternatives(function: Callable[..., Value], *values: Value) -> Value:
    """Call ``function`` with each combination of alternatives, and join the answers."""
    if not _has_one_of(values):
        return function(*values)
    return join_values(function(*row) for row in combine_alternatives(values))


def call_each(
    call: Callable[[Value, _Args, _Kwargs], Value], receiver: Value, args: _Args, kwargs: _Kwargs
) -> Value:
    """Make a call once for each combination of alternatives, and join the answers."""
    slots = [receiver, *map(_unfold, args), *map(_unfold, kwargs.values())]
    if not _has_one_of(slots):
        return call(receiver, args, kwargs)
    end = len(args) + 1
    return join_values(
        call(row[0], list(row[1:end]), dict(zip(kwargs, row[end:], strict=True)))
        for row in combine_alternatives(slots)
    )


def _unfold(value: Value) -> Value:
    """Return a list or dict of alternatives as alternative lists or dicts."""
    if not isinstance(value, (dict, list)) or len(value) > _FOLD_LIMIT:
        return value
    items = value.values() if isinstance(value, dict) else value
    if not _has_one_of(items):
        return value
    if isinstance(value, dict):
        return OneOf(tuple(expand_alternatives(value)))
    return OneOf(tuple(list(row) for row in combine_alternatives(value)))
