"""The URL of a Redis behind Sentinels.

``sentinel://USER:PASSWORD@HOST:PORT,HOST:PORT/MASTER/DATABASE?OPTIONS``, or ``sentinels://`` for
TLS to the Sentinels and to Redis. User, password and database are Redis's; the options are those
of any Redis URL, ``sentinel_username`` and ``sentinel_password``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from glueline.redis.options import RedisOptions, read_options
from glueline.redis.url import make_broker_url, parse_database, parse_login, split_url

SENTINEL_SCHEMES = ("sentinel", "sentinels")
_DEFAULT_PORT = 26379
_LOGIN_OPTIONS = ("sentinel_username", "sentinel_password")


@dataclass(frozen=True, slots=True)
class Sentinels:
    """The Sentinels, the name of the master, and the options of both."""

    hosts: tuple[tuple[str, int], ...]
    master: str
    database: int = 0
    login: Mapping[str, str] = field(default_factory=dict)
    """Redis's ``username`` and ``password``, when given."""
    sentinel_login: Mapping[str, str] = field(default_factory=dict)
    options: RedisOptions = field(default_factory=RedisOptions)

    @property
    def tls(self) -> Mapping[str, Any]:
        """redis-py's ``ssl_…`` options; empty without TLS."""
        return self.options.tls

    @property
    def broker_url(self) -> str:
        """The URLs for kombu, each complete: it tries one after the other."""
        return ";".join(
            make_broker_url("sentinel", self.login, host, port, self.database)
            for host, port in self.hosts
        )

    @property
    def redis_options(self) -> dict[str, Any]:
        """The keywords of a connection to Redis, without its address."""
        return {**self.login, **self.tls, "db": self.database}

    @property
    def sentinel_options(self) -> dict[str, Any]:
        """The keywords of a client of a Sentinel, without its address."""
        return {**self.sentinel_login, **self.tls, **({"ssl": True} if self.tls else {})}


def parse_sentinels(url: str) -> Sentinels:
    """Parse ``url``; raises ValueError with a sentence that holds nothing of it."""
    try:
        return _read(split_url(url))
    except ValueError as error:
        raise ValueError(f"the Sentinel URL cannot be understood: {error}") from None


def _read(parts: SplitResult) -> Sentinels:
    login, _, hosts = parts.netloc.rpartition("@")
    master, _, database = parts.path.strip("/").partition("/")
    if not master:
        raise ValueError("it names no master; write sentinel://HOST:PORT,HOST:PORT/MASTER")
    if database and not database.isdecimal():
        raise ValueError("what comes after the master is the number of a database")
    options = read_options(parts.query, parts.scheme, _LOGIN_OPTIONS)
    return Sentinels(
        hosts=tuple(_address(host) for host in hosts.split(",")),
        master=unquote(master),
        database=parse_database(database, options),
        login=parse_login(login, options),
        sentinel_login={
            name.removeprefix("sentinel_"): value for name, value in options.other.items()
        },
        options=options,
    )


def _address(text: str) -> tuple[str, int]:
    parts = urlsplit(f"//{text}")
    try:
        host, port = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host:
        raise ValueError("its Sentinels are HOST:PORT,HOST:PORT")
    return host, port or _DEFAULT_PORT
