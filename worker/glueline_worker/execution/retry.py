"""Errors of attempts: decide whether another may help, and describe the failure."""

import random
from datetime import UTC, datetime
from pathlib import Path

from glueline.contract.errors import GluelineError, Retryable
from glueline.contract.runs import Failure
from glueline_worker.aws.errors import AwsError

_LONGEST_DELAY = 60.0
"""The longest time that a unit waits for its next attempt, in seconds."""


class ClaimLost(GluelineError):
    """Another worker holds the unit now, or its run was stopped."""

    def __init__(self) -> None:
        """Make the error; it has no details."""
        super().__init__("the claim is lost", code="claim_lost")


class AttemptsExhausted(GluelineError):
    """All attempts began and none ended: the unit makes its worker process crash."""

    code = "worker_lost"

    def __init__(self, attempts: int) -> None:
        """Name the number of attempts."""
        super().__init__(f"the worker died in each of {attempts} attempts")


def is_retryable(error: Exception) -> bool:
    """Tell whether another attempt may help.

    Foreign errors are defects or surprises of a library: they are worth another attempt.
    """
    return isinstance(error, Retryable) or not isinstance(error, GluelineError)


def retry_delay(attempt: int) -> float:
    """Choose the seconds before the next attempt: full jitter over 2, 4, 8 … seconds."""
    return random.uniform(0.2, min(_LONGEST_DELAY, 2.0**attempt))  # noqa: S311 - no secret


def error_code(error: Exception) -> str:
    """Return the code of the error for programs."""
    return error.code if isinstance(error, GluelineError) else "unexpected"


def error_message(error: Exception) -> str:
    """Return the text of the error; of a foreign error, only its class and place.

    The text of a foreign error may quote a secret.
    """
    if isinstance(error, GluelineError):
        return str(error)
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    place = f" at {Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else ""
    return f"unexpected {type(error).__name__}{place}"


def make_failure(unit_id: str, error: Exception, attempts: int) -> Failure:
    """Describe a unit that failed for good; the message ends with advice where there is any."""
    message = error_message(error)
    if isinstance(error, AwsError) and error.advice:
        message = f"{message}; {error.advice}"
    return Failure(
        unit_id=unit_id,
        code=error_code(error),
        message=message,
        attempts=attempts,
        at=datetime.now(UTC),
    )
