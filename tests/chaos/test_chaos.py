"""Each case of ``make chaos`` in its short form."""

from pathlib import Path

import pytest
from tests.chaos import cases as _cases  # noqa: F401 - registers them
from tests.chaos.case import CASES, run


@pytest.mark.parametrize("name", CASES)
def test_nothing_is_lost_and_nothing_invented(name: str, tmp_path: Path) -> None:
    result = run(CASES[name], tmp_path, seed=1, full=False)
    assert not result.problem, result
