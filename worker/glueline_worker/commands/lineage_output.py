"""Show steps of lineage to people as trees and to programs as JSON."""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from rich.text import Text
from rich.tree import Tree

from glueline.contract.lineage import Dataset
from glueline.contract.sentences import list_some
from glueline.contract.structs import to_builtins
from glueline.contract.terminal import clean_line
from glueline_worker.questions.dataset_names import format_dataset, is_glue_table

if TYPE_CHECKING:
    from glueline_worker.lineage.links.column_walk import ColumnStep, ColumnWay, Ways
    from glueline_worker.lineage.links.walk import Direction, Hop, LineageStep

    FindEvidence = Callable[[Hop], tuple[str, ...]] | None

_NAMES_SHOWN = 8
"""Columns of one effect in a tree; ``--json`` has all."""
_BY_ROWS = "rows"
"""What decided about the rows of a table decides about all that is made of them."""
_ARROWS = {"upstream": "←", "downstream": "→"}


def make_tree(
    start: Dataset,
    way: "Direction",
    steps: "Sequence[LineageStep]",
    ways: "Ways | None" = None,
    find_evidence: "FindEvidence" = None,
) -> Tree:
    """Return the steps from a dataset; with ``ways``, the columns that decide stand below."""
    root = _make_root(format_dataset(start), way)
    home = _find_home(start, (step.hop for step in steps))
    branches = {start: root}
    for step in steps:
        near, far = _order(step.hop, way)
        line = Text.assemble(
            f"{_ARROWS[way]} {format_dataset(far)}{_describe_place(far, home)}  ",
            (step.hop.process, "dim"),
            _describe_evidence(step.hop, find_evidence),
        )
        branch = branches[near].add(line)
        branches.setdefault(far, branch)
        known = [way for way in (ways or {}).get(step.hop, ()) if not way.is_direct]
        deciding = ((str(way.how), way.upstream, way.downstream) for way in known)
        for sentence in describe_deciding(deciding):
            branch.add(Text(clean_line(sentence), style="dim"))
    return _mark_if_empty(root)


def make_column_tree(
    start: Dataset,
    column: str,
    way: "Direction",
    steps: "Sequence[ColumnStep]",
    find_evidence: "FindEvidence" = None,
) -> Tree:
    """Return the steps from a column, each with what happens there and where."""
    root = _make_root(clean_line(f"{format_dataset(start)}.{column}"), way)
    home = _find_home(start, (step.hop for step in steps))
    branches: dict[tuple[Dataset, str | None], Tree] = {(start, _fold(column)): root}
    for step in steps:
        near, far = _order(step.hop, way)
        there = step.upstream if way == "upstream" else step.downstream
        name = format_dataset(far) if there is None else f"{format_dataset(far)}.{there}"
        which = ", all columns" if there is None else ""
        place = step.hop.process if step.line is None else f"{step.hop.process}:{step.line}"
        how = step.how if step.is_direct else step.how or _BY_ROWS
        line = Text.assemble(
            f"{_ARROWS[way]} {clean_line(name)}{_describe_place(far, home)}{which}  ",
            (f"{how}  " if how else "", "" if step.is_direct else "yellow"),
            (clean_line(place), "dim"),
            _describe_evidence(step.hop, find_evidence),
        )
        branch = branches[near, _fold(step.followed)].add(line)
        branches.setdefault((far, _fold(there)), branch)
    return _mark_if_empty(root)


def make_step_document(
    step: "LineageStep", ways: "Ways", find_evidence: "FindEvidence" = None
) -> dict[str, object]:
    """Return a step of datasets with its columns as JSON values."""
    known = ways.get(step.hop, ())
    return {
        "depth": step.depth,
        "process": step.hop.process,
        "upstream": to_builtins(step.hop.upstream),
        "downstream": to_builtins(step.hop.downstream),
        "columns": [_make_way_document(way) for way in known if way.is_direct],
        "indirect": [_make_way_document(way) for way in known if not way.is_direct],
        **_document_evidence(step.hop, find_evidence),
    }


def make_column_step_document(
    step: "ColumnStep", find_evidence: "FindEvidence" = None
) -> dict[str, object]:
    """Return a step of columns as JSON values."""
    return {
        "depth": step.depth,
        "process": step.hop.process,
        "upstream": {**to_builtins(step.hop.upstream), "column": step.upstream},
        "downstream": {**to_builtins(step.hop.downstream), "column": step.downstream},
        "transformation": step.how if step.is_direct else None,
        "effect": None if step.is_direct else step.how,
        "line": step.line,
        **_document_evidence(step.hop, find_evidence),
    }


def describe_deciding(columns: Iterable[tuple[str, str, str | None]]) -> list[str]:
    """Return a sentence for each effect: ``filter: status, day``.

    Columns are given as the effect, the column that decides, and the one that it decides about.
    """
    names: dict[str, dict[str, None]] = {}
    for effect, upstream, downstream in columns:
        target = f" of {downstream}" if downstream else ""
        names.setdefault(f"{effect}{target}", {}).setdefault(upstream)
    return [
        f"{effect}: {list_some([*found], _NAMES_SHOWN)}"
        for effect, found in [*names.items()][:_NAMES_SHOWN]
    ]


def _make_way_document(way: "ColumnWay") -> dict[str, object]:
    how = "transformation" if way.is_direct else "effect"
    return {
        "upstream": way.upstream,
        "downstream": way.downstream,
        how: way.how,
        "line": way.line,
    }


def _describe_evidence(hop: "Hop", find_evidence: "FindEvidence") -> str:
    found = find_evidence(hop) if find_evidence else ()
    return f"  [{' and '.join(found)}]" if found else ""


def _document_evidence(hop: "Hop", find_evidence: "FindEvidence") -> dict[str, object]:
    return {"evidence": [*find_evidence(hop)]} if find_evidence else {}


def _make_root(name: str, way: "Direction") -> Tree:
    return Tree(Text.assemble((name, "bold"), f"  {way}"))


def _mark_if_empty(root: Tree) -> Tree:
    if not root.children:
        root.add(Text("nothing known", style="dim"))
    return root


def _order(hop: "Hop", way: "Direction") -> tuple[Dataset, Dataset]:
    """Return the end of a hop that is near the start, and the other one."""
    return (hop.downstream, hop.upstream) if way == "upstream" else (hop.upstream, hop.downstream)


def _fold(name: str | None) -> str | None:
    return name and name.lower()


def _find_home(start: Dataset, hops: "Iterable[Hop]") -> str:
    """Return the catalogue of ``start``, or the only one of the ``hops``; empty for several."""
    if is_glue_table(start):
        return start.namespace
    ends = (end for hop in hops for end in (hop.upstream, hop.downstream))
    found = {end.namespace for end in ends if is_glue_table(end)}
    return found.pop() if len(found) == 1 else ""


def _describe_place(dataset: Dataset, home: str) -> str:
    """Return the account and region of a table where they are not those of ``home``."""
    if not is_glue_table(dataset) or dataset.namespace == home:
        return ""
    *_, region, account = dataset.namespace.split(":")
    is_same_region = f":{region}:" in home
    return f" (account {account}{'' if is_same_region else f', {region}'})"
