"""How well lineage that was read matches lineage that is expected: precision, recall, F1."""

import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from glueline_worker.lineage.graph.collapse import collapse
from glueline_worker.lineage.model import Lineage, LineageContext
from glueline_worker.lineage.script import read_script

KINDS = ("inputs", "outputs", "edges", "columns")


@dataclass(frozen=True, slots=True)
class Score:
    """Counts of what was found and expected, found only, and expected only."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    def __add__(self, other: "Score") -> "Score":
        return Score(self.right + other.right, self.wrong + other.wrong, self.missed + other.missed)

    @property
    def precision(self) -> float:
        """The share of what was found that is right."""
        found = self.right + self.wrong
        return self.right / found if found else 1.0

    @property
    def recall(self) -> float:
        """The share of what is expected that was found."""
        expected = self.right + self.missed
        return self.right / expected if expected else 1.0

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        both = 2 * self.right + self.wrong + self.missed
        return 2 * self.right / both if both else 1.0


def as_document(lineage: Lineage) -> dict[str, list[Any]]:
    """A lineage in the form of an expectation: lists of names, edges and columns."""

    def pair(dataset: Any) -> list[str]:
        return [dataset.namespace, dataset.name]

    return {
        "inputs": [pair(dataset) for dataset in lineage.inputs],
        "outputs": [pair(dataset) for dataset in lineage.outputs],
        "edges": [[pair(edge.upstream), pair(edge.downstream)] for edge in lineage.edges],
        "columns": sorted(
            [
                [*pair(edge.upstream), column.upstream],
                [*pair(edge.downstream), column.downstream],
            ]
            for edge in lineage.edges
            for column in edge.columns
        ),
    }


def score(found: dict[str, Any], expected: dict[str, Any]) -> dict[str, Score]:
    """A score for each kind that the expectation speaks of."""
    return {
        kind: _compare(found.get(kind, ()), expected[kind]) for kind in KINDS if kind in expected
    }


def _compare(found: Iterable[Any], expected: Iterable[Any]) -> Score:
    have, want = {repr(item) for item in found}, {repr(item) for item in expected}
    return Score(len(have & want), len(have - want), len(want - have))


def total(scores: Iterable[dict[str, Score]]) -> dict[str, Score]:
    """All scores together, by kind."""
    found: dict[str, Score] = {}
    for one in scores:
        for kind, part in one.items():
            found[kind] = found.get(kind, Score()) + part
    return found


def table(scores: dict[str, Score]) -> str:
    """The scores as lines for people."""
    lines = [f"{'':8} {'precision':>9} {'recall':>7} {'F1':>7}"]
    lines += [
        f"{kind:8} {part.precision:9.3f} {part.recall:7.3f} {part.f1:7.3f}"
        for kind, part in scores.items()
    ]
    return "\n".join(lines)


def score_scripts(folder: Path) -> dict[str, Score]:
    """The score over a folder of scripts, each with its expectation in a JSON file beside it."""
    scores = []
    for expectation in sorted(folder.glob("*.json")):
        expected = json.loads(expectation.read_text())
        context = LineageContext(**expected.get("around", {}))
        graph = read_script(expectation.with_suffix(".py").read_bytes(), context)
        scores.append(score(as_document(collapse(graph, context)), expected))
    return total(scores)


if __name__ == "__main__":
    for name in sys.argv[1:]:
        sys.stdout.write(f"{name}\n{table(score_scripts(Path(name)))}\n")
