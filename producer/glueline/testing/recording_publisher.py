"""A publisher that keeps messages instead of sending them."""

from collections.abc import Sequence

from glueline.contract.messages import CheckRequest, UnitMessage
from glueline.queue import QueueUnavailable


class RecordingPublisher:
    """Takes the place of the queue. Nobody works on the messages."""

    def __init__(self) -> None:
        """Start without messages."""
        self.messages: list[UnitMessage | CheckRequest] = []
        """What was published, the oldest first."""
        self.is_available = True
        """Set it to False to let ``publish`` raise QueueUnavailable."""

    def publish(self, units: Sequence[UnitMessage | CheckRequest], /) -> None:
        """Keep messages in their order; raises QueueUnavailable while it is not available."""
        if units and not self.is_available:
            raise QueueUnavailable("cannot publish: the queue in memory is set to be away")
        self.messages.extend(units)
