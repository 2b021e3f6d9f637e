"""Calls with alternatives: one call for each, so that what belongs together stays together.

``if env == "prod": source, target = "a", "b"`` and its ``else`` make two names of two values each.
Walking them in step yields two reads and two writes, and no edge from one branch to the other.
"""

from collections.abc import Callable

from glueline_worker.lineage.script.domain.values import (
    OneOf,
    Value,
    combine_alternatives,
    expand_alternatives,
    join_values,
)

Args = list[Value]
Kwargs = dict[str, Value]
_FOLD_LIMIT = 30
"""The most items of a list or dict that are looked at for alternatives."""


def call_each(
    call: Callable[[Value, Args, Kwargs], Value], receiver: Value, args: Args, kwargs: Kwargs
) -> Value:
    """Make a call once for each combination of alternatives, and join the answers."""
    slots = [receiver, *map(_unfold, args), *map(_unfold, kwargs.values())]
    if not any(isinstance(slot, OneOf) for slot in slots):
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
    if not any(isinstance(item, OneOf) for item in items):
        return value
    if isinstance(value, dict):
        return OneOf(tuple(expand_alternatives(value)))
    return OneOf(tuple(list(row) for row in combine_alternatives(value)))
