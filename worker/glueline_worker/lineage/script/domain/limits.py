"""The limits of a reading: whatever lies beyond one is reported.

A limit is reached deep inside helpers that know nothing of the script. They report it here, to
the reading that is in progress in their thread.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_report: ContextVar[Callable[[str], None] | None] = ContextVar("report", default=None)


@contextmanager
def report_limits_to(leave_out: Callable[[str], None]) -> Iterator[None]:
    """Pass each limit that is reached inside to ``leave_out``."""
    token = _report.set(leave_out)
    try:
        yield
    finally:
        _report.reset(token)


def report_limit(sentence: str) -> None:
    """Say that something was left out, because it goes beyond a limit."""
    leave_out = _report.get()
    if leave_out is not None:
        leave_out(sentence)
