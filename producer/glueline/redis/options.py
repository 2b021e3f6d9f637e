"""The options of a Redis URL: those of redis-py's URLs, and Celery's spellings of them.

They apply to the ledger's clients and to Celery's transport. An option that cannot apply to all of
them is refused with a sentence. No sentence quotes a value, which may be a password.
"""

import math
import re
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any
from urllib.parse import parse_qsl

OptionParser = Callable[[str], Any]
_FALSE = {"0", "f", "false", "n", "no"}
"""Values that redis-py reads as false."""
_CERT_REQS = {"required", "optional", "none"}
_WORD = re.compile(r"[!-~]+")
_NAME = re.compile(r"\w{1,60}", re.ASCII)


@dataclass(frozen=True, slots=True)
class RedisOptions:
    """The options of a URL, sorted by who needs them."""

    connection: Mapping[str, Any] = field(default_factory=dict)
    """Keywords of every connection of redis-py."""
    tls: Mapping[str, Any] = field(default_factory=dict)
    """redis-py's ``ssl_…`` keywords; empty without TLS."""
    login: Mapping[str, str] = field(default_factory=dict)
    database: int | None = None
    library: Mapping[str, str] = field(default_factory=dict)
    """``name`` and ``lib_version`` of redis-py's DriverInfo."""
    max_connections: int | None = None
    pool_timeout: float | None = None
    """Seconds for which a caller waits for a free connection."""
    other: Mapping[str, str] = field(default_factory=dict)
    """Options that only this scheme of URLs has."""


def read_options(query: str, scheme: str, own: tuple[str, ...] = ()) -> RedisOptions:
    """Read the part after the question mark; raises ValueError with a sentence.

    ``own`` are the names of further options that URLs of this scheme have.
    """
    is_tls = scheme in {"rediss", "sentinels"}
    found: dict[str, Any] = {}
    for spelled, value in parse_qsl(query):
        name = ALIASES.get(spelled, spelled)
        if name in found:
            raise ValueError(f"its option {name} is given twice")
        found[name] = value if name in own else _read(name, value, scheme, own)
    tls = {name: value for name, value in found.items() if name.startswith("ssl_")}
    return RedisOptions(
        connection=_pick(found, _CONNECTION),
        tls=_complete_tls({"ssl_cert_reqs": "required", **tls}) if is_tls else {},
        login=_pick(found, _LOGIN),
        database=found.get("db"),
        library={name: found[key] for key, name in _LIBRARY.items() if key in found},
        max_connections=found.get("max_connections"),
        pool_timeout=found.get("timeout"),
        other=_pick(found, own),
    )


def _read(name: str, value: str, scheme: str, own: tuple[str, ...]) -> Any:
    if name in REFUSED_OPTIONS:
        raise ValueError(f"it cannot set {name}: {REFUSED_OPTIONS[name]}")
    if name not in OPTION_PARSERS:
        raise ValueError(_explain_unknown(name, own))
    if name.startswith("ssl_") and scheme in {"redis", "sentinel"}:
        raise ValueError(f"{name} is an option of TLS: write {scheme}s:// for it")
    read, wanted = OPTION_PARSERS[name]
    try:
        return read(value)
    except (KeyError, TypeError, ValueError):
        raise ValueError(f"its option {name} is {wanted}") from None


def _explain_unknown(name: str, own: tuple[str, ...]) -> str:
    known = sorted({*OPTION_PARSERS, *ALIASES, *own})
    if not _NAME.fullmatch(name):
        return f"it has an option that is none; the options are {', '.join(known)}"
    match = get_close_matches(name.lower(), known, 1, 0.6)
    hint = f"did you mean {match[0]}?" if match else f"the options are {', '.join(known)}"
    return f"there is no option {name}; {hint}"


def _pick(found: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: found[name] for name in names if name in found}


def _complete_tls(tls: dict[str, Any]) -> dict[str, Any]:
    """Complete the TLS options: a certificate that is not checked has no name to check."""
    return {**tls, "ssl_check_hostname": False} if tls["ssl_cert_reqs"] == "none" else tls


def _make_integer_parser(least: int) -> OptionParser:
    def read(value: str) -> int:
        number = int(value)
        if number < least or not value.isdecimal():
            raise ValueError
        return number

    return read


def _parse_seconds(value: str) -> float:
    number = float(value)
    if not math.isfinite(number) or number <= 0:
        raise ValueError
    return number


def _parse_boolean(value: str) -> bool:
    return value.lower() not in _FALSE


def _parse_word(value: str) -> str:
    if not _WORD.fullmatch(value):
        raise ValueError
    return value


def _parse_protocol(value: str) -> int:
    return {"2": 2, "3": 3}[value]


def _parse_cert_reqs(value: str) -> str:
    wanted = value.lower().removeprefix("cert_")
    if wanted not in _CERT_REQS:
        raise ValueError
    return wanted


def _parse_tls_version(value: str) -> ssl.TLSVersion:
    if value.isdecimal():
        return ssl.TLSVersion(int(value))
    return ssl.TLSVersion[value.replace(".", "_")]


def _parse_verify_flags(value: str) -> list[ssl.VerifyFlags]:
    return [ssl.VerifyFlags[name.strip()] for name in value.strip("[]").split(",")]


