"""Choose cases whose truth the tests hold without Spark."""

from pathlib import Path

from truth.cases import PLACE, CaseSet, read_set, write_set

DATA = Path(__file__).resolve().parents[1] / "tests" / "unit" / "lineage" / "truth" / "data"
_CHOSEN = {"corners": None, "frames": None, "functions": None, "random": 150, "randomframes": 80}
"""Sets of our own, and how many of their cases are kept: None for all. TPC's are not ours."""


def keep_chosen(place: Path = PLACE, target: Path = DATA) -> None:
    """Write the chosen cases as the data of the tests."""
    for name, count in _CHOSEN.items():
        path = place / f"{name}.json"
        if path.exists():
            one = read_set(path)
            write_set(CaseSet(name, one.schemas, one.cases[:count], 0), target)
