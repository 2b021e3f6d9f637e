"""Connections to Redis, for the ledger and for Celery: to one server, or behind Sentinels."""

from typing import Any
from urllib.parse import urlsplit

import redis
import redis.asyncio
import redis.asyncio.sentinel
import redis.sentinel
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import ExponentialBackoff, NoBackoff
from redis.retry import Retry

from glueline import sentinels
from glueline.sentinels import Sentinels

CLIENT_OPTIONS: dict[str, Any] = {
    "socket_connect_timeout": 5,
    # A lease that is renewed every third of its 30 s outlives one renewal that hangs.
    "socket_timeout": 10,
    "socket_keepalive": True,
    "health_check_interval": 25,
}
"""What all connections to Redis have in common; the retry differs, blocking or asyncio."""
RETRIES = 3
PASSING_ERRORS: Any = (redis.ConnectionError, redis.TimeoutError, RuntimeError)
"""RuntimeError is how uvloop says that the connection was closed while it was idle."""
# A Sentinel that says nothing keeps nobody from asking the next one.
_ONCE: dict[str, Any] = {
    "socket_timeout": 2,
    "socket_connect_timeout": 2,
    "retry": Retry(NoBackoff(), 0),
}
_ONCE_ASYNC = {**_ONCE, "retry": AsyncRetry(NoBackoff(), 0)}


def sentinels_of(url: str) -> Sentinels | None:
    """The Sentinels that ``url`` names; None when it names a server."""
    return sentinels.parse(url) if urlsplit(url).scheme in sentinels.SCHEMES else None


def client(url: str) -> redis.Redis:
    """A blocking client."""
    options = {"retry": Retry(ExponentialBackoff(1, 0.05), RETRIES), **CLIENT_OPTIONS}
    behind = sentinels_of(url)
    if behind is None:
        return redis.Redis.from_url(url, **options)
    watch = redis.sentinel.Sentinel(  # type: ignore[no-untyped-call]
        behind.hosts, sentinel_kwargs={**behind.sentinel_options, **_ONCE}
    )
    kind = (
        redis.sentinel.SentinelManagedSSLConnection
        if behind.tls
        else redis.sentinel.SentinelManagedConnection
    )
    pool = redis.ConnectionPool(
        connection_class=kind,
        connection_pool=_Master(watch, behind.master),
        **behind.redis_options,
        **options,
    )
    return redis.Redis.from_pool(pool)


def async_client(url: str, connections: int) -> redis.asyncio.Redis:
    """A client for one event loop; who finds all ``connections`` in use waits for one."""
    options = {
        "max_connections": connections,
        "timeout": CLIENT_OPTIONS["socket_timeout"],
        "retry": AsyncRetry(ExponentialBackoff(1, 0.05), RETRIES, PASSING_ERRORS),
        **CLIENT_OPTIONS,
    }
    behind = sentinels_of(url)
    if behind is None:
        pool = redis.asyncio.BlockingConnectionPool.from_url(url, **options)
        return redis.asyncio.Redis.from_pool(pool)
    watch = redis.asyncio.sentinel.Sentinel(  # type: ignore[no-untyped-call]
        behind.hosts, sentinel_kwargs={**behind.sentinel_options, **_ONCE_ASYNC}
    )
    kind = (
        redis.asyncio.sentinel.SentinelManagedSSLConnection
        if behind.tls
        else redis.asyncio.sentinel.SentinelManagedConnection
    )
    pool = redis.asyncio.BlockingConnectionPool(
        connection_class=kind,
        connection_pool=_Master(watch, behind.master),
        **behind.redis_options,
        **options,
    )
    return redis.asyncio.Redis.from_pool(pool)


def broker(url: str) -> dict[str, Any]:
    """Celery's settings for the same Redis."""
    behind = sentinels_of(url)
    if behind is None:
        # Left to itself kombu does not look at the server's certificate.
        is_tls = urlsplit(url).scheme == "rediss"
        secure = {"ssl_cert_reqs": "required", "ssl_check_hostname": True}
        return {
            "broker_url": url,
            "broker_use_ssl": secure if is_tls else None,
            "broker_transport_options": {**CLIENT_OPTIONS},
        }
    return {
        "broker_url": behind.broker_url,
        "broker_use_ssl": dict(behind.tls) or None,
        "broker_transport_options": {
            **CLIENT_OPTIONS,
            "master_name": behind.master,
            "sentinel_kwargs": {**behind.sentinel_options, **_ONCE},
        },
    }


class _Master:
    """What redis-py's managed connections ask of their pool, so that any pool will do."""

    is_master = True
    check_connection = False

    def __init__(self, watch: Any, name: str) -> None:
        self._watch, self.service_name = watch, name

    def get_master_address(self) -> Any:
        return self._watch.discover_master(self.service_name)
