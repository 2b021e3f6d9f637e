"""Calls with alternatives: one call for each, so that what belongs together stays together.

``if env == "prod": source, target = "a", "b"`` and its ``else`` make two names of two values each.
Walking them in step yields two reads and two writes, and no edge from one branch to the other.
"""

from collections.abc import Callable

from glueline_worker.lineage.script.domain.values import Choice, Value, combinations, join, variants

Args = list[Value]
Kwargs = dict[str, Value]
FOLD_LIMIT = 30
"""The most items of a list or dict that are looked at for alternatives."""


def each(
    call: Callable[[Value, Args, Kwargs], Value], receiver: Value, args: Args, kwargs: Kwargs
) -> Value:
    """Make a call once for each combination of alternatives, and join the answers."""
    slots = [receiver, *map(_unfolded, args), *map(_unfolded, kwargs.values())]
    if not any(isinstance(slot, Choice) for slot in slots):
        return call(receiver, args, kwargs)
    end = len(args) + 1
    return join(
        call(row[0], list(row[1:end]), dict(zip(kwargs, row[end:], strict=True)))
        for row in combinations(slots)
    )


def _unfolded(value: Value) -> Value:
    """A list or dict of alternatives as alternative lists or dicts."""
    if not isinstance(value, (dict, list)) or len(value) > FOLD_LIMIT:
        return value
    items = value.values() if isinstance(value, dict) else value
    if not any(isinstance(item, Choice) for item in items):
        return value
    if isinstance(value, dict):
        return Choice(tuple(variants(value)))
    return Choice(tuple(list(row) for row in combinations(value)))
