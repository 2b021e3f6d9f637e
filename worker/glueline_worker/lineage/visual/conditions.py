"""The columns that Glue Studio's transforms ask about: those of joins, filters and routers."""

from collections.abc import Iterator

from glueline.contract.lineage import Effect
from glueline_worker.lineage.model import ColumnRef, IndirectRef
from glueline_worker.lineage.visual.fields import (
    Fields,
    read_column,
    read_column_paths,
    read_fields,
    read_items,
    read_text,
)
from glueline_worker.lineage.visual.step import VisualStep

_INDEX_DIGITS = 6


def read_join_keys(step: VisualStep, effect: Effect = "join") -> tuple[IndirectRef, ...]:
    """Return the columns that a join compares, each of its own input."""
    sides = map(read_fields, read_items(step.node.get("columns")))
    return tuple(
        IndirectRef(ColumnRef(source, name), effect)
        for side in sides
        if (source := read_text(side.get("from"))) in step.inputs
        for name in dict.fromkeys(read_column_paths(side.get("keys")))
    )


def iterate_filtered(node: Fields) -> Iterator[str]:
    """Yield the columns in the conditions of a filter, or of one group of a router."""
    for entry in map(read_fields, read_items(node.get("filters"))):
        for value in map(read_fields, read_items(entry.get("values"))):
            if read_text(value.get("type")).lower() == "columnextracted":
                yield from filter(None, (read_column(value.get("value")),))


def read_route_conditions(step: VisualStep, router: Fields) -> tuple[IndirectRef, ...]:
    """Return the columns that decide about one frame of a router; the last one is of the rest."""
    groups = [*map(read_fields, read_items(router.get("groupfilterslist")))]
    index = read_text(step.node.get("index")) or "0"
    if index.isdecimal() and len(index) < _INDEX_DIGITS and int(index) < len(groups):
        groups = [groups[int(index)]]
    return step.make_indirect(
        (name for each in groups for name in iterate_filtered(each)), "filter"
    )
