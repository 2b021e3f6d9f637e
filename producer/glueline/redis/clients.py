"""Connections to Redis, for the ledger and for Celery: to one server, or behind Sentinels."""

import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import redis
import redis.asyncio
import redis.asyncio.sentinel
import redis.sentinel
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import ExponentialBackoff, NoBackoff
from redis.driver_info import DriverInfo
from redis.retry import Retry

from glueline.contract.errors import UsageError
from glueline.redis import sentinel_url
from glueline.redis.options import RedisOptions
from glueline.redis.sentinel_url import Sentinels
from glueline.redis.url import RedisServer, parse_server

CLIENT_OPTIONS: dict[str, Any] = {
    "socket_connect_timeout": 5,
    # A lease that is renewed every third of its 30 s outlives one renewal that hangs.
    "socket_timeout": 10,
    "socket_keepalive": True,
    "health_check_interval": 25,
    # Proxies and older servers have no HELLO, and nothing here needs what RESP3 adds.
    "protocol": 2,
}
"""What all connections to Redis have in common; the retry differs, blocking or asyncio."""
RETRIES = 3
PASSING_ERRORS: Any = (redis.ConnectionError, redis.TimeoutError, RuntimeError)
"""uvloop raises RuntimeError when the connection was closed while it was idle."""
# Short, so that a Sentinel that does not answer delays the next one little.
_ONCE: dict[str, Any] = {
    "socket_timeout": 2,
    "socket_connect_timeout": 2,
    "protocol": 2,
    "retry": Retry(NoBackoff(), 0),
}
_ONCE_ASYNC = {**_ONCE, "retry": AsyncRetry(NoBackoff(), 0)}
KOMBU_CONNECTIONS = 10
"""kombu's own size of each pool: it keeps two connections and needs a few more."""
KOMBU_OPTIONS = (
    "socket_connect_timeout",
    "socket_timeout",
    "socket_keepalive",
    "health_check_interval",
    "client_name",
)
"""Options of connections that kombu's transport takes by these names."""


def find_sentinels(url: str) -> Sentinels | None:
    """Return the Sentinels that ``url`` names; None when it names a server."""
    return (
        sentinel_url.parse_sentinels(url)
        if urlsplit(url).scheme in sentinel_url.SENTINEL_SCHEMES
        else None
    )


def make_client(url: str) -> redis.Redis:
    """Make a blocking client; raises UsageError when the URL's TLS options cannot be used."""
    server = _parse_url(url)
    options = {
        **_connection_keywords(server.options),
        "retry": Retry(ExponentialBackoff(1, 0.05), RETRIES),
    }
    pool: Any = redis.ConnectionPool
    if server.options.max_connections is not None:
        pool = redis.BlockingConnectionPool
        options |= _pool_keywords(server.options, server.options.max_connections)
    if isinstance(server, RedisServer):
        kind: Any = redis.SSLConnection if server.is_tls else redis.Connection
    else:
        watch = redis.sentinel.Sentinel(  # type: ignore[no-untyped-call]
            server.hosts, sentinel_kwargs={**server.sentinel_options, **_ONCE}
        )
        kind = (
            redis.sentinel.SentinelManagedSSLConnection
            if server.tls
            else redis.sentinel.SentinelManagedConnection
        )
        options["connection_pool"] = _Master(watch, server.master)
    return redis.Redis.from_pool(pool(connection_class=kind, **server.redis_options, **options))


def make_async_client(url: str, connections: int) -> redis.asyncio.Redis:
    """Make a client for one event loop; a call waits while all ``connections`` are in use.

    Raises UsageError when the URL's TLS options cannot be used.
    """
    server = _parse_url(url)
    options = {
        **_connection_keywords(server.options),
        **_pool_keywords(server.options, server.options.max_connections or connections),
        "retry": AsyncRetry(ExponentialBackoff(1, 0.05), RETRIES, PASSING_ERRORS),
    }
    if isinstance(server, RedisServer):
        kind: Any = redis.asyncio.SSLConnection if server.is_tls else redis.asyncio.Connection
    else:
        watch = redis.asyncio.sentinel.Sentinel(  # type: ignore[no-untyped-call]
            server.hosts, sentinel_kwargs={**server.sentinel_options, **_ONCE_ASYNC}
        )
        kind = (
            redis.asyncio.sentinel.SentinelManagedSSLConnection
            if server.tls
            else redis.asyncio.sentinel.SentinelManagedConnection
        )
        options["connection_pool"] = _Master(watch, server.master)
    pool = redis.asyncio.BlockingConnectionPool(
        connection_class=kind, **server.redis_options, **options
    )
    return redis.asyncio.Redis.from_pool(pool)


