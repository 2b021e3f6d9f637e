"""Times and numbers of any spelling."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from glueline_worker.catalog.values import AnswerReader, to_plain_json, to_text

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
    answer = AnswerReader({"CreateTime": value})
    moment = answer.get_timestamp("CreateTime")
    assert (moment, moment.tzinfo, answer.warnings) == (MOMENT, UTC, [])


@pytest.mark.parametrize(
    "value",
    [1e300, -1e15, float("nan"), float("inf"), 10**30, True, "yesterday", "", [], {}, datetime.max.replace(tzinfo=timezone(-timedelta(hours=9)))],
)  # fmt: skip
def test_what_is_no_time_is_none_with_a_warning(value):
    answer = AnswerReader({"CreateTime": value})
    assert answer.get_timestamp("CreateTime") is None
    assert answer.warnings == ["CreateTime is no time."]


@pytest.mark.parametrize("value", [True, "many", [], float("nan"), 1.5, 2**63, 10**400])
def test_what_is_no_whole_number_is_none_with_a_warning(value):
    answer = AnswerReader({"Timeout": value})
    assert answer.get_integer("Timeout") is None
    assert len(answer.warnings) == 1


def test_whole_numbers_are_exact():
    answer = AnswerReader({"large": 2**62 + 1, "text": "7", "float": 7.0, "half": "0.5"})
    assert answer.get_integer("large") == 2**62 + 1
    assert answer.get_integer("text") == answer.get_integer("float") == 7
    assert answer.get_number("half") == 0.5


def test_absent_values_need_no_warning():
    answer = AnswerReader({"null": None})
    for key in ("null", "missing"):
        assert answer.get_timestamp(key) is None
        assert answer.get_integer(key) is None
        assert answer.get_number(key) is None
    assert answer.warnings == []


def test_texts_are_always_printable():
    assert to_text("a\ud800b") == "a?b"
    assert to_text({"k\ud800": ["\ud800", 1.5, None, True]}) == '{"k?": ["?", 1.5, null, true]}'


def test_nesting_without_end_is_cut():
    endless = []
    endless.append(endless)
    assert "…" in str(to_plain_json(endless))
