"""A master, a replica and two Sentinels: real servers that fail over."""

import subprocess
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Self

import redis
from tests.support.ports import find_free_port

from glueline_worker.local.processes import start_process, stop_process
from glueline_worker.local.server import find_server_binary

PASSWORD = "redis:@/secret"
SENTINEL_PASSWORD = "sentinel secret"
MASTER = "main"


class Failover:
    """For the time of a ``with`` block, in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.servers: tuple[int, ...] = ()
        self.sentinels: tuple[int, ...] = ()
        self._processes: dict[int, subprocess.Popen[bytes]] = {}

    @property
    def url(self) -> str:
        hosts = ",".join(f"127.0.0.1:{port}" for port in self.sentinels)
        return (
            f"sentinel://:redis%3A%40%2Fsecret@{hosts}/{MASTER}/0"
            "?sentinel_password=sentinel%20secret"
        )

    def __enter__(self) -> Self:
        try:
            self._start_all()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _start_all(self) -> None:
        common = f'requirepass "{PASSWORD}"\nmasterauth "{PASSWORD}"\nrepl-diskless-sync-delay 0\n'
        master = self._start(PASSWORD, common)
        replica = self._start(PASSWORD, f"{common}replicaof 127.0.0.1 {master}\n")
        self.servers = (master, replica)
        self._until(lambda: self.server(replica).info()["master_link_status"] == "up")
        for _ in range(2):
            port = self._start(
                SENTINEL_PASSWORD,
                f'requirepass "{SENTINEL_PASSWORD}"\n'
                f'sentinel sentinel-pass "{SENTINEL_PASSWORD}"\n'
                f"sentinel monitor {MASTER} 127.0.0.1 {master} 2\n"
                f'sentinel auth-pass {MASTER} "{PASSWORD}"\n'
                f"sentinel down-after-milliseconds {MASTER} 700\n"
                f"sentinel failover-timeout {MASTER} 3000\n",
                "--sentinel",
            )
            self.sentinels = (*self.sentinels, port)
        for port in self.sentinels:
            self._until(lambda port=port: self._knows_all(port))

    def __exit__(self, *_: object) -> None:
        for process in self._processes.values():
            stop_process(process, 2)

    def server(self, port: int) -> redis.Redis:
        password = SENTINEL_PASSWORD if port in self.sentinels else PASSWORD
        return redis.Redis(port=port, password=password, decode_responses=True)

    def kill_master(self) -> None:
        """The replica has all that was written until now."""
        master = self.servers[0]
        assert self.server(master).wait(1, 2000) == 1
        self._processes[master].kill()
        self._processes[master].wait()

    def kill_a_sentinel(self) -> None:
        process = self._processes[self.sentinels[0]]
        process.kill()
        process.wait()

    def _knows_all(self, port: int) -> bool:
        found = self.server(port).sentinel_master(MASTER)
        return found["num-slaves"] >= 1 and found["num-other-sentinels"] >= 1

    def _start(self, password: str, text: str, *options: str) -> int:
        """Start a server and return its port; another one may take a free port first."""
        for _ in range(5):
            port = find_free_port()
            process = self._processes[port] = self._launch(port, text, options)
            with redis.Redis(port=port, password=password) as client:
                self._until(partial(_has_ended_or_answers, process, client))
            if process.poll() is None:
                return port
        raise AssertionError((self._folder / str(port) / "log").read_text())

    def _launch(self, port: int, text: str, options: tuple[str, ...]) -> subprocess.Popen[bytes]:
        folder = self._folder / str(port)
        folder.mkdir(parents=True, exist_ok=True)
        config = folder / "redis.conf"
        config.write_text(f'bind 127.0.0.1\nport {port}\ndir "{folder}"\nsave ""\n{text}')
        with (folder / "log").open("wb") as log:
            command = [find_server_binary(), str(config), *options]
            return start_process(command, stdout=log, stderr=log)

    def _until(self, check: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 60
        while not check():
            if time.monotonic() > deadline:
                logs = [path.read_text() for path in sorted(self._folder.glob("*/log"))]
                raise AssertionError("\n".join(logs))
            time.sleep(0.05)


def _has_ended_or_answers(process: "subprocess.Popen[bytes]", client: "redis.Redis") -> bool:
    try:
        return process.poll() is not None or bool(client.ping())
    except redis.RedisError:
        return False
