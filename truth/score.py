"""Score Glueline's column edges against the truth; needs no Spark.

``python truth/score.py --project ROOT [SET …]`` reads with the Glueline of another checkout.
"""

import argparse
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

if __name__ == "__main__":
    sys.path[0] = str(ROOT)  # not this folder
    if "--project" in sys.argv:
        project = Path(sys.argv[sys.argv.index("--project") + 1])
        sys.path[1:1] = [str(project / "worker"), str(project / "producer")]

from truth.cases import PLACE, Case, CaseSet, read_set  # noqa: E402
from truth.edges import Edges, Pair  # noqa: E402

Reader = Callable[[Case, "dict[str, tuple[str, ...]]"], Edges]


@dataclass(slots=True)
class Difference:
    """A case that was read otherwise than Spark reads it."""

    case: Case
    reading: str
    missed: list[Pair]
    wrong: list[Pair]
    error: str = ""


@dataclass(slots=True)
class Score:
    """How near a reader comes to the truth of a set."""

    right: int = 0
    wrong: int = 0
    missed: int = 0
    cases: int = 0
    ways_right: int = 0
    """Edges that are right and say rightly how the value passes."""
    differences: list[Difference] = field(default_factory=list)

    @property
    def precision(self) -> float:
        """The share of what was found that is right."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        """The share of what is required that was found."""
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        both = 2 * self.right + self.wrong + self.missed
        return 2 * self.right / both if both else 1.0


def compare(found: Edges, truth: Edges) -> tuple[set[Pair], set[Pair], set[Pair]]:
    """Return the pairs that are right, wrong and missed.

    Sources that only decide are allowed, as are those of a target's own columns (an UPDATE).
    """
    required = {pair for pair in truth.direct if pair[0] != pair[2]}
    pairs = {pair for pair in found.direct if pair[0] != pair[2]}
    return pairs & required, pairs - required - truth.deciding, required - pairs


def score_set(one: CaseSet, name: str, read: Reader, forms: Iterable[str]) -> Score:
    """Read the cases of some forms, and compare."""
    score = Score()
    for case in one.cases:
        if case.form not in forms or (name != "job" and case.before):
            continue
        if name == "view" and len({column.lower() for column in case.names}) < len(case.names):
            continue  # Spark makes no view whose columns have the same name
        error = ""
        try:
            found = read(case, dict(one.schemas))
        except Exception as failed:  # noqa: BLE001 - the reading of this case counts as empty
            found, error = Edges(), f"{type(failed).__name__}: {failed}"
        truth = _with_target(case.edges, "lab.z")
        right, wrong, missed = compare(found, truth)
        score.cases += 1
        score.right += len(right)
        score.wrong += len(wrong)
        score.missed += len(missed)
        score.ways_right += sum(found.ways.get(pair) == truth.ways.get(pair) for pair in right)
        if wrong or missed or error:
            score.differences.append(Difference(case, name, sorted(missed), sorted(wrong), error))
    return score


def _with_target(edges: Edges, target: str) -> Edges:
    def name(pair: Pair) -> Pair:
        return (pair[0] or target, *pair[1:])

    return Edges(
        {name(pair) for pair in edges.direct},
        {name(pair) for pair in edges.deciding},
        {name(pair): way for pair, way in edges.ways.items()},
    )


def write_differences(scores: Iterable[Score], path: Path) -> None:
    """Write the differences by kind, those with most first, each with its statement."""
    by_kind: dict[str, list[Difference]] = defaultdict(list)
    for score in scores:
        for difference in score.differences:
            by_kind[difference.case.kind].append(difference)
    counts = Counter({kind: len(found) for kind, found in by_kind.items()})
    lines = [f"{count:5} {kind}" for kind, count in counts.most_common()]
    for kind, _ in counts.most_common():
        lines += ["", "=" * 100, kind]
        seen: dict[tuple[str, str], list[str]] = defaultdict(list)
        for one in by_kind[kind]:
            text = "\n".join([*one.case.before, one.case.text])
            seen[text, _detail(one)].append(one.reading)
        for (text, detail), readings in seen.items():
            lines += ["", f"[{', '.join(readings)}]", text, detail]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n")


def explain(one: Difference) -> str:
    """Say in some lines how a case differs."""
    text = "\n".join([*one.case.before, one.case.text])
    return f"[{one.reading}] {one.case.kind}\n{text}\n{_detail(one)}"


def _detail(one: Difference) -> str:
    return "\n".join(
        [f"  missed {_show(pair)}" for pair in one.missed]
        + [f"  wrong  {_show(pair)}" for pair in one.wrong]
        + ([f"  error  {one.error}"] if one.error else [])
    )


def _show(pair: Pair) -> str:
    return f"{pair[0]}.[{pair[1]}] <- {pair[2]}.[{pair[3]}]"


def print_score(set_name: str, reading: str, score: Score) -> None:
    """Print one line of figures."""
    ways = score.ways_right / score.right if score.right else 1.0
    print(
        f"{set_name:14} {reading:10} cases {score.cases:5}  P {score.precision:.3f}"
        f"  R {score.recall:.3f}  F1 {score.f1:.3f}  differing {len(score.differences):4}"
        f"  ways {ways:.3f}"
    )


def main() -> None:
    """Print the scores of sets, and write the differences."""
    from truth.glueline_reader import READINGS

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="*", help="names of sets (all)")
    parser.add_argument("--project", help="root of the checkout whose Glueline reads")
    parser.add_argument("--place", type=Path, default=PLACE, help="folder of the sets")
    parser.add_argument("--differences", type=Path, help="file for the differences")
    parser.add_argument("--reading", choices=("sql", "job", "view"), action="append")
    options = parser.parse_args()
    all_scores = []
    for path in sorted(options.place.glob("*.json")):
        one = read_set(path)
        if options.sets and one.name not in options.sets:
            continue
        for reading, (read, forms) in READINGS.items():
            if options.reading and reading not in options.reading:
                continue
            score = score_set(one, reading, read, forms)
            if score.cases:
                print_score(one.name, reading, score)
                all_scores.append(score)
    if options.differences:
        write_differences(all_scores, options.differences)


if __name__ == "__main__":
    main()
