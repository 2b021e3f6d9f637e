"""kombu's Redis transport with options of connections that kombu does not pass on.

A test and the pinned version guard the private names of kombu that are used here.
"""

from typing import Any

from kombu.transport import TRANSPORT_ALIASES
from kombu.transport import redis as kombu_redis


class Channel(kombu_redis.Channel):
    """A channel whose redis-py connections take ``connection_options`` as keywords."""

    connection_options: Any = None
    from_transport_options = (*kombu_redis.Channel.from_transport_options, "connection_options")

    def _connparams(self, asynchronous: bool = False) -> Any:  # noqa: FBT001, FBT002 - kombu's
        return {**super()._connparams(asynchronous), **(self.connection_options or {})}


class Transport(kombu_redis.Transport):
    """The transport to one server."""

    Channel = Channel


class SentinelChannel(Channel, kombu_redis.SentinelChannel):
    """The same behind Sentinels."""

    from_transport_options = (
        *kombu_redis.SentinelChannel.from_transport_options,
        "connection_options",
    )


class SentinelTransport(Transport):
    """The same behind Sentinels."""

    default_port = kombu_redis.SentinelTransport.default_port
    Channel = SentinelChannel


# kombu goes from one Sentinel to the next by its URL, and takes the transport that the URL names.
TRANSPORT_ALIASES["sentinel"] = "glueline.redis.transport:SentinelTransport"
