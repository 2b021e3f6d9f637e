"""Ranges of names: together they are everything, and each name is in one of them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from glueline.contract.messages import DatabaseUnit, NameRange
from glueline_worker.units.name_ranges import (
    ALL_NAMES,
    covers_range,
    cut_range,
    find_complete_listings,
    is_in_range,
    make_pattern,
)

RUN = "0" * 32
LIKELY = st.text(st.sampled_from("aAbB01_-.~/^$[]\\*|é\u2028İK \n"), max_size=6)
NAMES = LIKELY | st.text(max_size=8)


def parts_after(rounds: list[list[str]]) -> list[NameRange]:
    """Everything, cut once and again by the names of each round."""
    parts = [ALL_NAMES]
    for names in rounds:
        parts = [
            piece
            for part in parts
            for mine in [[name for name in names if is_in_range(part, name)]]
            for piece in (cut_range(part, mine) if mine else [part])
        ]
    return parts


ROUNDS = st.lists(st.lists(NAMES, min_size=1, max_size=6), min_size=1, max_size=4)


@given(ROUNDS, st.lists(NAMES))
def test_every_name_has_one_owner(rounds: list[list[str]], names: list[str]) -> None:
    parts = parts_after(rounds)
    for name in [*names, *(name for some in rounds for name in some)]:
        assert sum(is_in_range(part, name) for part in parts) == 1


@given(ROUNDS, NAMES)
def test_the_pattern_of_a_range_matches_what_it_owns_and_nothing_else(
    rounds: list[list[str]], name: str
) -> None:
    for part in parts_after(rounds):
        matches = re.fullmatch(make_pattern(part), name) is not None
        assert matches == is_in_range(part, name)
        assert matches == (re.search(make_pattern(part).replace("$", r"\Z"), name) is not None)


@given(ROUNDS)
def test_all_parts_cover_everything_and_all_but_one_do_not(rounds: list[list[str]]) -> None:
    parts = parts_after(rounds)
    assert covers_range(parts)
    for missing in parts:
        assert not covers_range([part for part in parts if part != missing])


@given(ROUNDS)
def test_a_range_survives_its_label(rounds: list[list[str]]) -> None:
    parts = parts_after(rounds)
    assert [NameRange.of_label(part.label) for part in parts] == parts
    assert len({part.label for part in parts}) == len(parts)


def test_patterns_fit_into_what_glue_takes_and_hold_no_star_and_no_bar() -> None:
    for part in parts_after([["x" * 300, "x" * 300 + "y"], ["abc"], ["é"], ["-"], ["0_9"]]):
        assert len(make_pattern(part)) <= 2048
        assert not set("*|") & set(make_pattern(part))


def test_a_database_is_complete_when_its_ranges_leave_no_gap() -> None:
    ranges = ["database/a/range/x", "database/a/range/~xy", "database/a/range/y~1"]
    assert find_complete_listings(["jobs", "database/b", *ranges]) == ["database/b", "jobs"]
    whole = [*ranges, "database/a/range/y1", "jobs"]
    assert find_complete_listings(whole) == ["database/a", "jobs"]


def test_a_range_of_a_range_counts_only_with_all_its_parts() -> None:
    assert covers_range(
        [NameRange(without="a"), NameRange(prefix="a", without="b"), NameRange(prefix="ab")]
    )
    assert not covers_range([NameRange(without="a"), NameRange(prefix="a", without="b")])
    assert not covers_range([NameRange(prefix="a")])


def test_units_of_ranges_have_ids_of_their_own() -> None:
    unit = DatabaseUnit(
        run_id=RUN, source="s", database="a/b", names=NameRange(prefix="x", without="y")
    )
    assert unit.unit_id == "database/a%2Fb/range/x~y"
    later = unit.model_copy(update={"page": 2})
    assert later.unit_id == "database/a%2Fb/range/x~y/page/2"
    plain = unit.model_copy(update={"plain": True, "page": 1})
    assert plain.unit_id == "database/a%2Fb/range/x~y/plain/page/1"
    assert {later.listing, plain.listing} == {"database/a%2Fb/range/x~y"}


@pytest.mark.parametrize("prefix", ["A", "a.b", "a~", "é"])
def test_a_prefix_with_other_characters_is_no_range(prefix: str) -> None:
    with pytest.raises(ValidationError):
        NameRange(prefix=prefix)
