"""Checks of sources, carried out by workers: only they have the credentials."""

from collections.abc import Sequence

from glueline.client.shards import Shards
from glueline.contract.checks import SourceCheck
from glueline.contract.messages import CheckRequest
from glueline.ledger import Keys
from glueline.ledger.checks import ask_check, drop_check, read_checks
from glueline.queue import QueueUnavailable


class SourceChecks:
    """Asks for checks and reads their reports; every method blocks."""

    def __init__(self, shards: Shards, keys: Keys) -> None:
        """Use the producer's connections."""
        self._shards, self._keys = shards, keys

    def ask(self, source: str) -> bool:
        """Ask a worker to check ``source``; False when it was asked a moment ago.

        A lost message is not sent again: the request expires after two minutes. Raises
        QueueUnavailable or LedgerUnavailable, and then nothing was asked.
        """
        shard = self._shards.find(source)
        if not shard.ledger(ask_check(self._keys, source)):
            return False
        try:
            shard.publisher.publish([CheckRequest(source=source)])
        except QueueUnavailable:
            shard.ledger(drop_check(self._keys, source))
            raise
        return True

    def read_reports(self, sources: Sequence[str]) -> list[SourceCheck]:
        """Return the last report on each of ``sources``, in their order.

        A source whose shard does not answer has no report here.
        """
        if not sources:
            return []
        by_shard: dict[str, list[str]] = {}
        for source in sources:
            by_shard.setdefault(self._shards.find(source).name, []).append(source)
        found, _ = self._shards.ask_all(
            lambda shard: shard.ledger(read_checks(self._keys, by_shard[shard.name])), by_shard
        )
        reports = {check.source: check for check in found}
        return [reports.get(source, SourceCheck(source=source)) for source in sources]
