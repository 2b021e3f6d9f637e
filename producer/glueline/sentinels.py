"""A Redis behind Sentinels, as a URL names it.

``sentinel://USER:PASSWORD@HOST:PORT,HOST:PORT/MASTER/DATABASE?OPTIONS``, or ``sentinels://`` for
TLS to the Sentinels and to Redis. User, password and database are Redis's; the options are
``sentinel_username``, ``sentinel_password`` and those of TLS that redis-py's URLs have.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlsplit

SCHEMES = ("sentinel", "sentinels")
PORT = 26379
TLS_OPTIONS = ("ssl_ca_certs", "ssl_certfile", "ssl_keyfile", "ssl_check_hostname", "ssl_cert_reqs")
LOGIN_OPTIONS = ("sentinel_username", "sentinel_password")


@dataclass(frozen=True, slots=True)
class Sentinels:
    """Where the Sentinels are, what they call the master, and how both are talked to."""

    hosts: tuple[tuple[str, int], ...]
    master: str
    database: int = 0
    login: Mapping[str, str] = field(default_factory=dict)
    """Redis's ``username`` and ``password``, when given."""
    sentinel_login: Mapping[str, str] = field(default_factory=dict)
    tls: Mapping[str, Any] = field(default_factory=dict)
    """redis-py's ``ssl_…`` options; empty without TLS."""

    @property
    def broker_url(self) -> str:
        """The URLs that kombu wants: each complete, for it goes from one to the next."""
        user, password = self.login.get("username", ""), self.login.get("password", "")
        login = f"{quote(user, '')}:{quote(password, '')}@" if user or password else ""
        return ";".join(
            f"sentinel://{login}{f'[{host}]' if ':' in host else host}:{port}/{self.database}"
            for host, port in self.hosts
        )

    @property
    def redis_options(self) -> dict[str, Any]:
        """What a connection to Redis needs but its address."""
        return {**self.login, **self.tls, "db": self.database}

    @property
    def sentinel_options(self) -> dict[str, Any]:
        """What a client of a Sentinel needs but its address."""
        return {**self.sentinel_login, **self.tls, **({"ssl": True} if self.tls else {})}


def parse(url: str) -> Sentinels:
    """Read ``url``; raises ValueError with a sentence that holds nothing of it."""
    try:
        parts = urlsplit(url)
        return _read(parts)
    except ValueError as error:
        raise ValueError(f"the Sentinel URL cannot be understood: {error}") from None


def _read(parts: SplitResult) -> Sentinels:
    login, _, hosts = parts.netloc.rpartition("@")
    user, _, password = login.partition(":")
    master, _, database = parts.path.strip("/").partition("/")
    if not master:
        raise ValueError("it names no master; write sentinel://HOST:PORT,HOST:PORT/MASTER")
    if database and not database.isdecimal():
        raise ValueError("what comes after the master is the number of a database")
    options = dict(parse_qsl(parts.query))
    is_tls = parts.scheme == "sentinels"
    known = (*LOGIN_OPTIONS, *(TLS_OPTIONS if is_tls else ()))
    if options.keys() - set(known):
        raise ValueError(f"its options are {', '.join(known)}")
    named = {"username": unquote(user), "password": unquote(password)}
    return Sentinels(
        hosts=tuple(_address(host) for host in hosts.split(",")),
        master=unquote(master),
        database=int(database or 0),
        login={name: value for name, value in named.items() if value},
        sentinel_login={
            name.removeprefix("sentinel_"): options[name]
            for name in LOGIN_OPTIONS
            if name in options
        },
        tls=_tls(options) if is_tls else {},
    )


def _address(text: str) -> tuple[str, int]:
    parts = urlsplit(f"//{text}")
    try:
        host, port = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host:
        raise ValueError("its Sentinels are HOST:PORT,HOST:PORT")
    return host, port or PORT


def _tls(options: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {"ssl_cert_reqs": "required"}
    found |= {name: options[name] for name in TLS_OPTIONS if name in options}
    if "ssl_check_hostname" in found:
        found["ssl_check_hostname"] = found["ssl_check_hostname"].lower() not in {
            "false",
            "no",
            "0",
        }
    if found["ssl_cert_reqs"] not in {"required", "none"}:
        raise ValueError("ssl_cert_reqs is required or none")
    if found["ssl_cert_reqs"] == "none":
        found["ssl_check_hostname"] = False
    return found
