"""A job whose lineage a reader fails over: another attempt, and in the end a failed unit."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from glueline_worker.execution.retry import is_retryable, make_failure
from glueline_worker.lineage.model import Lineage
from glueline_worker.units.context import UnitContext
from glueline_worker.units.job import LineageUnread, fail_or_retry

FAILED = Lineage(failures=("the script could not be read: SystemError",))


def context(*, last_attempt: bool) -> UnitContext:
    made: Any = SimpleNamespace(last_attempt=last_attempt, failure=None)
    return cast("UnitContext", made)


def test_a_reader_that_failed_is_tried_again() -> None:
    with pytest.raises(LineageUnread) as raised:
        fail_or_retry("daily", FAILED, context(last_attempt=False))
    assert is_retryable(raised.value)


def test_after_the_last_attempt_the_unit_fails_and_its_records_are_written() -> None:
    last = context(last_attempt=True)
    fail_or_retry("daily", FAILED, last)
    assert last.failure is not None
    failure = make_failure("job/daily", last.failure, 5)
    assert failure.code == "lineage_unread"
    assert failure.message == (
        "the lineage of job daily is not complete: the script could not be read: SystemError"
    )
