"""How an attempt at a unit fails, whether another may help, and how it is told."""

import random
from datetime import UTC, datetime
from pathlib import Path

from glueline.contract.errors import GluelineError, Retryable
from glueline.contract.runs import Failure
from glueline_worker.aws.errors import AwsError

_LONGEST_DELAY = 60.0
"""Seconds that a unit waits at the most before its next attempt."""


class ClaimLost(GluelineError):
    """Another worker holds the unit now, or its run was stopped."""

    def __init__(self) -> None:
        """Say so."""
        super().__init__("the claim is lost", code="claim_lost")


class AttemptsExhausted(GluelineError):
    """The attempts were begun and none ended: the unit takes its process with it."""

    code = "worker_lost"

    def __init__(self, attempts: int) -> None:
        """Say how often it was tried."""
        super().__init__(f"the worker died in each of {attempts} attempts")


def is_retryable(error: Exception) -> bool:
    """Errors that are not ours are defects or surprises of a library: worth another attempt."""
    return isinstance(error, Retryable) or not isinstance(error, GluelineError)


def retry_delay(attempt: int) -> float:
    """Full jitter over 2, 4, 8 … seconds."""
    return random.uniform(0.2, min(_LONGEST_DELAY, 2.0**attempt))  # noqa: S311 - no secret


def error_code(error: Exception) -> str:
    """The short word for programs."""
    return error.code if isinstance(error, GluelineError) else "unexpected"


def _failure_message(error: Exception) -> str:
    """What went wrong and, where it is known, what to do."""
    advice = error.advice if isinstance(error, AwsError) else ""
    return f"{error_message(error)}; {advice}" if advice else error_message(error)


def make_failure(unit_id: str, error: Exception, attempts: int) -> Failure:
    """What the ledger keeps of a unit that failed for good."""
    return Failure(
        unit_id=unit_id,
        code=error_code(error),
        message=_failure_message(error),
        attempts=attempts,
        at=datetime.now(UTC),
    )


def error_message(error: Exception) -> str:
    """Our own errors speak for themselves; a foreign one may quote a secret, so only its place."""
    if isinstance(error, GluelineError):
        return str(error)
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    place = f" at {Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else ""
    return f"unexpected {type(error).__name__}{place}"
