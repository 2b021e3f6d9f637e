"""The channel of Celery's Redis transport: one client, and no right that a user may lack."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import structlog
from redis.exceptions import NoPermissionError, RedisError, ResponseError

from glueline.redis import transport
from glueline.redis.errors import explain
from glueline_worker.broker.unit_messages import UnitQoS

log = structlog.get_logger()


@dataclass
class _ChannelRights:
    """The uses of Redis's channels that its user has the rights for."""

    is_listening: bool = True
    is_sending: bool = True


_channel_rights = _ChannelRights()
_GLOB_CHARACTERS = set("*?[\\")


class Channel(transport.Channel):
    """Keeps one client, ends with its connection, and leaves the worker alive."""

    QoS = UnitQoS
    _shared_client: Any = None
    _waiting_socket: Any = None
    _waiting_id: int | None = None
    """Redis's number of the connection that waits for messages, if the user may ask for it."""

    @contextmanager
    def conn_or_acquire(self, client: Any = None) -> Iterator[Any]:
        """Yield ``client``, or else the one client of this channel.

        kombu makes one for each command: a tenth of the CPU time of a small unit. The connections
        come from the same pool.
        """
        if client is None and (
            self._shared_client is None or self._shared_client.connection_pool is not self.pool
        ):
            self._shared_client = self._create_client()
        yield client or self._shared_client

    def close(self) -> None:
        """End the wait for a message first, because kombu would wait for its end: up to a second.

        Without the right to do so, or without Redis, kombu waits.
        """
        if self._in_poll and self._waiting_id:
            with suppress(RedisError, OSError), self.conn_or_acquire() as client:
                client.client_unblock(self._waiting_id)
        super().close()

    def _brpop_start(self, timeout: float | None = None) -> None:
        connection = self.client.connection
        if connection._sock is None or connection._sock is not self._waiting_socket:  # noqa: SLF001
            self._waiting_id = _ask_id(connection)
            self._waiting_socket = connection._sock  # noqa: SLF001 - another one has another id
        super()._brpop_start(timeout)

    def _connparams(self, asynchronous: bool = False) -> Any:  # noqa: FBT001, FBT002 - kombu's
        """Raise ConnectionError when the channel or its connection is closed.

        A worker gives messages back while it closes its connection, and a producer may publish
        over a closed one. kombu's AttributeError would end the worker or fail a unit. After a
        ConnectionError, messages come back at the end of their visibility, and kombu publishes
        over a new connection.
        """
        if self.connection is None or self.connection.client is None:
            raise ConnectionError("the connection to Redis is closed already")
        return super()._connparams(asynchronous)

    def _subscribe(self) -> None:
        """Subscribe to topics by their names: few users have the right to subscribe to patterns.

        kombu asks for all of them as patterns. Without the right to subscribe, a worker goes
        without Celery's remote control.
        """
        topics = [
            topic
            for queue in self.active_fanout_queues
            for topic in self._get_subscribe_topics(queue)
        ]
        if not topics or not _channel_rights.is_listening:
            return
        pubsub = self.subclient
        if pubsub.connection._sock is None:  # noqa: SLF001 - as kombu does
            pubsub.connection.connect()
        self._in_listen = pubsub.connection
        patterns = [topic for topic in topics if set(topic) & _GLOB_CHARACTERS]
        names = [topic for topic in topics if not set(topic) & _GLOB_CHARACTERS]
        if names:
            pubsub.subscribe(*names)
        if patterns:
            pubsub.psubscribe(*patterns)

    def _unsubscribe_from(self, queue: str) -> None:
        pubsub = self.subclient
        if pubsub.connection and pubsub.connection._sock:  # noqa: SLF001 - as kombu does
            for topic in self._get_subscribe_topics(queue):
                (pubsub.punsubscribe if set(topic) & _GLOB_CHARACTERS else pubsub.unsubscribe)(
                    topic
                )

    def _receive_one(self, c: Any) -> Any:
        try:
            return super()._receive_one(c)
        except NoPermissionError as error:
            # Celery connects again, and does not subscribe then.
            _channel_rights.is_listening = False
            log.warning("redis.no_remote_control", error=explain(error))
            raise

    def _put_fanout(self, exchange: str, message: Any, routing_key: str, **options: Any) -> None:
        """Send an event or an order to all workers, or nothing without the right to do so."""
        if not _channel_rights.is_sending:
            return
        try:
            super()._put_fanout(exchange, message, routing_key, **options)
        except NoPermissionError as error:
            _channel_rights.is_sending = False
            log.warning("redis.no_events", error=explain(error))


def _ask_id(connection: Any) -> int | None:
    try:
        connection.send_command("CLIENT", "ID")
        return int(connection.read_response())
    except ResponseError:
        return None


class SentinelChannel(Channel, transport.SentinelChannel):
    """The same channel behind Sentinels."""
