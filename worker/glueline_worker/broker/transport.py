"""The Redis transport of the workers: messages that are no JSON do not stop a worker.

Facts: ``docs/guarantees.md``. A test and the pinned version guard the private names of kombu that
are used here.
"""

from dataclasses import dataclass
from queue import Empty
from typing import Any

from kombu.serialization import registry
from kombu.transport import TRANSPORT_ALIASES
from kombu.transport import redis as kombu_redis
from kombu.utils.json import dumps

from glueline.redis import clients, transport
from glueline.settings.settings import Settings
from glueline_worker.broker.channel import Channel, SentinelChannel
from glueline_worker.broker.dead_letters import dead_letters
from glueline_worker.broker.strict_json import (
    DuplicateKeyError,
    find_unknown_encoding,
    strict_loads,
)


@dataclass(frozen=True)
class _Undecodable:
    """Something in the queue that is no message."""

    content: str | bytes
    reason: str


def _load_message(content: str | bytes) -> Any:
    """Read a message as kombu does; return ``_Undecodable`` when that fails."""
    try:
        return strict_loads(content)
    except DuplicateKeyError as error:
        return _Undecodable(content, f"the message is ambiguous: {error}")
    except Exception:  # noqa: BLE001 - too deep, too many digits, an impossible date …
        return _Undecodable(content, "the message is not JSON")


# Anybody can push anything into a queue, and kombu would stop the worker for it.
kombu_redis.loads = _load_message
# The registry reads the bodies of messages.
registry.register("json", dumps, strict_loads, "application/json", "utf-8")


class Transport(kombu_redis.Transport):
    """Checks a message before kombu takes its fields for granted."""

    Channel = Channel

    def _deliver(self, message: Any, queue: str) -> None:
        if isinstance(message, _Undecodable):
            dead_letters(message.reason, message.content)
            raise Empty
        if not _is_deliverable(message):
            dead_letters("the message lacks the fields of a Celery message", message)
            raise Empty
        unknown = find_unknown_encoding(message)
        if unknown:
            dead_letters(f"the message is not understood: {unknown}", message)
            raise Empty
        try:
            super()._deliver(message, queue)
        except (Empty, *self.connection_errors, *self.channel_errors):
            raise
        except Exception as error:  # noqa: BLE001 - Celery's loop would end, again and again
            dead_letters(f"the message cannot be handled: {type(error).__name__}", message)
            self._forget(message["properties"]["delivery_tag"])
            raise Empty from None

    def _forget(self, tag: str) -> None:
        """Acknowledge a message that nothing else acknowledges."""
        for channel in self.channels:
            if tag in channel.qos._delivered:  # noqa: SLF001 - no public list of them
                channel.basic_ack(tag)


class SentinelTransport(Transport):
    """The same transport behind Sentinels."""

    default_port = transport.SentinelTransport.default_port
    Channel = SentinelChannel


# kombu goes from one Sentinel to the next by its URL, and takes the transport that the URL names.
TRANSPORT_ALIASES["sentinel"] = "glueline_worker.broker.transport:SentinelTransport"


def choose_transport(settings: Settings) -> str:
    """Return the name of the transport for the Redis of ``settings``, as Celery takes it."""
    has_sentinels = clients.find_sentinels(settings.redis_url) is not None
    name = "SentinelTransport" if has_sentinels else "Transport"
    return f"glueline_worker.broker.transport:{name}"


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
