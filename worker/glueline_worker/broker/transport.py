"""Where Celery's Redis transport needs help: leases that are kept, and messages that are no JSON.

Facts: ``docs/guarantees.md``. The private names of kombu that are used here are guarded by a test
and by the pinned version.
"""

import json
import threading
import time
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from queue import Empty
from typing import Any

import structlog
from celery import bootsteps
from kombu.serialization import registry
from kombu.transport import TRANSPORT_ALIASES
from kombu.transport import redis as kombu_redis
from kombu.utils.json import dumps
from redis.exceptions import NoPermissionError

from glueline.queue import VISIBILITY_TIMEOUT
from glueline.redis import clients, transport
from glueline.redis.errors import explain
from glueline.settings.settings import Settings
from glueline_worker.broker.strict_json import DuplicateKeyError, strict_loads, unknown_encoding

log = structlog.get_logger()
Bury = Callable[[str, str], None]
EVENT_INTERVAL = 1.0
"""Seconds."""


class Undertaker:
    """Takes what cannot be delivered; the application says where to."""

    add_dead_letter: Bury | None = None

    def __call__(self, reason: str, message: object) -> None:
        """Keep the start of a message, or of its body, that will not be run."""
        if self.add_dead_letter is not None:
            self.add_dead_letter(reason, readable(message))


undertaker = Undertaker()
consuming = threading.Event()
"""Set while the worker is connected to the queue."""


@dataclass
class Channels:
    """Which uses of Redis's channels its user has the rights for."""

    is_listening: bool = True
    is_sending: bool = True


channels = Channels()
GLOB = set("*?[\\")


@dataclass(frozen=True)
class NoJson:
    """What somebody pushed in the place of a message."""

    content: str | bytes
    reason: str


def loads(content: str | bytes) -> Any:
    """Read a message as kombu does; what cannot be read is a ``NoJson``."""
    try:
        return strict_loads(content)
    except DuplicateKeyError as error:
        return NoJson(content, f"the message is ambiguous: {error}")
    except Exception:  # noqa: BLE001 - too deep, too many digits, a date that is none …
        return NoJson(content, "the message is not JSON")


# A queue may hold anything that somebody pushed, and kombu would stop the worker for it.
kombu_redis.loads = loads
# Bodies are read by the registry.
registry.register("json", dumps, strict_loads, "application/json", "utf-8")


class Channel(transport.Channel):
    """Keeps one client, ends with its connection, and leaves the worker alive."""

    _kept: Any = None

    @contextmanager
    def conn_or_acquire(self, client: Any = None) -> Iterator[Any]:
        """Give ``client``, or the one that is kept.

        kombu makes one for each command: a tenth of the CPU time of a small unit. The connections
        come from the same pool.
        """
        if client is None and (self._kept is None or self._kept.connection_pool is not self.pool):
            self._kept = self._create_client()
        yield client or self._kept

    def _connparams(self, asynchronous: bool = False) -> Any:  # noqa: FBT001, FBT002 - kombu's
        """A connection that was closed has no address, and a channel that was closed no connection.

        Messages are given back over one as it is closed, and published over one that was closed
        behind its producer. kombu's AttributeError would end the worker or fail a unit; after a
        ConnectionError messages come back with the end of their visibility, and kombu publishes
        over a new connection.
        """
        if self.connection is None or self.connection.client is None:
            raise ConnectionError("the connection to Redis is closed already")
        return super()._connparams(asynchronous)

    def _subscribe(self) -> None:
        """Subscribe to topics by their names: a right to a pattern is seldom given.

        kombu asks for all of them as patterns. A user who may not subscribe works without Celery's
        remote control.
        """
        topics = [
            topic
            for queue in self.active_fanout_queues
            for topic in self._get_subscribe_topics(queue)
        ]
        if not topics or not channels.is_listening:
            return
        pubsub = self.subclient
        if pubsub.connection._sock is None:  # noqa: SLF001 - as kombu does
            pubsub.connection.connect()
        self._in_listen = pubsub.connection
        patterns = [topic for topic in topics if set(topic) & GLOB]
        names = [topic for topic in topics if not set(topic) & GLOB]
        if names:
            pubsub.subscribe(*names)
        if patterns:
            pubsub.psubscribe(*patterns)

    def _unsubscribe_from(self, queue: str) -> None:
        pubsub = self.subclient
        if pubsub.connection and pubsub.connection._sock:  # noqa: SLF001 - as kombu does
            for topic in self._get_subscribe_topics(queue):
                (pubsub.punsubscribe if set(topic) & GLOB else pubsub.unsubscribe)(topic)

    def _receive_one(self, c: Any) -> Any:
        try:
            return super()._receive_one(c)
        except NoPermissionError as error:
            # Celery connects anew, and does not subscribe then.
            channels.is_listening = False
            log.warning("redis.no_remote_control", error=explain(error))
            raise

    def _put_fanout(self, exchange: str, message: Any, routing_key: str, **options: Any) -> None:
        """Send an event or an order to all; those who may not send them work without."""
        if not channels.is_sending:
            return
        try:
            super()._put_fanout(exchange, message, routing_key, **options)
        except NoPermissionError as error:
            channels.is_sending = False
            log.warning("redis.no_events", error=explain(error))


