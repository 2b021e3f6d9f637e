"""Checks of sources, carried out by workers: only they have the credentials."""

from collections.abc import Sequence

from glueline.contract.checks import SourceCheck
from glueline.contract.messages import CheckRequest
from glueline.ledger import Keys
from glueline.ledger.checks import ask_check, drop_check, read_checks
from glueline.ledger.command import CommandExecutor
from glueline.queue import MessagePublisher, QueueUnavailable


class SourceChecks:
    """Asks for checks and reads their reports; every method blocks."""

    def __init__(self, ledger: CommandExecutor, keys: Keys, publisher: MessagePublisher) -> None:
        """Use the producer's connections."""
        self._ledger, self._keys, self._publisher = ledger, keys, publisher

    def ask(self, source: str) -> bool:
        """Ask a worker to check ``source``; False when it was asked a moment ago.

        A lost message is not sent again: the request expires after two minutes. Raises
        QueueUnavailable or LedgerUnavailable, and then nothing was asked.
        """
        if not self._ledger(ask_check(self._keys, source)):
            return False
        try:
            self._publisher.publish([CheckRequest(source=source)])
        except QueueUnavailable:
            self._ledger(drop_check(self._keys, source))
            raise
        return True

    def read_reports(self, sources: Sequence[str]) -> list[SourceCheck]:
        """Return the last report on each of ``sources``, in their order."""
        return self._ledger(read_checks(self._keys, sources)) if sources else []
