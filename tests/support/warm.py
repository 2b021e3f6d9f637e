"""Python processes that begin with their modules imported: forks of ``fork_server.py``."""

import json
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

SERVER = Path(__file__).with_name("fork_server.py")
HOOKS = str(Path(__file__).with_name("hooks"))
OF_PYTHON = ("PYTHON", "LANG", "LC_")
"""How the variables begin that Python reads before it runs anything."""
NUMBER = struct.Struct("=q")


def popen(
    command: Sequence[str], *, env: Mapping[str, str] | None = None, **options: Any
) -> "subprocess.Popen[Any]":
    """Start ``[sys.executable, "-m", MODULE, …]``, warm where the process cannot tell."""
    is_warm = sys.platform == "linux" and (env is None or _may_be_warm(env))
    return (WarmProcess if is_warm else subprocess.Popen)(command, env=env, **options)


def _may_be_warm(env: Mapping[str, str]) -> bool:
    """Tell whether a cold process would find the same Python; a fork imports the hooks itself."""
    is_troubled = "TEST_TROUBLE" in env  # changes what others have imported by its name
    return not is_troubled and _variables_of_python(env) == _variables_of_python(os.environ)


def _variables_of_python(env: Mapping[str, str]) -> dict[str, str]:
    found = {name: value for name, value in env.items() if name.startswith(OF_PYTHON)}
    paths = found.pop("PYTHONPATH", "").split(os.pathsep)
    return {**found, "PYTHONPATH": os.pathsep.join(path for path in paths if path != HOOKS)}


class WarmProcess(subprocess.Popen[Any]):
    """A ``Popen`` whose process is forked by the server, which is its parent."""

    _waitpid_lock: threading.Lock  # as in the base class, whose types do not tell it

    def _execute_child(self, args: Any, *others: Any) -> None:
        cwd, env = others[4:6]
        pipes = others[9:15]
        request = {
            "module": args[2],
            "words": args[3:],
            "folder": str(cwd or Path.cwd()),
            "env": dict(os.environ if env is None else env),
            "session": others[-2],
        }
        files = [pipes[0], pipes[3], pipes[5]]
        inherited = [number if file == -1 else file for number, file in enumerate(files)]
        try:
            self._server = _server.fork(request, inherited)
            self.pid = self._receive()
        finally:
            self._close_pipe_fds(*pipes)  # type: ignore[attr-defined]
        self._child_created = True

    def _internal_poll(self, *_: Any, **__: Any) -> int | None:
        if self.returncode is None and self._waitpid_lock.acquire(blocking=False):
            try:
                pid, status = self._try_wait(os.WNOHANG)
                if pid:
                    self._handle_exitstatus(status)  # type: ignore[attr-defined]
            finally:
                self._waitpid_lock.release()
        return self.returncode

    def _try_wait(self, flags: int) -> tuple[int, int]:
        """Return what ``os.waitpid`` tells a parent."""
        if self.returncode is not None:
            return 0, 0
        try:
            status = self._receive(socket.MSG_DONTWAIT if flags else 0)
        except BlockingIOError:
            return 0, 0
        except (EOFError, ConnectionError):  # the server is gone, and has taken its forks along
            status = signal.SIGTERM
        self._server.close()
        return self.pid, status

    def _receive(self, flags: int = 0) -> int:
        word = self._server.recv(NUMBER.size, flags)
        if not word:
            raise EOFError("the fork server has ended")
        return int(NUMBER.unpack(word)[0])


class _Server:
    """The process that imports and forks; it ends with this one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def fork(self, request: dict[str, Any], files: list[int]) -> socket.socket:
        """Return a connection that tells the id of a new process, and later its status."""
        ours, theirs = socket.socketpair()
        with theirs, self._lock:
            if self._process is None:
                self._start()
            socket.send_fds(self._requests, [b"+"], [theirs.fileno(), *files])
        body = json.dumps(request).encode()
        ours.sendall(NUMBER.pack(len(body)) + body)
        return ours

    def stop(self) -> None:
        """End the server and, with it, what it has forked."""
        if self._process is not None:
            self._requests.close()
            self._process.wait()
            self._process = None

    def _start(self) -> None:
        self._requests, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, SERVER, str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )


_server = _Server()
stop = _server.stop
