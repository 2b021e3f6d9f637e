"""Keep no record in Redis of the messages of units that a worker has taken.

kombu records each message that is not acknowledged, in four commands and two round trips. A unit
needs no such record: it is open in the ledger, and the reconciler publishes it again when nobody
works on it. Requests from other services are nowhere but in the queue, so kombu records them.
"""

from typing import Any

from kombu.transport import redis as kombu_redis
from kombu.transport import virtual

from glueline.contract.messages import UNIT_KINDS
from glueline.contract.names import task_name

_UNIT_TASKS = tuple(task_name(kind) for kind in UNIT_KINDS)


class UnitQoS(kombu_redis.QoS):  # type: ignore[misc]  # kombu has no types
    """Acknowledges units in memory, and all other messages in Redis."""

    def append(self, message: Any, delivery_tag: str) -> None:
        """Note a message that was taken."""
        if _is_unit(message):
            virtual.QoS.append(self, message, delivery_tag)
        else:
            super().append(message, delivery_tag)

    def ack(self, delivery_tag: str) -> None:
        """Forget a message that is dealt with."""
        if _is_unit(self._delivered.get(delivery_tag)):
            virtual.QoS.ack(self, delivery_tag)
        else:
            super().ack(delivery_tag)

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:  # noqa: FBT001, FBT002 - kombu's
        """Forget a message; with ``requeue`` it goes back to the queue."""
        if _is_unit(self._delivered.get(delivery_tag)) and not requeue:
            virtual.QoS.ack(self, delivery_tag)
        else:
            super().reject(delivery_tag, requeue=requeue)

    def restore_unacked(self, client: Any = None) -> None:
        """Give all messages back that are not dealt with."""
        self._flush()
        super().restore_unacked(client)

    def restore_by_tag(self, tag: str, client: Any = None, leftmost: bool = False) -> None:  # noqa: FBT001, FBT002 - kombu's
        """Put a message back into the queue; with ``leftmost`` behind all others."""
        message = self._delivered.get(tag)
        if not _is_unit(message):
            super().restore_by_tag(tag, client, leftmost)
            return
        info = message.delivery_info
        with self.channel.conn_or_acquire(client) as connected:
            self.channel._do_restore_message(  # noqa: SLF001 - kombu's own does it
                message._raw,  # noqa: SLF001
                info["exchange"],
                info["routing_key"],
                connected,
                leftmost,
            )

    def list_recorded(self) -> list[str]:
        """Return the tags of messages that Redis records as taken by this worker."""
        return [tag for tag, message in self._delivered.items() if not _is_unit(message)]


def _is_unit(message: Any) -> bool:
    return message is not None and message.headers.get("task") in _UNIT_TASKS
