"""Each case of ``make chaos`` in its short form; ``make test-slow`` runs those that are not usual."""

from pathlib import Path

import pytest
from tests.chaos import cases as _cases  # noqa: F401 - registers them
from tests.chaos.case import CASES, run

USUAL = {
    "killed-workers",
    "faults-of-all-kinds",
    "locked-sqlite",
    "poisoned-queue",
}
"""One for each kind of trouble: a test run shall take minutes."""
assert set(CASES) >= USUAL


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=[] if n in USUAL else [pytest.mark.slow]) for n in CASES]
)
def test_nothing_is_lost_and_nothing_invented(name: str, tmp_path: Path) -> None:
    result = run(CASES[name], tmp_path, seed=1, full=False)
    if result.skipped:
        pytest.skip(result.skipped)
    assert not result.problem, result
