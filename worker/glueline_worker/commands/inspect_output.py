"""The lineage of files as JSON documents, trees and rows of a table."""

from collections.abc import Iterator

from rich.text import Text
from rich.tree import Tree

from glueline.contract.lineage import Dataset
from glueline.contract.structs import to_builtins
from glueline.contract.terminal import clean_line
from glueline_worker.commands.lineage_output import describe_deciding
from glueline_worker.lineage.model import Edge, Lineage
from glueline_worker.questions.dataset_names import format_dataset

HEADERS = ("file", "inputs", "outputs", "edges", "columns", "warnings")


def make_lineage_document(lineage: Lineage) -> dict[str, object]:
    """Return the lineage as JSON values: ``inputs``, ``outputs``, ``edges`` and ``warnings``."""
    return {
        "inputs": [_make_dataset_document(dataset) for dataset in lineage.inputs],
        "outputs": [_make_dataset_document(dataset) for dataset in lineage.outputs],
        "edges": [_make_edge_document(edge) for edge in lineage.edges],
        "warnings": list(lineage.warnings),
    }


def make_summary_row(lineage: Lineage) -> tuple[str, ...]:
    """Return the figures of a file below ``HEADERS``, without its name."""
    columns = sum(len(edge.columns) for edge in lineage.edges)
    parts = lineage.inputs, lineage.outputs, lineage.edges
    return (*(str(len(part)) for part in parts), str(columns), str(len(lineage.warnings)))


def make_lineage_tree(name: str, lineage: Lineage, *, indirect: bool = False) -> Tree:
    """Return a tree of outputs with their inputs below them, then the inputs without output.

    Below each input stand the columns whose values pass; with ``indirect``, also those that decide.
    """
    root = Tree(Text(clean_line(name), style="bold"))
    for output in lineage.outputs:
        branch = root.add(Text(f"→ {format_dataset(output)}", style="green"))
        for edge in lineage.edges:
            if edge.downstream == output:
                origins = ", ".join(edge.origins)
                leaf = branch.add(Text(f"← {format_dataset(edge.upstream)}  ({origins})"))
                for sentence in _describe_columns(edge, indirect=indirect):
                    leaf.add(Text(clean_line(sentence), style="dim"))
    with_output = {edge.upstream for edge in lineage.edges}
    for dataset in lineage.inputs:
        if dataset not in with_output:
            root.add(Text(f"← {format_dataset(dataset)}  (read, and written nowhere)"))
    for warning in lineage.warnings:
        root.add(Text(clean_line(warning), style="yellow"))
    if not (lineage.inputs or lineage.outputs or lineage.warnings):
        root.add(Text("nothing is read or written", style="dim"))
    return root


def _describe_columns(edge: Edge, *, indirect: bool) -> Iterator[str]:
    for column in edge.columns:
        how = column.transformation
        is_plain = how in (None, "identity")
        yield f"{column.upstream} → {column.downstream}" + ("" if is_plain else f"  {how}")
    if indirect:
        yield from describe_deciding(
            (each.effect, each.upstream, each.downstream) for each in edge.indirect
        )


def _make_dataset_document(dataset: Dataset) -> dict[str, object]:
    return {"namespace": dataset.namespace, "name": dataset.name}


def _make_edge_document(edge: Edge) -> dict[str, object]:
    return {
        "upstream": _make_dataset_document(edge.upstream),
        "downstream": _make_dataset_document(edge.downstream),
        "origin": edge.origins[0].value,
        "origins": [origin.value for origin in edge.origins],
        "columns": [to_builtins(column) for column in edge.columns],
        "indirect": [to_builtins(column) for column in edge.indirect],
        "line": edge.line,
    }
