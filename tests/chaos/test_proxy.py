"""The proxy breaks what it says, and only then."""

import socket
import socketserver
import threading
from collections.abc import Iterator

import pytest
from tests.chaos.proxy import HOST, Proxy

PATIENCE = 60


class Echo(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        while data := self.request.recv(1000):
            self.server.heard.append(data)  # type: ignore[attr-defined]
            self.request.sendall(data)


class Echoes(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__((HOST, 0), Echo)
        self.heard: list[bytes] = []


@pytest.fixture
def echoes() -> Iterator[Echoes]:
    with Echoes() as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def proxy(echoes: Echoes) -> Iterator[Proxy]:
    with Proxy(echoes.server_address[1]) as running:
        yield running


def connect(proxy: Proxy) -> socket.socket:
    return socket.create_connection((HOST, proxy.port), timeout=PATIENCE)


def ask(connection: socket.socket, text: bytes) -> bytes:
    connection.sendall(text)
    return connection.recv(1000)


def is_silent(connection: socket.socket) -> bool:
    connection.settimeout(0.1)
    try:
        connection.recv(1000)
    except TimeoutError:
        return True
    finally:
        connection.settimeout(PATIENCE)
    return False


def test_it_forwards(proxy: Proxy) -> None:
    with connect(proxy) as one, connect(proxy) as other:
        assert (ask(one, b"a"), ask(other, b"b"), ask(one, b"c")) == (b"a", b"b", b"c")
    assert (proxy.connections, proxy.cuts) == (2, 0)


def test_a_cut_resets_what_is_there_and_takes_new_connections(proxy: Proxy) -> None:
    with connect(proxy) as one:
        assert ask(one, b"a") == b"a"
        proxy.cut()
        with pytest.raises(ConnectionResetError):
            one.recv(1000)
    assert proxy.cuts == 1
    with connect(proxy) as other:
        assert ask(other, b"b") == b"b"


def test_it_refuses_new_connections_until_it_listens_again(proxy: Proxy) -> None:
    with connect(proxy) as early:
        assert ask(early, b"a") == b"a"
        proxy.close()
        with pytest.raises(ConnectionRefusedError):
            connect(proxy)
        assert ask(early, b"b") == b"b"
    proxy.listen()
    with connect(proxy) as one:
        assert ask(one, b"a") == b"a"


def test_what_is_held_arrives_when_it_is_released(proxy: Proxy, echoes: Echoes) -> None:
    with connect(proxy) as one:
        assert ask(one, b"a") == b"a"
        proxy.hold()
        one.sendall(b"b")
        with connect(proxy) as late:
            late.sendall(b"c")
            assert is_silent(one)
            assert is_silent(late)
            assert echoes.heard == [b"a"]
            proxy.release()
            one.settimeout(PATIENCE)
            late.settimeout(PATIENCE)
            assert (one.recv(1000), late.recv(1000)) == (b"b", b"c")


def test_a_forgotten_connection_stays_silent_and_new_ones_pass(proxy: Proxy) -> None:
    with connect(proxy) as one, connect(proxy) as other:
        assert ask(one, b"a") == b"a"
        proxy.forget()
        one.sendall(b"b")
        assert is_silent(one)
        assert is_silent(other)
        with connect(proxy) as late:
            assert ask(late, b"c") == b"c"


def test_a_lost_answer_was_asked_for(proxy: Proxy, echoes: Echoes) -> None:
    with connect(proxy) as one:
        proxy.lose_an_answer()
        with pytest.raises(ConnectionResetError):
            ask(one, b"a")
    assert echoes.heard == [b"a"]
    with connect(proxy) as other:
        assert ask(other, b"b") == b"b"


def test_it_cuts_within_a_chunk_by_its_rate(proxy: Proxy, echoes: Echoes) -> None:
    proxy.cut_rate = 1
    with connect(proxy) as one:
        one.sendall(b"abcdef")
        with pytest.raises(ConnectionResetError):
            one.recv(1000)
    assert proxy.cuts == 1
    assert b"abcdef" not in echoes.heard
