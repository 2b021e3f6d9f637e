"""Name the edges whose columns could have been known and are not."""

from glueline.contract.sentences import list_some
from glueline_worker.lineage.model import Edge, Lineage, LineageContext
from glueline_worker.lineage.naming import format_short_name
from glueline_worker.lineage.schemas import get_schema

_MOST_NAMED = 3


def describe_lost_columns(lineage: Lineage, context: LineageContext) -> tuple[str, ...]:
    """Return one sentence on edges from tables of known columns to unknown ones; else nothing."""
    lost = [edge for edge in lineage.edges if _is_lost(edge, context)]
    if not lost:
        return ()
    named = list_some([*map(_describe, lost)], _MOST_NAMED)
    sentence = f"the columns of these tables are known, but not which of them pass: {named}"
    return (f"{sentence}; an explicit list of columns in the code would show them",)


def _is_lost(edge: Edge, context: LineageContext) -> bool:
    if edge.columns or edge.indirect or not edge.is_opaque:
        return False  # a count of rows has no columns, and none are missing
    return bool(get_schema(edge.upstream, context))


def _describe(edge: Edge) -> str:
    line = f" (line {edge.line})" if edge.line else ""
    return f"{format_short_name(edge.upstream)} to {format_short_name(edge.downstream)}{line}"
