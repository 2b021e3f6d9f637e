"""The nodes of a script once all of it was read: what only the whole of it tells."""

import re
from collections.abc import Iterator
from dataclasses import replace

from glueline.contract.lineage import Dataset
from glueline_worker.lineage.model import Node
from glueline_worker.lineage.naming import UNKNOWN_NAME
from glueline_worker.lineage.script.domain.state import State

_DOCUMENT = re.compile(r"(?i)(?:\A|/)[^/.]+(?:\.(?:json|txt|ya?ml|ini|toml))?\Z")
"""The name of an object that may hold settings; other suffixes are those of data."""
_DEPTH_LIMIT = 50
"""Folders above a place that are looked at."""


def finish_nodes(state: State) -> tuple[Node, ...]:
    """Return the nodes without reads and writes that move no data, and with declared tables."""
    nodes = _drop_state_objects(state, _drop_unused_reads(state))
    nodes = _drop_kept_documents(state, nodes)
    return tuple(_add_declared_tables(state, nodes))


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
    if all(node.datasets for node in nodes if node.id in state.tentative):
        return nodes  # whatever was read is of use
    used = {dataset for node in nodes if node.role == "read" for dataset in node.datasets}
    read: set[Dataset] = set()
    found = []
    for before, node in zip(state.nodes.values(), nodes, strict=True):
        if before.role == "read" and node.role != "read":
            read.update(set(before.datasets) - used)
        is_state = node.role == "write" and not node.inputs and read.issuperset(node.datasets)
        found.append(_empty(node) if is_state else node)
    return found


def _drop_kept_documents(state: State, nodes: list[Node]) -> list[Node]:
    """Leave out a document that a job changes for itself, beside the data that it moves."""
    sources: dict[str, set[Dataset]] = {}
    written: dict[Dataset, set[Dataset]] = {}
    flows_out: set[Dataset] = set()
    for node in nodes:
        found = set(node.datasets) if node.role == "read" else set()
        found.update(*(sources.get(name, ()) for name in node.inputs))
        sources[node.id] = found
        for target in node.datasets if node.role == "write" else ():
            written.setdefault(target, set()).update(found)
            flows_out.update(found - {target})
    kept = {
        target
        for target, found in written.items()
        if found == {target} and target not in flows_out and _DOCUMENT.search(target.name)
    }
    if not kept or not flows_out:
        return nodes
    whole = {
        dataset
        for node in nodes
        if node.role == "read" and node.id not in state.tentative
        for dataset in node.datasets
    }
    kept -= whole
    return [
        _empty(node) if node.datasets and kept.issuperset(node.datasets) else node for node in nodes
    ]


def _empty(node: Node) -> Node:
    return replace(node, role="transform", datasets=())


def _add_declared_tables(state: State, nodes: list[Node]) -> list[Node]:
    """Add to each write the tables whose data is declared to be where it writes."""
    if not state.declared:
        return nodes
    tables: dict[Dataset, list[Dataset]] = {}
    for place, table in state.declared:
        if place.name and UNKNOWN_NAME not in place.namespace + place.name:
            tables.setdefault(place, []).append(table)
    found = []
    for node in nodes:
        added = dict.fromkeys(node.datasets) if node.role == "write" else {}
        for written in node.datasets if node.role == "write" else ():
            for place in _list_folders(written):
                added.update(dict.fromkeys(tables.get(place, ())))
        found.append(replace(node, datasets=tuple(added)) if added else node)
    return found


def _list_folders(written: Dataset) -> Iterator[Dataset]:
    """List the place itself and the folders above it: it may be one partition of a table."""
    parts = written.name.split("/", _DEPTH_LIMIT)
    for end in range(1, len(parts) + 1):
        yield Dataset(namespace=written.namespace, name="/".join(parts[:end]))
