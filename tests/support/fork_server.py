"""A process that imports what workers and commands need, once, and forks for each of them.

Importing takes longer than most tests. Each fork is a process of its own, with its own id, session,
environment, folder, files, signals and exit code, and runs ``python -m MODULE`` from there.
"""

import atexit
import gc
import json
import os
import runpy
import select
import signal
import socket
import struct
import sys
from collections.abc import Iterator
from contextlib import suppress
from ctypes import CDLL
from importlib import import_module
from itertools import chain
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

PACKAGES = ("glueline", "glueline_worker", "glueline_simulator")
READING = ("__main__", "glueline_worker.app", "glueline.beat")
"""Modules that read settings, or more, while they are imported."""
LIBRARIES = (
    *("celery.bin.celery", "celery.bin.worker", "celery.apps.worker", "celery.concurrency.thread"),
    *("celery.worker.components", "celery.worker.consumer", "kombu.transport.redis", "uvicorn"),
    *("sqlalchemy.dialects.postgresql", "sqlalchemy.dialects.sqlite", "typer.rich_utils"),
    *("aiobotocore.session", "markdown_it", "sqlite3"),
)
"""Modules that our own import when they need them."""
HOOKS = str(Path(__file__).with_name("hooks"))
PR_SET_PDEATHSIG = 1
NUMBER = struct.Struct("=q")


def main() -> None:
    """Be the server, and later, in a fork, the process that was asked for."""
    del sys.path[0]  # the folder of this file, where `python -m` has the current one
    end = _End()
    atexit.register(end.leave)  # the first that is registered comes last
    for name in (*LIBRARIES, *chain.from_iterable(map(_modules, PACKAGES))):
        import_module(name)
    gc.collect()
    gc.freeze()  # else the next collection of each fork would copy all pages
    request = _serve(socket.socket(fileno=int(sys.argv[1])))
    if request is not None:
        sys.argv = [request["module"], *request["words"]]
        with end:
            runpy.run_module(request["module"], run_name="__main__", alter_sys=True)


class _End:
    """The end of a fork, without the dissolution of all modules, which would copy their pages."""

    _code: object = None
    _is_known = False

    def __enter__(self) -> None:
        return

    def __exit__(self, kind: object, error: BaseException | None, _: object) -> None:
        self._is_known = not isinstance(error, KeyboardInterrupt)  # which ends by the signal
        self._code = error.code if isinstance(error, SystemExit) else int(error is not None)

    def leave(self) -> None:
        """Leave with the code that Python would leave with, after all that it does before."""
        if self._is_known:
            with suppress(OSError, ValueError):  # then let Python say so
                sys.stdout.flush()
                sys.stderr.flush()
                code = self._code
                os._exit(code & 255 if isinstance(code, int) else int(code is not None))


def _modules(package: str) -> Iterator[str]:
    """List the modules of a package that may be imported without a need for them."""
    for found in walk_packages(import_module(package).__path__, f"{package}."):
        if not found.name.endswith(READING):
            yield found.name


def _serve(requests: socket.socket) -> dict[str, Any] | None:
    """Fork for each request until the connection ends; return the request in the fork."""
    poll = select.poll()
    poll.register(requests, select.POLLIN)
    children: dict[int, tuple[int, socket.socket]] = {}
    while True:
        for ready, _ in poll.poll():
            if ready in children:
                pid, connection = children.pop(ready)
                poll.unregister(ready)
                os.close(ready)
                with connection, suppress(OSError):  # the other side may be gone
                    connection.sendall(NUMBER.pack(os.waitpid(pid, 0)[1]))
                continue
            word, files, *_ = socket.recv_fds(requests, 1, 4)
            if not word:
                return None
            connection = socket.socket(fileno=files[0])
            request = _read_request(connection)
            pid = os.fork()
            if pid == 0:
                for held in (requests, connection, *(one for _, one in children.values())):
                    held.detach()  # else its end would close a file of the new process
                _become(request, files[1:])
                return request
            for file in files[1:]:
                os.close(file)
            connection.sendall(NUMBER.pack(pid))
            watch = os.pidfd_open(pid)
            children[watch] = (pid, connection)
            poll.register(watch, select.POLLIN)


def _read_request(connection: socket.socket) -> dict[str, Any]:
    with connection.makefile("rb") as file:
        (length,) = NUMBER.unpack(file.read(NUMBER.size))
        request: dict[str, Any] = json.loads(file.read(length))
    return request


def _become(request: dict[str, Any], files: list[int]) -> None:
    """Turn a fork of the server into the process that was asked for."""
    CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if request["session"]:
        os.setsid()
    for number, file in enumerate(files):
        os.dup2(file, number)
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["env"])
    paths = request["env"].get("PYTHONPATH", "").split(os.pathsep)
    sys.path[:0] = [request["folder"], *(path for path in paths if path not in sys.path)]
    sys.stdin = sys.__stdin__ = os.fdopen(0, errors=sys.stdin.errors, closefd=False)  # type: ignore[misc]
    lines = 1 if os.isatty(1) else -1
    out = os.fdopen(1, "w", lines, errors=sys.stdout.errors, closefd=False)
    sys.stdout = sys.__stdout__ = out  # type: ignore[misc]
    error = os.fdopen(2, "w", buffering=1, errors="backslashreplace", closefd=False)
    sys.stderr = sys.__stderr__ = error  # type: ignore[misc]
    if HOOKS in paths:
        import_module("sitecustomize")


if __name__ == "__main__":
    main()
