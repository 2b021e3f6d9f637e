"""The ways that values take from the columns of datasets to one column of a step."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from glueline.contract.lineage import Transformation
from glueline_worker.lineage.transformations import rank_along, rank_beside

DatasetColumn = tuple[int, str]
"""A column of a dataset; datasets are numbered while a graph is followed."""
Way = tuple[Transformation | None, int | None]
"""What happens to the values, and the line of the step that makes the column."""
Cells = Mapping[DatasetColumn, Way]
"""The columns whose values become part of one column, each with its way there."""

NO_CELLS: Cells = MappingProxyType({})
PLAIN_WAY: Way = ("identity", None)


def pass_cells(
    cells: Cells, transformation: Transformation, line: int | None, *, is_renamed: bool
) -> Cells:
    """Return the cells after a step that refers to their column.

    The step is the place of the column if it changes or renames it, or if no step before did.
    """
    if transformation == "identity" and not is_renamed:
        if line is None or all(known for _, known in cells.values()):
            return cells
        return {cell: (way, known or line) for cell, (way, known) in cells.items()}
    return {
        cell: (max(way, transformation, key=rank_along), line or known)
        for cell, (way, known) in cells.items()
    }


def unite_cells(groups: Iterable[Cells]) -> Cells:
    """Return the cells of all groups; of two ways of one cell the stronger counts."""
    filled = [group for group in groups if group]
    if len(filled) < 2:  # noqa: PLR2004
        return filled[0] if filled else NO_CELLS
    united = dict(filled[0])
    for group in filled[1:]:
        for cell, way in group.items():
            known = united.get(cell)
            united[cell] = choose_way(known, way) if known else way
    return united


def choose_way(one: Way, other: Way) -> Way:
    """Return the stronger of two ways beside each other, the earlier one of two equal ones."""
    return max(one, other, key=_rank_way)


def _rank_way(way: Way) -> tuple[int, float]:
    return rank_beside(way[0]), -way[1] if way[1] else float("-inf")
