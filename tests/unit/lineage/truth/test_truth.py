"""Column edges against the truth that Spark's analyser gave once; `make truth ARGS=--keep` asks anew.

`data/known.json` lists the cases that are known to differ, each with its reason.
"""

import json
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[4]
sys.path.append(str(ROOT))  # for `pytest` by itself

from truth.cases import read_set  # noqa: E402
from truth.glueline_reader import READINGS  # noqa: E402
from truth.score import Difference, Score, explain, score_set  # noqa: E402

DATA = Path(__file__).parent / "data"
SETS = ("corners", "frames", "functions", "random", "randomframes")
QUERIES = ("corners", "random")


@cache
def _score(name: str, reading: str) -> Score:
    read, forms = READINGS[reading]
    return score_set(read_set(DATA / f"{name}.json"), reading, read, forms)


def _key(difference: Difference) -> str:
    return "\n".join((*difference.case.before, difference.case.text))


@pytest.mark.parametrize(
    ("name", "reading"),
    [
        (name, reading)
        for name in SETS
        for reading in READINGS
        if name in QUERIES or reading == "job"
    ],
)
def test_column_edges_are_those_of_spark(name, reading):
    known = {
        row["text"]: row["reason"]
        for row in json.loads((DATA / "known.json").read_text())
        if row["set"] == name and reading in row["readings"]
    }

    score = _score(name, reading)

    assert score.cases
    new = [one for one in score.differences if _key(one) not in known]
    assert not new, f"{len(new)} cases differ:\n" + "\n\n".join(map(explain, new[:20]))
    gone = set(known) - {_key(one) for one in score.differences}
    assert not gone, f"these are right now, take them out of known.json: {sorted(gone)}"


def test_most_ways_from_column_to_column_are_those_of_spark():
    score = _score("corners", "job")

    assert score.ways_right > 0.95 * score.right


def test_a_difference_is_explained_by_its_missed_and_wrong_edges():
    case = read_set(DATA / "corners.json").cases[0]
    pair = ("lab.z", "a", "lab.flat", "b")

    text = explain(Difference(case, "job", [pair], [], ""))

    assert case.text in text
    assert "missed lab.z.[a] <- lab.flat.[b]" in text
