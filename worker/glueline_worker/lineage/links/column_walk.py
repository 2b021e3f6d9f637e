"""Follow stored lineage from one column, along the hops between datasets."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from glueline.contract.lineage import Dataset
from glueline_worker.lineage.links.walk import STORAGE_PROCESS, Direction, Hop, LineageStep

_SAME_COLUMNS = ("table/", "database/")
"""Processes of resource links, whose columns are those of their target."""


class ColumnWay(Struct, frozen=True):
    """A way between columns of two datasets.

    ``how`` is the transformation of values, or the effect of a column that decides about
    ``downstream``. That one is None where it decides about all columns.
    """

    upstream: str
    downstream: str | None
    how: str | None = None
    line: int | None = None
    is_direct: bool = True


class ColumnStep(Struct, frozen=True):
    """A hop on the way of a column, ``depth`` hops from the start; None stands for all columns.

    ``followed`` is the column that led to the hop: that of the step before.
    """

    hop: Hop
    depth: int
    followed: str | None
    upstream: str | None
    downstream: str | None
    how: str | None = None
    line: int | None = None
    is_direct: bool = True


Ways = Mapping[Hop, tuple[ColumnWay, ...]]
"""The known ways of each hop."""
_Place = tuple[Dataset, str | None]
"""A column of a dataset, or all of its columns."""


def walk_columns(
    start: Dataset,
    column: str,
    direction: Direction,
    steps: Iterable[LineageStep],
    ways: Ways,
    *,
    indirect: bool,
) -> tuple[list[ColumnStep], list[Hop]]:
    """Return the steps of a column among the ``steps`` of its dataset, nearest first.

    Also the hops at which its way is lost: data flows on, through columns that are not known.
    With ``indirect``, columns that decide about others count too. What decides about all columns
    of a dataset decides about all that is made of it. A way that several columns lead to is one
    step.
    """
    hops: dict[Dataset, list[Hop]] = {}
    deepest = 0
    for each in steps:
        near = each.hop.downstream if direction == "upstream" else each.hop.upstream
        hops.setdefault(near, []).append(each.hop)
        deepest = max(deepest, each.depth)
    found: list[ColumnStep] = []
    lost: dict[Hop, None] = {}
    told: set[ColumnStep] = set()
    seen: set[_Place] = {(start, column.lower())}
    queue: deque[tuple[_Place, int]] = deque([((start, column), 1)])
    while queue:
        (dataset, name), depth = queue.popleft()
        for hop in hops.get(dataset, ()) if depth <= deepest else ():
            known = ways.get(hop, ())
            counting = [each for each in known if each.is_direct or indirect]
            following = list(_follow(hop, name, direction, counting, depth))
            if not following and not any(each.is_direct for each in known):
                lost.setdefault(hop)
            for step in following:
                shown = replace(step, depth=0, followed=None)
                if shown in told:
                    continue
                told.add(shown)
                found.append(step)
                far, column_there = _get_far_place(step, direction)
                key = far, column_there and column_there.lower()
                if key not in seen:
                    seen.add(key)
                    queue.append(((far, column_there), depth + 1))
    return found, list(lost)


def _get_far_place(step: ColumnStep, direction: Direction) -> _Place:
    """Return the place that a step leads to."""
    if direction == "upstream":
        return step.hop.upstream, step.upstream
    return step.hop.downstream, step.downstream


def _has_same_columns(hop: Hop) -> bool:
    return hop.process == STORAGE_PROCESS or hop.process.startswith(_SAME_COLUMNS)


def _follow(
    hop: Hop, name: str | None, direction: Direction, ways: Iterable[ColumnWay], depth: int
) -> Iterator[ColumnStep]:
    if name is None:
        yield ColumnStep(hop, depth, None, None, None, is_direct=False)
        return
    if _has_same_columns(hop):
        yield ColumnStep(hop, depth, name, name, name, "identity")
        return
    for way in ways:
        near = way.downstream if direction == "upstream" else way.upstream
        if near is None or _is_part(near, name) or _is_part(name, near):
            yield ColumnStep(
                hop, depth, name, way.upstream, way.downstream, way.how, way.line, way.is_direct
            )


def _is_part(name: str, whole: str) -> bool:
    """Tell whether ``name`` is the column ``whole`` or a field in it."""
    name, whole = name.lower(), whole.lower()
    return name == whole or name.startswith(f"{whole}.")
