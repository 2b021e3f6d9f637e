"""Columns that decide which rows a step yields, or in which order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from glueline.contract.lineage import Effect
from glueline_worker.lineage.model import ColumnRef, Flow, IndirectRef
from glueline_worker.lineage.script.domain.columns import decide_by
from glueline_worker.lineage.script.domain.state import State
from glueline_worker.lineage.script.domain.values import Column, Frame, Value
from glueline_worker.lineage.script.models.spark.known_columns import (
    get_outputs,
    resolve_all,
)
from glueline_worker.lineage.script.models.spark.projections import flatten, parse_item


def list_deciders(
    state: State, frame: Frame, values: Iterable[Value], effect: Effect, *, sql: bool = False
) -> list[tuple[ColumnRef, Effect]]:
    """Resolve the columns of conditions, keys or orders that decide about rows."""
    found: dict[tuple[ColumnRef, Effect], None] = {}
    for value in flatten(values):
        for column in parse_item(state, value, sql=sql) or ():
            if column.kind in {"value", "plain", "item"}:
                decided = Column(deciders=decide_by(column, effect))
                found.update(dict.fromkeys(resolve_all(state, frame, decided)[1]))
    return list(found)


def decide_rows(
    state: State, frame: Frame, rows: Sequence[tuple[ColumnRef, Effect]], label: str
) -> Frame:
    """Add a step that keeps all columns, and whose rows some columns decide about."""
    if not rows:
        return frame
    indirect = tuple(IndirectRef(ref, effect) for ref, effect in rows)
    nodes = dict.fromkeys((frame.node, *(ref.node for ref, _ in rows)))
    inputs = [Frame(node) for node in nodes]
    if len(nodes) == 1:
        node = state.transform(inputs, Flow(rest=True, indirect=indirect), label)
    else:
        node = state.transform(inputs, Flow(whole=(frame.node,), indirect=indirect), label)
    state.outputs[node.node] = get_outputs(state, frame.node)
    return Frame(node.node, frame.kind, frame.label)
