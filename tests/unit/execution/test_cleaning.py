"""When a stopped run is cleaned up that could not be at once."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.unit.sinks.samples import run

from glueline_worker.execution.run_commit import LONGEST_CLEANUP_DELAY, abort_run, cleanup_delay
from glueline_worker.sinks.errors import SinkRefused, SinkUnavailable

KEEP = 7 * 24 * 3600.0


def pause(age: float) -> float | None:
    return cleanup_delay(datetime.now(UTC) - timedelta(seconds=age), KEEP)


@pytest.mark.parametrize("age", [-3600, 0, 10, 3600, KEEP - 60])
def test_it_is_tried_more_and_more_rarely(age: float) -> None:
    found = pause(age)
    assert found is not None
    assert 0.5 <= found <= min(max(age / 2 + 1, 1), LONGEST_CLEANUP_DELAY)


def test_it_is_given_up_when_the_run_would_be_forgotten() -> None:
    assert pause(KEEP + 1) is None


class Away:
    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.aborted = 0

    async def abort(self, *_: Any, **__: Any) -> None:
        self.aborted += 1
        if self.error:
            raise self.error


async def test_a_sink_that_is_away_does_not_keep_others_from_being_cleaned() -> None:
    sinks: list[Any] = [Away(SinkRefused("no")), Away(SinkUnavailable("away")), Away()]
    with pytest.raises(SinkUnavailable):
        await abort_run(sinks, run(), replayed=False)
    assert [sink.aborted for sink in sinks] == [1, 1, 1]
