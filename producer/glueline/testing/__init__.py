"""Test a service that enqueues, without Redis and without workers.

>>> from glueline import RunState
>>> from glueline.testing import InMemoryGlueline
>>> glueline = InMemoryGlueline()
>>> accepted = glueline.producer.enqueue_database("sales")
>>> [message.unit_id for message in glueline.publisher.messages]
['database/sales']
>>> glueline.ledger.finish_run(accepted.run_id, counts={"table": 3})
>>> glueline.producer.wait(accepted.run_id).state is RunState.SUCCEEDED
True

``InMemoryLedger`` says what differs from Redis.
"""

from glueline.client.async_producer import AsyncProducer
from glueline.client.producer import Producer
from glueline.settings.settings import Settings
from glueline.testing.in_memory_ledger import InMemoryLedger
from glueline.testing.recording_publisher import RecordingPublisher

__all__ = ["InMemoryGlueline", "InMemoryLedger", "RecordingPublisher"]


class InMemoryGlueline:
    """Real producers, whose ledger and queue are in memory.

    Give ``producer`` or ``async_producer`` to the code under test, look at
    ``publisher.messages``, and move runs on with ``ledger`` as workers would.
    """

    def __init__(self, settings: Settings | None = None) -> None:
        """Use ``settings`` (default: the usual ones, as ``Producer`` does)."""
        self.ledger = InMemoryLedger()
        self.publisher = RecordingPublisher()
        self.producer = Producer(settings, ledger=self.ledger, publisher=self.publisher)
        self.async_producer = AsyncProducer(
            self.producer.settings, ledger=self.ledger, publisher=self.publisher
        )

    def go_away(self) -> None:
        """Let every call fail as if Redis did not answer, until ``come_back``."""
        self.ledger.is_available = self.publisher.is_available = False

    def come_back(self) -> None:
        """Answer again, with all that was there before."""
        self.ledger.is_available = self.publisher.is_available = True
