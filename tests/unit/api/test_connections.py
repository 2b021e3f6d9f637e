"""Nobody without a token keeps others out by holding connections."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from uuid import uuid4

import httpx
import pytest
from tests.conftest import quick_settings
from tests.support.system import eventually
from tests.unit.api.conftest import ALL, NORTH, READER, Api, Service, bearer, problem

from glueline.api.connections import Connections, client_group
from glueline.settings.api import ApiSettings
from glueline_worker.local.server import EmbeddedRedis

HEAD = f"POST /v1/extractions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {ALL}\r\n"
PATIENCE = 60.0
"""Seconds after which a test gives up on a server that should have ended a connection."""


@pytest.fixture(scope="module")
def impatient(
    redis_server: EmbeddedRedis, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Api]:
    """A server that waits for half a second, and gives an address twenty connections."""
    folder = tmp_path_factory.mktemp("connections")
    settings = quick_settings(redis_server, f"connections-{uuid4().hex[:8]}:", folder)
    timeouts = dict.fromkeys(("header_timeout", "body_timeout", "write_timeout"), 0.5)
    api = Api(settings, folder, connections_per_address=20, **timeouts).start()
    yield api
    api.stop()


@pytest.fixture
def dial(impatient: Api) -> Iterator[Callable[[], socket.socket]]:
    """Opens connections to the impatient server."""
    with ExitStack() as stack:

        def connect() -> socket.socket:
            address = ("127.0.0.1", impatient.port)
            return stack.enter_context(socket.create_connection(address, PATIENCE))

        yield connect


def read_all(connection: socket.socket) -> bytes:
    """What the server says until it closes the connection."""
    found = b""
    try:
        while part := connection.recv(65536):
            found += part
    except ConnectionResetError:
        pass
    return found


def dribble(connection: socket.socket, piece: bytes) -> None:
    """Send a piece again and again until the server has ended the connection."""
    connection.settimeout(0.05)
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            connection.sendall(piece)
            if not connection.recv(65536):
                return
        except TimeoutError:
            continue
        except OSError:
            return
    pytest.fail("the connection was still open")


@pytest.mark.parametrize(
    ("begin", "piece"),
    [
        (b"", b""),
        (b"GET /healthz HTTP/1.1\r\n", b"a: b\r\n"),
        (b"", b"\r\n"),
        (b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", b"\r\n"),
    ],
    ids=["silent", "endless header", "blank lines", "blank lines after a request"],
)
def test_a_header_that_is_never_complete_ends(dial, begin: bytes, piece: bytes) -> None:
    connection = dial()
    connection.sendall(begin)
    dribble(connection, piece)


@pytest.mark.parametrize(
    ("path", "token"),
    [
        ("/v1/extractions", ALL),
        ("/nothing", "guess"),
        pytest.param("/v1/extractions", "guess", marks=pytest.mark.slow),
        pytest.param("/nothing", ALL, marks=pytest.mark.slow),
    ],
)
def test_a_body_that_dribbles_ends(dial, path: str, token: str) -> None:
    connection = dial()
    head = HEAD.replace("/v1/extractions", path).replace(ALL, token)
    connection.sendall(
        f"{head}Content-Type: application/json\r\nContent-Length: 900000\r\n\r\n".encode()
    )
    dribble(connection, b" ")


def test_a_slow_body_is_told_why(dial) -> None:
    connection = dial()
    connection.sendall(f"{HEAD}Content-Length: 10\r\n\r\n{{".encode())
    said = read_all(connection)
    assert said.startswith(b"HTTP/1.1 408")
    assert b"api.body_timeout" in said


@pytest.mark.parametrize("end", [b"", b"\r\n\r\n"], ids=["half", "whole"])
def test_a_header_has_a_limit(dial, end: bytes) -> None:
    connection = dial()
    connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nx: " + b"y" * 40_000 + end)
    assert read_all(connection).startswith(b"HTTP/1.1 4")


def test_an_address_has_its_share_of_connections(impatient: Api, dial) -> None:
    for _ in range(20):
        dial()
    assert read_all(dial()) == b""
    eventually(lambda: _answers(impatient))


def test_a_client_that_reads_nothing_is_cut(dial) -> None:
    """Its answers fill the buffers; without a limit the connection would stay for ever."""
    connection = dial()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    request = (
        f"GET /openapi.json HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {ALL}\r\n\r\n".encode()
    )
    deadline = time.monotonic() + PATIENCE
    with pytest.raises(OSError):  # noqa: PT012 - the server closes at some time
        while time.monotonic() < deadline:
            connection.sendall(request)
            time.sleep(0.01)


def test_no_process_on_the_machine_invents_addresses(one_api) -> None:
    api = one_api(rate=0.1, burst=2)
    guesses = [
        httpx.get(f"{api.url}/v1/runs", headers={"X-Forwarded-For": f"203.0.113.{n}"}).status_code
        for n in range(4)
    ]
    assert guesses == [401, 401, 429, 429]


def test_a_token_limited_to_sources_reads_no_figures(service: Service) -> None:
    problem(service.client.get("/metrics", headers=bearer(NORTH)), 403, "source")
    assert service.client.get("/metrics", headers=bearer(READER)).status_code == 200


def test_an_address_counts_with_its_network() -> None:
    assert client_group("2001:db8:1:2:3::4") == client_group("2001:db8:1:2:9::1")
    assert client_group("2001:db8:1:2::1") != client_group("2001:db8:1:3::1")
    assert client_group("::ffff:203.0.113.7") == "203.0.113.7"
    assert client_group("::1") == "::1"


class _Connection:
    """What is counted of a connection; it is its own transport."""

    counted_as: str | None = None
    is_aborted = False

    @property
    def transport(self) -> "_Connection":
        return self

    def abort(self) -> None:
        self.is_aborted = True


def _answers(api: Api) -> bool:
    try:
        return httpx.get(f"{api.url}/healthz").status_code == 200
    except httpx.TransportError:
        return False


def test_connections_are_counted_and_released_once() -> None:
    limits = Connections(ApiSettings(connections=2, connections_per_address=2))
    first, second, third = (_Connection() for _ in range(3))
    assert limits.admit(first, "a")
    assert limits.admit(second, "b")
    limits.waiting.clear()
    assert not limits.admit(third, "c")
    limits.release(first)
    limits.release(first)
    assert limits.admit(third, "c")
    assert dict(limits.by_client) == {"b": 1, "c": 1}


def test_a_new_connection_takes_the_place_of_one_that_asks_nothing() -> None:
    limits = Connections(ApiSettings(connections=2))
    first, second, third = (_Connection() for _ in range(3))
    assert limits.admit(first, "a")
    assert limits.admit(second, "a")
    limits.waiting.pop(first)
    assert limits.admit(third, "b")
    assert [it.is_aborted for it in (first, second, third)] == [False, True, False]
    assert dict(limits.by_client) == {"a": 1, "b": 1}


def test_behind_a_trusted_proxy_clients_share_no_limit() -> None:
    settings = ApiSettings(connections_per_address=1, trusted_proxies="10.0.0.0/8, 192.0.2.1")
    limits = Connections(settings)
    for address, admitted in (("10.1.2.3", 3), ("192.0.2.1", 3), ("192.0.2.2", 1)):
        assert [limits.admit(_Connection(), address) for _ in range(3)].count(True) == admitted
