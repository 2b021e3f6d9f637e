"""The tree of errors."""

import pytest

from glueline.client.errors import UnknownRun, WaitTimeout
from glueline.contract.errors import GluelineError, Retryable, Terminal, UsageError
from glueline.ledger import LedgerUnavailable
from glueline.queue import QueueUnavailable


@pytest.mark.parametrize("error", [LedgerUnavailable, QueueUnavailable])
def test_what_passes_is_retryable(error: type[GluelineError]):
    assert issubclass(error, Retryable)
    assert not issubclass(error, Terminal)


@pytest.mark.parametrize("error", [UsageError, UnknownRun, WaitTimeout])
def test_what_the_caller_got_wrong_is_terminal(error: type[GluelineError]):
    assert issubclass(error, UsageError)
    assert issubclass(error, Terminal)
    assert not issubclass(error, Retryable)


def test_codes_tell_errors_apart():
    kinds = (
        Retryable,
        Terminal,
        UsageError,
        LedgerUnavailable,
        QueueUnavailable,
        UnknownRun,
        WaitTimeout,
    )
    assert len({kind.code for kind in kinds}) == len(kinds)


def test_an_error_is_its_sentence_and_its_code():
    error = Terminal("the bucket is gone", code="NoSuchBucket")
    assert str(error) == "the bucket is gone"
    assert error.code == "NoSuchBucket"
    assert Terminal("x").code == "terminal"
