"""A record of the changes to variables and containers on each path of a fork.

Each path is run from the same state. Containers are copied before their first change on a path,
put back after it, and at the end hold what any of the paths may have left in them.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from glueline_worker.lineage.script.domain.alternatives import join_values
from glueline_worker.lineage.script.domain.values import GivenDict, GivenList

Container = dict[Any, Any] | list[Any] | set[Any]
_Saved = dict[int, tuple[Container, Container]]


class PathOutcome(NamedTuple):
    """The end of a path: whether what follows is reached, and whether its variables live on."""

    goes_on: bool
    keeps: bool


class Journal:
    """Keeps what containers held before the changes on the present path."""

    def __init__(self) -> None:
        self._paths: list[_Saved] = []

    def touch(self, container: Container) -> None:
        """Remember what ``container`` holds, before a change of it."""
        if isinstance(container, (GivenList, GivenDict)):
            container.is_changed = True
        if self._paths and id(container) not in self._paths[-1]:
            self._paths[-1][id(container)] = (container, container.copy())

    def fork(self, paths: Sequence[Callable[[], PathOutcome]], local: Container) -> bool:
        """Run each path; return whether any of them goes on to what follows the fork.

        A path that returns or raises leaves its changes to the outside, but none to the ``local``
        variables.
        """
        afters: list[tuple[PathOutcome, dict[int, Container]]] = []
        befores: _Saved = {}
        for path in paths:
            outcome, saved = self._follow(path)
            afters.append((outcome, {key: box.copy() for key, (box, _) in saved.items()}))
            for key, (box, before) in saved.items():
                _restore(box, before)
                befores[key] = (box, before)
                if self._paths:
                    self._paths[-1].setdefault(key, (box, before))
        for key, (box, before) in befores.items():
            found = [
                after.get(key, before)
                for outcome, after in afters
                if outcome.keeps or (box is not local and key in after)
            ]
            _merge(box, before, found)
        return any(outcome.goes_on for outcome, _ in afters)

    def _follow(self, path: Callable[[], PathOutcome]) -> tuple[PathOutcome, _Saved]:
        self._paths.append({})
        try:
            outcome = path()
        finally:
            saved = self._paths.pop()
        return outcome, saved


def _restore(box: Container, content: Container) -> None:
    box.clear()
    if isinstance(box, list):
        box.extend(content)
    else:
        box.update(content)


def _merge(box: Container, before: Container, afters: list[Container]) -> None:
    if not afters:
        return
    if isinstance(box, dict):
        _merge_dicts(box, afters)
    elif isinstance(box, set):
        box.clear()
        box.update(*afters)
    else:
        _merge_lists(box, list(before), [list(after) for after in afters])


def _merge_lists(box: list[Any], before: list[Any], afters: list[list[Any]]) -> None:
    """Keep what was there, and then what was added on any path."""
    size = len(before)
    if any(after[:size] != before for after in afters):
        _restore(box, max(afters, key=len))
        return
    _restore(box, before)
    for after in afters:
        box.extend(item for item in after[size:] if item not in box[size:])


def _merge_dicts(box: dict[Any, Any], afters: list[Container]) -> None:
    maps = [after for after in afters if isinstance(after, dict)]
    box.clear()
    for key in dict.fromkeys(key for found in maps for key in found):
        box[key] = join_values(found[key] for found in maps if key in found)
