"""The URL of a Redis server: ``redis://USER:PASSWORD@HOST:PORT/DATABASE?OPTIONS``.

``rediss://`` is the same with TLS; ``sentinel_url`` is for a Redis behind Sentinels.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult, quote, unquote, urlsplit

from glueline.redis.options import RedisOptions, read_options

_SCHEMES = ("redis", "rediss")
_DEFAULT_PORT = 6379


@dataclass(frozen=True, slots=True)
class RedisServer:
    """The address of a server, its login and its options."""

    host: str
    port: int
    database: int = 0
    login: Mapping[str, str] = field(default_factory=dict)
    options: RedisOptions = field(default_factory=RedisOptions)
    is_tls: bool = False

    @property
    def broker_url(self) -> str:
        """The URL for kombu, which takes its options separately."""
        scheme = "rediss" if self.is_tls else "redis"
        return make_broker_url(scheme, self.login, self.host, self.port, self.database)

    @property
    def redis_options(self) -> dict[str, Any]:
        """Keywords of a connection of redis-py."""
        return {
            "host": self.host,
            "port": self.port,
            "db": self.database,
            **self.login,
            **self.options.tls,
        }


def parse_server(url: str) -> RedisServer:
    """Parse ``url``; raises ValueError with a sentence that holds no value of it."""
    try:
        parts = split_url(url)
        if parts.scheme not in _SCHEMES:
            raise ValueError("it starts with redis://, rediss://, sentinel:// or sentinels://")
        return _read(parts)
    except ValueError as error:
        raise ValueError(f"the Redis URL cannot be understood: {error}") from None


def split_url(url: str) -> SplitResult:
    """Split ``url``; raises ValueError when a password seems to be in other parts."""
    try:
        parts = urlsplit(url)
    except ValueError:  # Python's text may quote a part of the password
        raise ValueError("check its host, and percent-encode its password") from None
    if "@" in parts.path + parts.query + parts.fragment or parts.fragment:
        raise ValueError("percent-encode its user, password and options (/ is %2F, # is %23)")
    return parts


def make_broker_url(
    scheme: str, login: Mapping[str, str], host: str, port: int, database: int
) -> str:
    """Make one URL for kombu."""
    user, password = login.get("username", ""), login.get("password", "")
    words = f"{quote(user, '')}:{quote(password, '')}@" if user or password else ""
    return f"{scheme}://{words}{f'[{host}]' if ':' in host else host}:{port}/{database}"


def parse_login(text: str, options: RedisOptions) -> dict[str, str]:
    """Parse user and password; those before the host take precedence."""
    user, _, password = text.partition(":")
    named = {"username": unquote(user), "password": unquote(password)}
    return {**options.login, **{name: value for name, value in named.items() if value}}


def parse_database(path: str, options: RedisOptions) -> int:
    """Parse the database; as in redis-py, the option ``db`` takes precedence. Raises ValueError."""
    text = unquote(path).strip("/")
    if text and not (text.isascii() and text.isdecimal()):
        raise ValueError("the number of a database comes after the host, as in redis://HOST/0")
    return int(text or 0) if options.database is None else options.database


def _read(parts: SplitResult) -> RedisServer:
    options = read_options(parts.query, parts.scheme)
    login, _, _ = parts.netloc.rpartition("@")
    try:
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ValueError("its port is a number, as in redis://HOST:6379/0") from None
    return RedisServer(
        host=unquote(host or "localhost"),
        port=port or _DEFAULT_PORT,
        database=parse_database(parts.path, options),
        login=parse_login(login, options),
        options=options,
        is_tls=parts.scheme == "rediss",
    )