def _parse_database(value: str) -> int:
    return int(_make_integer_parser(0)(value.removeprefix("/")))


_SECONDS: tuple[OptionParser, str] = _parse_seconds, "a number of seconds above 0"
_BOOLEAN: tuple[OptionParser, str] = _parse_boolean, "true or false"
_TEXT: tuple[OptionParser, str] = str, "a text"
_LABEL: tuple[OptionParser, str] = _parse_word, "a word without spaces"
_FLAGS: tuple[OptionParser, str] = (
    _parse_verify_flags,
    "names of Python's ssl.VerifyFlags with commas between",
)
OPTION_PARSERS: Mapping[str, tuple[OptionParser, str]] = {
    "db": (_parse_database, "the number of a database"),
    "username": _TEXT,
    "password": _TEXT,
    "socket_timeout": _SECONDS,
    "socket_connect_timeout": _SECONDS,
    "socket_keepalive": _BOOLEAN,
    "socket_read_size": (_make_integer_parser(1), "a number of bytes"),
    "health_check_interval": (_make_integer_parser(0), "a whole number of seconds"),
    "client_name": _LABEL,
    "lib_name": _LABEL,
    "lib_version": _LABEL,
    "protocol": (_parse_protocol, "2 or 3"),
    "max_connections": (_make_integer_parser(1), "a number of connections, 1 or more"),
    "timeout": _SECONDS,
    # Glueline's clients try again after a timeout in any case, and Celery's transport never.
    "retry_on_timeout": _BOOLEAN,
    "ssl_cert_reqs": (_parse_cert_reqs, "required or none"),
    "ssl_check_hostname": _BOOLEAN,
    "ssl_ca_certs": _TEXT,
    "ssl_ca_path": _TEXT,
    "ssl_ca_data": _TEXT,
    "ssl_certfile": _TEXT,
    "ssl_keyfile": _TEXT,
    "ssl_password": _TEXT,
    "ssl_min_version": (_parse_tls_version, "TLSv1.2 or TLSv1.3"),
    "ssl_ciphers": _TEXT,
    "ssl_include_verify_flags": _FLAGS,
    "ssl_exclude_verify_flags": _FLAGS,
}
"""The parser of each option, and the description of its value."""
ALIASES = {"virtual_host": "db", "userid": "username"}
"""kombu's names."""
_CONNECTION = (
    "socket_timeout",
    "socket_connect_timeout",
    "socket_keepalive",
    "socket_read_size",
    "health_check_interval",
    "client_name",
    "protocol",
)
_LOGIN = ("username", "password")
_LIBRARY = {"lib_name": "name", "lib_version": "lib_version"}

_NO_TEXT = "it is no text; take it out"
_ANSWERS = "Glueline reads Redis's answers itself; take it out"
_OCSP = "redis-py's asyncio client cannot check OCSP; take it out"
_OURS = "Glueline sets up the queue itself; take it out"
_PLACE = "it stands before the question mark, as in redis://HOST:PORT/0"
REFUSED_OPTIONS: Mapping[str, str] = {
    **dict.fromkeys(("host", "hostname", "port"), _PLACE),
    "path": "Glueline needs a host and a port; take it out",
    "ssl": "TLS is asked for by the scheme: write rediss:// and take it out",
    "retry_on_error": "Glueline decides what is tried again; take it out",
    **dict.fromkeys(
        ("encoding", "encoding_errors", "decode_responses", "legacy_responses"), _ANSWERS
    ),
    **dict.fromkeys(
        (
            "ssl_validate_ocsp",
            "ssl_validate_ocsp_stapled",
            "ssl_ocsp_context",
            "ssl_ocsp_expected_cert",
        ),
        _OCSP,
    ),
    **dict.fromkeys(
        (
            "cache_factory",
            "command_packer",
            "connection_class",
            "connection_kwargs",
            "credential_provider",
            "driver_info",
            "encoder_class",
            "event_dispatcher",
            "himport_registry",
            "maint_notifications_config",
            "maint_notifications_pool_handler",
            "maintenance_notification_hash",
            "maintenance_state",
            "orig_host_address",
            "orig_socket_connect_timeout",
            "orig_socket_timeout",
            "oss_cluster_maint_notifications_handler",
            "parser_class",
            "queue_class",
            "redis_connect_func",
            "retry",
            "socket_keepalive_options",
            "socket_type",
        ),
        _NO_TEXT,
    ),
    **dict.fromkeys(
        (
            "ack_emulation",
            "fanout_patterns",
            "fanout_prefix",
            "master_name",
            "polling_interval",
            "priority_steps",
            "queue_order_strategy",
            "reauth_check_interval",
            "sentinel_kwargs",
            "sep",
            "unacked_index_key",
            "unacked_key",
            "unacked_mutex_expire",
            "unacked_mutex_key",
            "unacked_restore_interval",
            "unacked_restore_limit",
            "unacked_restore_throttle",
            "visibility_timeout",
        ),
        _OURS,
    ),
    "global_keyprefix": "GLUELINE_KEY_PREFIX is the prefix of all keys; take it out",
}
"""Options of redis-py and kombu that are refused, and why."""
