"""Times and numbers of any spelling."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from glueline_worker.catalog.values import integer_of, moment_of, number_of, plain, text_of

MOMENT = datetime(2024, 2, 29, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        int(MOMENT.timestamp()),
        MOMENT.timestamp(),
        MOMENT,
        MOMENT.replace(tzinfo=None),
        MOMENT.astimezone(timezone(timedelta(hours=5))),
        "2024-02-29T12:00:00Z",
        "2024-02-29T17:00:00+05:00",
        " 2024-02-29 12:00:00 ",
    ],
)
def test_a_time_of_any_spelling_is_in_utc(value):
    notes = []
    moment = moment_of(value, "CreateTime", notes)
    assert (moment, moment.tzinfo, notes) == (MOMENT, UTC, [])


@pytest.mark.parametrize(
    "value",
    [1e300, -1e15, float("nan"), float("inf"), 10**30, True, "yesterday", "", [], {}, datetime.max.replace(tzinfo=timezone(-timedelta(hours=9)))],
)  # fmt: skip
def test_what_is_no_time_is_none_with_a_warning(value):
    notes = []
    assert moment_of(value, "CreateTime", notes) is None
    assert notes == ["CreateTime is no time."]


@pytest.mark.parametrize("value", [True, "many", [], float("nan"), 1.5, 2**63, 10**400])
def test_what_is_no_whole_number_is_none_with_a_warning(value):
    notes = []
    assert integer_of(value, "Timeout", notes) is None
    assert len(notes) == 1


def test_whole_numbers_are_exact():
    assert integer_of(2**62 + 1, "n", []) == 2**62 + 1
    assert integer_of("7", "n", []) == integer_of(7.0, "n", []) == 7
    assert number_of("0.5", "n", []) == 0.5


def test_absent_values_need_no_warning():
    notes = []
    assert (
        moment_of(None, "a", notes),
        integer_of(None, "b", notes),
        number_of(None, "c", notes),
    ) == (None, None, None)
    assert notes == []


def test_texts_are_always_printable():
    assert text_of("a\ud800b") == "a?b"
    assert text_of({"k\ud800": ["\ud800", 1.5, None, True]}) == '{"k?": ["?", 1.5, null, true]}'


def test_nesting_without_end_is_cut():
    endless = []
    endless.append(endless)
    assert "…" in str(plain(endless))
