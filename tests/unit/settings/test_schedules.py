"""When schedules are due: by interval, by cron through the changes of the clocks, with jitter."""

from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glueline.settings.schedules import Schedule

BERLIN = ZoneInfo("Europe/Berlin")
OFTEN = Schedule(name="often", every=60)
MOMENTS = st.floats(min_value=1_600_000_000, max_value=1_900_000_000)
SCHEDULES = st.builds(
    lambda cron, zone, jitter: Schedule(name="n", cron=cron, timezone=zone, jitter=jitter),
    st.sampled_from(
        ["15 2 * * *", "*/7 * * * *", "30 1-3 * * MON", "0 0 1 * *", "0 */6 * * 1-5", "5 0 29 2 *"]
    ),
    st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]),
    st.sampled_from([0, 30, 7200, 90_000]),
) | st.builds(
    lambda every, share: Schedule(name="n", every=every, jitter=every * share),
    st.integers(1, 100_000),
    st.sampled_from([0, 0.5, 1]),
)


def cron(expression: str, jitter: float = 0) -> Schedule:
    return Schedule(name="n", cron=expression, timezone="Europe/Berlin", jitter=jitter)


def local(slot: int | None) -> str:
    assert slot is not None
    return f"{datetime.fromtimestamp(slot, BERLIN):%Y-%m-%d %H:%M %Z}"


def at(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def slots(schedule: Schedule, start: str, hours: int) -> list[str]:
    """The slots that a scheduler sees that looks every minute."""
    first = datetime.fromisoformat(start)
    seen = [schedule.slot((first + timedelta(minutes=m)).timestamp()) for m in range(hours * 60)]
    return [local(slot) for slot in dict.fromkeys(seen)][1:]


def test_intervals_are_counted_from_1970():
    assert [OFTEN.slot(now) for now in (0, 59.9, 60, 3601)] == [0, 0, 60, 3600]


def test_cron_is_meant_in_its_time_zone():
    nightly = cron("15 2 * * *")
    assert local(nightly.slot(at("2026-07-01T00:14:59+00:00"))) == "2026-06-30 02:15 CEST"
    assert local(nightly.slot(at("2026-07-01T00:15:00+00:00"))) == "2026-07-01 02:15 CEST"
    assert local(nightly.slot(at("2026-12-01T01:15:00.5+00:00"))) == "2026-12-01 02:15 CET"


def test_an_hour_that_is_left_out_is_made_up_for_once():
    assert slots(cron("15 2 * * *"), "2026-03-28T20:00:00+00:00", 30) == [
        "2026-03-29 03:00 CEST",
        "2026-03-30 02:15 CEST",
    ]


def test_an_hour_that_comes_twice_fires_once():
    assert slots(cron("15 2 * * *"), "2026-10-24T20:00:00+00:00", 30) == [
        "2026-10-25 02:15 CEST",
        "2026-10-26 02:15 CET",
    ]


def test_each_hour_goes_on_through_the_changes_of_the_clocks():
    for day in ("2026-03-29", "2026-10-25"):
        assert len(slots(cron("0 * * * *"), f"{day}T00:00:00+00:00", 6)) == 5


@given(SCHEDULES, MOMENTS)
def test_a_slot_is_due_until_the_next_one_is(schedule: Schedule, now: float):
    slot, following = schedule.slot(now), schedule.next_due(now)
    assert slot is not None
    assert following is not None
    assert schedule.due(slot) <= now < following
    assert schedule.slot(following - 0.01) == slot
    assert schedule.slot(following) != slot


@given(SCHEDULES, MOMENTS)
def test_jitter_keeps_the_order_of_slots_and_its_limit(schedule: Schedule, now: float):
    seen = []
    for _ in range(20):
        now = schedule.next_due(now) or now
        seen.append(schedule.slot(now))
        assert 0 <= now - seen[-1] <= schedule.jitter
    assert all(one < other for one, other in pairwise(seen))


def test_jitter_differs_by_slot_and_schedule():
    hourly = Schedule(name="a", every=3600, jitter=600)
    assert len({hourly.due(n * 3600) - n * 3600 for n in range(50)}) == 50
    assert hourly.due(7200) != Schedule(name="b", every=3600, jitter=600).due(7200)


@pytest.mark.parametrize("expression", ["0 0 L * *", "0 9 * * MON#1", "0 0 1 jan *"])
def test_cron_knows_the_usual_words(expression: str):
    assert cron(expression).slot(1_700_000_000) is not None