def make_broker_settings(url: str) -> dict[str, Any]:
    """Make Celery's settings for the same Redis."""
    sentinels = find_sentinels(url)
    server = sentinels or parse_server(url)
    common = _connection_keywords(server.options)
    options: dict[str, Any] = {name: common.pop(name) for name in KOMBU_OPTIONS if name in common}
    # kombu checks its connections with a timer of this interval, and 0 would never pause.
    options["health_check_interval"] = (
        options["health_check_interval"] or CLIENT_OPTIONS["health_check_interval"]
    )
    options["max_connections"] = max(KOMBU_CONNECTIONS, server.options.max_connections or 0)
    options["connection_options"] = common
    kind = "Transport"
    if sentinels:
        kind = "SentinelTransport"
        options["master_name"] = sentinels.master
        options["sentinel_kwargs"] = {**sentinels.sentinel_options, **_ONCE}
    return {
        "broker_url": server.broker_url,
        # By default kombu does not check the server's certificate.
        "broker_use_ssl": {"ssl_check_hostname": True, **server.options.tls}
        if server.options.tls
        else None,
        "broker_transport": f"glueline.redis.transport:{kind}",
        "broker_transport_options": options,
    }


def _parse_url(url: str) -> RedisServer | Sentinels:
    server = find_sentinels(url) or parse_server(url)
    _check_tls(server.options.tls)
    return server


def _connection_keywords(options: RedisOptions) -> dict[str, Any]:
    """Return the keywords of any connection to Redis."""
    found = {**CLIENT_OPTIONS, **options.connection}
    if options.library:
        info: Any = DriverInfo
        found["driver_info"] = info(**options.library)
    return found


def _pool_keywords(options: RedisOptions, connections: int) -> dict[str, Any]:
    """Return the keywords of a pool in which callers wait for a free connection."""
    return {
        "max_connections": connections,
        "timeout": options.pool_timeout or CLIENT_OPTIONS["socket_timeout"],
    }


def _check_tls(tls: Mapping[str, Any]) -> None:
    """Try to use the files and ciphers, to explain in one sentence what is wrong."""
    if not tls:  # a context loads all certificates of the system
        return
    for name in ("ssl_ca_certs", "ssl_ca_path", "ssl_certfile", "ssl_keyfile"):
        if name in tls and not Path(tls[name]).exists():
            raise UsageError(f"{name} in the Redis URL names {tls[name]}, which does not exist")
    try:
        context = ssl.create_default_context()
        if {"ssl_ca_certs", "ssl_ca_path", "ssl_ca_data"} & tls.keys():
            context.load_verify_locations(
                tls.get("ssl_ca_certs"), tls.get("ssl_ca_path"), tls.get("ssl_ca_data")
            )
        if "ssl_certfile" in tls or "ssl_keyfile" in tls:
            context.load_cert_chain(
                tls.get("ssl_certfile", ""),
                tls.get("ssl_keyfile"),
                # Without a password OpenSSL would ask at the terminal.
                tls.get("ssl_password", ""),
            )
        if "ssl_ciphers" in tls:
            context.set_ciphers(tls["ssl_ciphers"])
    except (OSError, ValueError) as error:  # SSLError is an OSError
        raise UsageError(
            f"the TLS options of the Redis URL cannot be used: {type(error).__name__}: {error}"
        ) from None


class _Master:
    """The part of a Sentinel pool that redis-py's connections use, so that any pool will do."""

    is_master = True
    check_connection = False

    def __init__(self, watch: Any, name: str) -> None:
        self._watch, self.service_name = watch, name

    def get_master_address(self) -> Any:
        return self._watch.discover_master(self.service_name)
