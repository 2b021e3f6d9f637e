"""Names that a misspelled one may mean."""

import pytest

from glueline_worker.questions.near_names import find_near_names, suggest

KNOWN = ["sales.orders", "sales.order_lines", "sales.returns", "finance.revenue_daily"]


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [
        ("sales.ordres", "sales.orders"),
        ("saels.orders", "sales.orders"),
        ("SALES.ORDER", "sales.orders"),
        ("finance.revenu_daily", "finance.revenue_daily"),
        ("inance.revenue_daily", "finance.revenue_daily"),
    ],
)
def test_the_nearest_name_stands_first(wrong: str, meant: str):
    assert find_near_names(wrong, KNOWN)[0] == meant


@pytest.mark.parametrize("wrong", ["", "x", "weather.stations", "s" * 100_000])
def test_a_name_like_no_other_gets_no_suggestion(wrong: str):
    assert find_near_names(wrong, [*KNOWN, "s" * 99_999]) == []


def test_a_suggestion_is_one_line_and_without_names_there_is_none():
    assert suggest(["a\nb"]).startswith("; did you mean a")
    assert "\n" not in suggest(["a\nb"])
    assert suggest([]) == ""