class Transport(kombu_redis.Transport):
    """Looks at a message before kombu takes its fields for granted."""

    Channel = Channel

    def _deliver(self, message: Any, queue: str) -> None:
        if isinstance(message, NoJson):
            undertaker(message.reason, message.content)
            raise Empty
        if not _is_deliverable(message):
            undertaker("the message lacks the fields of a Celery message", message)
            raise Empty
        unknown = unknown_encoding(message)
        if unknown:
            undertaker(f"the message is not understood: {unknown}", message)
            raise Empty
        try:
            super()._deliver(message, queue)
        except (Empty, *self.connection_errors, *self.channel_errors):
            raise
        except Exception as error:  # noqa: BLE001 - Celery's loop would end, again and again
            undertaker(f"the message cannot be handled: {type(error).__name__}", message)
            self._forget(message["properties"]["delivery_tag"])
            raise Empty from None

    def _forget(self, tag: str) -> None:
        """Acknowledge a message that nobody will."""
        for channel in self.channels:
            if tag in channel.qos._delivered:  # noqa: SLF001 - no public list of them
                channel.basic_ack(tag)


class SentinelChannel(Channel, transport.SentinelChannel):
    """The same behind Sentinels."""


class SentinelTransport(Transport):
    """The same behind Sentinels."""

    default_port = transport.SentinelTransport.default_port
    Channel = SentinelChannel


# kombu goes from one Sentinel to the next by its URL, and takes the transport that the URL names.
TRANSPORT_ALIASES["sentinel"] = "glueline_worker.broker.transport:SentinelTransport"


class Leases(bootsteps.StartStopStep):
    """Refreshes the visibility of messages whose units are still under way.

    Celery counts the timeout from the receipt of a message and never refreshes it: what runs
    longer would run twice.
    """

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def __init__(self, consumer: Any, **options: Any) -> None:
        """Also the place where a body that cannot be decoded is kept."""
        super().__init__(consumer, **options)
        self._timer: Any = None
        consumer.on_decode_error = _on_decode_error

    def start(self, consumer: Any) -> None:
        """Refresh three times within the timeout."""
        consuming.set()
        self._timer = consumer.timer.call_repeatedly(
            VISIBILITY_TIMEOUT / 3, refresh, (consumer,), priority=10
        )

    def stop(self, consumer: Any) -> None:  # noqa: ARG002 - Celery's signature
        """Stop refreshing; what is not acknowledged will be delivered again."""
        consuming.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


class EventBatches(bootsteps.StartStopStep):
    """Sends the events of tasks, which Flower shows, in batches.

    Celery sends them on each turn of its loop: a message for every other event. Once a second is
    soon enough for eyes, and spares a tenth of the CPU time of a small unit.
    """

    requires = ("celery.worker.consumer.events:Events",)

    def __init__(self, consumer: Any, **options: Any) -> None:
        """Nothing is sent before ``start``."""
        super().__init__(consumer, **options)
        self._timer: Any = None

    def start(self, consumer: Any) -> None:
        """Send what is there once a second; a full buffer is sent at once."""
        consumer.event_dispatcher.on_send_buffered = None
        self._timer = consumer.timer.call_repeatedly(
            EVENT_INTERVAL, consumer.event_dispatcher.flush, priority=10
        )

    def stop(self, consumer: Any) -> None:
        """Send what is left; without a connection Celery keeps it for the next one."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
            consumer.event_dispatcher.flush()


def transport_of(settings: Settings) -> str:
    """The transport for the Redis that ``settings`` name, as Celery is told of it."""
    is_watched = clients.find_sentinels(settings.redis_url) is not None
    return f"glueline_worker.broker.transport:{'SentinelTransport' if is_watched else 'Transport'}"


def readable(message: object) -> str:
    """A message or its body as text, so that secrets in it can be seen and redacted."""
    match message:
        case str():
            return message
        case bytes():
            try:
                return message.decode()
            except UnicodeDecodeError:
                return f"[{len(message)} bytes that are no text]"
        case {"body": str(body), **rest}:
            with suppress(ValueError):
                body = readable(b64decode(body, validate=True))
            return _dumped({**rest, "body": body})
        case _:
            return _dumped(message)


def _dumped(message: object) -> str:
    try:
        return json.dumps(message, default=str)
    except (RecursionError, ValueError) as error:
        return f"[cannot be shown: {type(error).__name__}]"


def refresh(consumer: Any) -> int:
    """Renew the leases of this worker's unacknowledged messages; how many it holds."""
    channel = consumer.task_consumer.channel
    tags = list(channel.qos._delivered)  # noqa: SLF001 - no public list of them
    if tags:
        with channel.conn_or_acquire() as client:
            now = time.time()
            client.zadd(channel.unacked_index_key, dict.fromkeys(tags, now), xx=True)
    return len(tags)


def _on_decode_error(message: Any, error: Exception) -> None:
    cause = error.args[0] if error.args else None
    why = str(cause) if isinstance(cause, DuplicateKeyError) else type(error).__name__
    undertaker(f"the body cannot be decoded: {why}", message.body)
    message.ack()


def _is_deliverable(message: Any) -> bool:
    if not isinstance(message, dict) or not isinstance(message.get("properties"), dict):
        return False
    properties = message["properties"]
    return (
        isinstance(message.get("headers"), dict)
        and "body" in message
        and isinstance(properties.get("delivery_tag"), str)
        and isinstance(properties.get("delivery_info"), dict)
    )
