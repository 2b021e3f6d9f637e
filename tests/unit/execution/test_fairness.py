"""Which units step aside for those of other runs."""

import pytest

from glueline.contract.messages import DatabasesUnit, FinishUnit
from glueline_worker.execution.fairness import should_yield

LARGE, OTHER = "a" * 32, "b" * 32
UNIT = DatabasesUnit(run_id=LARGE, source="default")


@pytest.mark.parametrize(
    ("held", "slots", "runs", "aside"),
    [
        ("lllllll", 8, 1, False),  # alone: all slots
        ("lllll", 8, 2, False),  # room for both
        ("llllll", 8, 2, True),  # the last quarter is for those with less than their part
        ("lllooo", 8, 2, False),
        ("lllloo", 8, 2, True),
        ("llllll", 8, 100, True),
        ("lllll", 8, 100, False),
        ("oooooo", 8, 100, False),  # everybody may have one
        ("", 1, 2, False),
        ("", 2, 2, False),
        ("l", 2, 2, True),
        ("o", 2, 2, False),
    ],
)
def test_a_run_has_its_part_and_what_is_left(held: str, slots: int, runs: int, *, aside: bool):
    under_way = [{"l": LARGE, "o": OTHER}[letter] for letter in held]
    assert should_yield(UNIT, under_way, slots, runs) is aside


def test_a_finish_never_waits():
    finish = FinishUnit(run_id=LARGE, source="default")
    assert not should_yield(finish, [LARGE] * 8, 8, 2)
