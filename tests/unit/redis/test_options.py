"""The options of a Redis URL, for both clients and for Celery's transport."""

import inspect
import itertools
import ssl
from pathlib import Path
from typing import Any

import kombu.transport.redis
import pytest
import redis.asyncio.connection
import redis.connection
from tests.support.tls import Authority

from glueline.celery_app import make_celery_app
from glueline.contract.errors import UsageError
from glueline.ledger.ledger import AsyncLedger, Ledger
from glueline.queue import (
    make_async_redis_client,
    make_commands,
    make_redis_client,
)
from glueline.redis.auto_pipeline import AutoPipeline
from glueline.redis.options import OPTION_PARSERS, REFUSED_OPTIONS
from glueline.redis.url import parse_server
from glueline.settings.settings import Settings, load_settings
from glueline_worker.local.server import EmbeddedRedis

KINDS = (
    "AbstractConnection",
    "Connection",
    "SSLConnection",
    "UnixDomainSocketConnection",
    "ConnectionPool",
    "BlockingConnectionPool",
)
WORKING = [
    "db=1",
    "virtual_host=/2",
    "socket_timeout=5",
    "socket_connect_timeout=2.5",
    "socket_keepalive=no",
    "socket_read_size=100",
    "health_check_interval=0",
    "health_check_interval=30",
    "client_name=x",
    "lib_name=x&lib_version=1",
    "protocol=2",
    "protocol=3",
    "max_connections=1",
    "max_connections=20&timeout=3",
    "retry_on_timeout=true",
    "username=&client_name=",
]


def names_of_redis_py() -> set[str]:
    """Every keyword that an option of redis-py's URLs may reach."""
    modules: tuple[Any, ...] = (redis.connection, redis.asyncio.connection)
    found = {name for module in modules for name in module.URL_QUERY_ARGUMENT_PARSERS}
    for module, kind in itertools.product(modules, KINDS):
        found |= set(inspect.signature(getattr(module, kind).__init__).parameters)
    return found - {"self", "kwargs"}


def test_every_option_of_redis_py_and_kombu_works_or_has_a_reason() -> None:
    kombus = {
        *kombu.transport.redis.Channel.from_transport_options,
        "master_name",
        "sentinel_kwargs",
    } - {"body_encoding", "deadletter_queue"}
    assert names_of_redis_py() | kombus <= OPTION_PARSERS.keys() | REFUSED_OPTIONS.keys()


@pytest.mark.parametrize("query", WORKING)
async def test_an_option_works_for_the_clients_and_for_celery(
    redis_server: EmbeddedRedis, prefix: str, query: str
):
    settings = load_settings(redis_url=f"{redis_server.url}?{query}", key_prefix=prefix)
    recent = make_commands(settings).recent(1)
    blocking, looping = make_redis_client(settings), make_async_redis_client(settings, 2)
    app = make_celery_app(settings)
    try:
        assert Ledger(blocking)(recent) == []
        assert await AsyncLedger(AutoPipeline(looping))(recent) == []
        with app.connection_for_write() as connection:
            pool = connection.default_channel.pool
            assert connection.default_channel.client.ping()
            for name in ("db", "client_name", "protocol", "socket_timeout", "socket_read_size"):
                values = {
                    one.connection_kwargs.get(name)
                    for one in (blocking.connection_pool, looping.connection_pool, pool)
                }
                assert len(values) == 1, name
    finally:
        app.close()
        blocking.close()
        await looping.aclose()


@pytest.mark.parametrize(
    ("rest", "said"),
    [
        ("h?helth_check_interval=3", "did you mean health_check_interval?"),
        ("h?connect_timeout=3", "did you mean socket_connect_timeout?"),
        ("h?zzz=3", "the options are"),
        ("h?visibility_timeout=3", "Glueline sets up the queue itself"),
        ("h?decode_responses=true", "reads Redis's answers itself"),
        ("h?credential_provider=x.Y", "it is no text"),
        ("h?retry_on_error=x", "decides what is tried again"),
        ("h?ssl=true", "write rediss://"),
        ("h?ssl_ca_certs=/x", "write rediss://"),
        ("h?db=x", "the number of a database"),
        ("h?db=-1", "the number of a database"),
        ("h?db=1&virtual_host=2", "given twice"),
        ("h?socket_timeout=0", "a number of seconds above 0"),
        ("h?socket_timeout=nan", "a number of seconds above 0"),
        ("h?protocol=4", "2 or 3"),
        ("h?max_connections=0", "1 or more"),
        ("h?client_name=a%20b", "without spaces"),
        ("h/x", "the number of a database"),
        ("h/1/2", "the number of a database"),
        ("h:x", "its port is a number"),
        ("pa?s=w@h/0", "percent-encode"),
        ("pa#sw@h/0", "percent-encode"),
        ("pa/sw@h/0", "percent-encode"),
    ],
)
def test_what_cannot_hold_is_a_sentence_without_values(rest: str, said: str):
    with pytest.raises(UsageError, match=said.replace("?", "[?]")) as error:
        load_settings(
            redis_url=f"redis://:secret@{rest}" if "@" not in rest else f"redis://:{rest}"
        )
    text = str(error.value)
    assert "secret" not in text
    assert "sw@" not in text


@pytest.mark.parametrize("spelled", ["CERT_REQUIRED", "required", "cert_required"])
def test_celerys_spelling_of_certificates_is_understood(spelled: str):
    found = parse_server(f"rediss://h?ssl_cert_reqs={spelled}&ssl_min_version=TLSv1.2")
    assert found.options.tls == {
        "ssl_cert_reqs": "required",
        "ssl_min_version": ssl.TLSVersion.TLSv1_2,
    }
    none = parse_server("rediss://h?ssl_cert_reqs=CERT_NONE").options.tls
    assert none == {"ssl_cert_reqs": "none", "ssl_check_hostname": False}
    with pytest.raises(ValueError, match="ssl_cert_reqs is required or none"):
        parse_server("rediss://h?ssl_cert_reqs=maybe")


def test_as_in_redis_py_the_option_db_comes_before_the_path_and_a_login_before_options():
    found = parse_server("redis://me:p%40@[::1]:7000/2?db=5&username=x&password=y")
    assert (found.host, found.port, found.database) == ("::1", 7000, 5)
    assert found.login == {"username": "me", "password": "p@"}
    assert found.broker_url == "redis://me:p%40@[::1]:7000/5"
    assert parse_server("redis://h?userid=x&password=y").login == {"username": "x", "password": "y"}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("ssl_ca_certs=/nowhere/ca.pem", "which does not exist"),
        ("ssl_ca_certs={empty}", "cannot be used"),
        ("ssl_certfile={ca}", "cannot be used"),
        ("ssl_keyfile={ca}", "cannot be used"),
        ("ssl_ciphers=nonsense", "cannot be used"),
        ("ssl_ca_data=nonsense", "cannot be used"),
    ],
)
def test_options_of_tls_that_cannot_be_used_are_a_sentence(tmp_path: Path, options: str, said: str):
    empty = tmp_path / "empty.pem"
    empty.touch()
    filled = options.format(empty=empty, ca=Authority(tmp_path).ca)
    settings = Settings(redis_url=f"rediss://h?{filled}")
    for make in (make_redis_client, lambda it: make_async_redis_client(it, 1)):
        with pytest.raises(UsageError, match=said):
            make(settings)


def test_a_client_without_tls_loads_no_certificates(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("no certificate is needed")

    monkeypatch.setattr(ssl, "create_default_context", refuse)

    make_redis_client(Settings(redis_url="redis://localhost/0")).close()
