"""The errors of the producer that a caller can do something about."""

from glueline.contract.errors import UsageError


class UnknownRun(UsageError):
    """There is no such run (any more)."""

    code = "unknown_run"


class KeyConflict(UsageError):
    """An idempotency key was used with another request."""

    code = "idempotency_key"

    def __init__(self, run_id: str) -> None:
        """Name the run that the key belongs to."""
        super().__init__(
            "this idempotency key belongs to another request, that of run "
            f"{run_id}; nothing was enqueued"
        )
        self.run_id = run_id


class WaitTimeout(UsageError):
    """The run did not end in the time that was given; it goes on."""

    code = "wait_timeout"
