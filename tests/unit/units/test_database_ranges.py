"""One large database, whatever the endpoint makes of expressions: every name once."""

import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.examples import examples
from tests.unit.units.endpoint import Endpoint, Extraction

STEMS = ("orders", "order_items", "o", "dim_customer", "fact-sales", "7days", "ünits", "Temp", "_x")
LIKELY = st.text(st.sampled_from("abAB01_-.~^$[]\\*|é\u2028İ "), min_size=1, max_size=5)


def many(count: int = 2000) -> list[str]:
    """Names in the order of a catalogue that is sorted."""
    return sorted(f"{STEMS[n % len(STEMS)]}_{n:05d}" for n in range(count))


def shuffled(count: int = 2000) -> list[str]:
    names = many(count)
    random.Random(1).shuffle(names)
    return names


def once(names: list[str], extraction: Extraction) -> None:
    doubled = [name for name, count in Counter(extraction.names).items() if count > 1]
    assert not doubled
    assert sorted(extraction.names) == sorted(names)
    assert extraction.counts["table"] == len(names)


@pytest.mark.parametrize("names", [many(), shuffled()], ids=["sorted", "shuffled"])
async def test_a_large_database_is_read_in_ranges(names: list[str]) -> None:
    endpoint = Endpoint(names)
    extraction = await Extraction(endpoint, split_after=5).run()
    once(names, extraction)
    assert extraction.is_complete
    assert not extraction.warnings
    assert sum("/range/" in unit_id for unit_id in extraction.unit_ids) > 16
    chains = Counter(unit_id.partition("/page/")[0] for unit_id in extraction.unit_ids)
    assert max(chains.values()) == 1, "a chain of units is what ranges are to spare"


async def test_a_small_database_costs_no_more_than_its_pages() -> None:
    endpoint = Endpoint(many(500))
    extraction = await Extraction(endpoint, split_after=5).run()
    once(many(500), extraction)
    assert (endpoint.calls["tables"], endpoint.calls["expressions"]) == (5, 0)


async def test_zero_turns_ranges_off() -> None:
    endpoint = Endpoint(many(2500))
    extraction = await Extraction(endpoint, split_after=0, page_budget=10).run()
    once(many(2500), extraction)
    assert extraction.unit_ids == [f"database/sales{page}" for page in ("", "/page/1", "/page/2")]


@pytest.mark.parametrize(
    ("mode", "reason"),
    [
        ("refused", "a range of names was refused (GetTables: InvalidInputException: no expr"),
        ("ignored", "the endpoint looks through all tables|with names outside the range"),
        ("filtered", "the endpoint looks through all tables for each range of names"),
        ("ascii only", "the endpoint left out names of the range asked for"),
    ],
)
async def test_an_endpoint_that_does_not_serve_ranges_is_read_page_after_page(
    mode: str, reason: str
) -> None:
    names = shuffled()
    endpoint = Endpoint(names, mode)
    extraction = await Extraction(endpoint, split_after=5).run()
    once(names, extraction)
    assert extraction.is_complete
    assert not any("/range/" in unit_id for unit_id in extraction.unit_ids)
    assert endpoint.calls["tables"] == 20
    assert endpoint.calls["names"] <= 16
    (warning,) = extraction.warnings
    assert warning.startswith("database sales was listed page after page, because ")
    assert any(part in warning for part in reason.split("|"))


async def test_a_range_that_cannot_be_read_leaves_the_listing_without_proof() -> None:
    endpoint = Endpoint(many())
    endpoint.broken = "orders_01503"
    extraction = await Extraction(endpoint, split_after=5).run()
    assert not extraction.is_complete
    (failed,) = extraction.failed
    assert failed.startswith("database/sales/range/o")
    assert 0 < len(set(many()) - set(extraction.names)) < 600


async def test_a_range_that_is_answered_with_other_names_is_picked_out_of_the_whole_listing() -> (
    None
):
    names = many()
    extraction = await Extraction(Endpoint(names, "turns"), split_after=2).run()
    once(names, extraction)
    assert extraction.is_complete
    assert any(unit_id.endswith("/plain") for unit_id in extraction.unit_ids)
    assert all("with names outside the range" in warning for warning in extraction.warnings)


@pytest.mark.parametrize("mode", ["indexed", "any case", "find", "hive"])
@settings(max_examples=examples(25), deadline=None)
@given(names=st.lists(LIKELY | st.text(min_size=1, max_size=4), unique=True, max_size=120))
async def test_ranges_give_what_the_plain_listing_gives(mode: str, names: list[str]) -> None:
    endpoint = Endpoint(names, mode, page=100)
    padding = [f"{name[:1]}{number}" for number in range(40) for name in ("ab", "b", "_")]
    endpoint.names = list(dict.fromkeys([*names, *padding, *(f"{name}x" for name in names)]))
    extraction = await Extraction(endpoint, split_after=1).run()
    once(endpoint.names, extraction)
    assert extraction.is_complete
