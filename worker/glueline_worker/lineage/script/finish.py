"""The nodes of a script once all of it was read: what only the whole of it tells."""

from dataclasses import replace

from glueline.contract.lineage import Dataset
from glueline_worker.lineage.model import Node
from glueline_worker.lineage.naming import UNKNOWN_NAME
from glueline_worker.lineage.script.domain.state import State


def finish_nodes(state: State) -> tuple[Node, ...]:
    """Return the nodes without reads and writes that move no data, and with declared tables."""
    nodes = _drop_unused_reads(state)
    return tuple(_add_declared_tables(state, node) for node in _drop_state_objects(state, nodes))


def _drop_unused_reads(state: State) -> list[Node]:
    """Return all nodes but the tentative reads whose data reaches no write."""
    reached: set[str] = set()
    for node in reversed(state.nodes.values()):
        # An input always comes before the node that it flows into.
        if node.role == "write" or node.id in reached:
            reached.update(node.inputs)
    unused = state.tentative | _find_schema_reads(state)
    return [
        _empty(node) if node.id in unused and node.id not in reached else node
        for node in state.nodes.values()
    ]


def _find_schema_reads(state: State) -> set[str]:
    """Find the reads of which the script only wanted to know the columns."""
    used = {name for node in state.nodes.values() for name in node.inputs}
    return state.asked_schemas - state.asked_data - used


def _drop_state_objects(state: State, nodes: list[Node]) -> list[Node]:
    """Leave out what a job reads and writes for itself only, such as the time of its last run.

    No data flows into it, and none of what is read from it flows on.
    """
    used = {dataset for node in nodes if node.role == "read" for dataset in node.datasets}
    read: set[Dataset] = set()
    found = []
    for before, node in zip(state.nodes.values(), nodes, strict=True):
        if before.role == "read" and node.role != "read":
            read.update(set(before.datasets) - used)
        is_state = node.role == "write" and not node.inputs and read.issuperset(node.datasets)
        found.append(_empty(node) if is_state else node)
    return found


def _empty(node: Node) -> Node:
    return replace(node, role="transform", datasets=())


def _add_declared_tables(state: State, node: Node) -> Node:
    """Add the tables whose data is declared to be where the node writes."""
    if node.role != "write" or not state.declared:
        return node
    tables = [
        table
        for (place, table) in state.declared
        if any(_is_within(written, place) for written in node.datasets)
    ]
    return replace(node, datasets=tuple(dict.fromkeys((*node.datasets, *tables))))


def _is_within(written: Dataset, place: Dataset) -> bool:
    """Tell whether the place that is written is the table's, or one of its partitions."""
    if written.namespace != place.namespace or UNKNOWN_NAME in place.namespace + place.name:
        return False
    return bool(place.name) and f"{written.name}/".startswith(f"{place.name}/")
