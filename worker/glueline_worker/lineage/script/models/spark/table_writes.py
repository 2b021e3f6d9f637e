"""Writes of frames into tables by the position of their columns."""

from __future__ import annotations

from collections.abc import Sequence

from glueline.contract.lineage import Dataset
from glueline_worker.lineage.model import Flow
from glueline_worker.lineage.script.domain.state import State
from glueline_worker.lineage.script.domain.values import Frame, Value
from glueline_worker.lineage.script.models.spark.known_columns import (
    get_outputs,
    get_table_key,
    refer_to_all,
)


def insert_by_position(state: State, value: Value, datasets: Sequence[Dataset]) -> None:
    """Write a frame's columns to those that the tables have at their places."""
    frame = state.unite_frames(value)
    outputs = get_outputs(state, frame.node) if frame is not None else None
    for dataset in datasets:
        key = get_table_key(dataset)
        names = state.find_schema(key)
        if names is None or frame is None:
            state.write(value, [dataset], "insertInto")
        elif outputs is None or len(outputs.attributes) != len(names):
            state.warn("the columns of an insert by position are not known")
            state.write_through([frame], [dataset], Flow(), "insertInto")
        else:
            parts = [refer_to_all(state, frame, each) for each in outputs.attributes]
            columns = {name: refs for name, refs in zip(names, parts, strict=True) if name}
            nodes = dict.fromkeys((frame.node, *(ref.node for refs in parts for ref in refs)))
            inputs = [Frame(node) for node in nodes]
            state.write_through(inputs, [dataset], Flow(columns), "insertInto")
