"""A master, a replica and two Sentinels: real servers that fail over."""

import subprocess
import time
from pathlib import Path
from typing import Any, Self

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
        self.servers = (find_free_port(), find_free_port())
        self.sentinels = (find_free_port(), find_free_port())
        self._processes: dict[int, subprocess.Popen[bytes]] = {}

    @property
    def url(self) -> str:
        hosts = ",".join(f"127.0.0.1:{port}" for port in self.sentinels)
        return (
            f"sentinel://:redis%3A%40%2Fsecret@{hosts}/{MASTER}/0"
            "?sentinel_password=sentinel%20secret"
        )

    def __enter__(self) -> Self:
        master, replica = self.servers
        common = f'requirepass "{PASSWORD}"\nmasterauth "{PASSWORD}"\nrepl-diskless-sync-delay 0\n'
        self._start(master, common)
        self._start(replica, f"{common}replicaof 127.0.0.1 {master}\n")
        self._until(lambda: self.server(replica).info()["master_link_status"] == "up")
        for port in self.sentinels:
            self._start(
                port,
                f'requirepass "{SENTINEL_PASSWORD}"\n'
                f'sentinel sentinel-pass "{SENTINEL_PASSWORD}"\n'
                f"sentinel monitor {MASTER} 127.0.0.1 {master} 2\n"
                f'sentinel auth-pass {MASTER} "{PASSWORD}"\n'
                f"sentinel down-after-milliseconds {MASTER} 700\n"
                f"sentinel failover-timeout {MASTER} 3000\n",
                "--sentinel",
            )
        for port in self.sentinels:
            self._until(lambda port=port: self._knows_all(port))
        return self

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

    def _start(self, port: int, text: str, *options: str) -> None:
        folder = self._folder / str(port)
        folder.mkdir(parents=True)
        config = folder / "redis.conf"
        config.write_text(f'bind 127.0.0.1\nport {port}\ndir "{folder}"\nsave ""\n{text}')
        with (folder / "log").open("wb") as log:
            command = [find_server_binary(), str(config), *options]
            self._processes[port] = start_process(command, stdout=log, stderr=log)
        self._until(lambda: self._answers(port))

    def _answers(self, port: int) -> bool:
        try:
            return bool(self.server(port).ping())
        except redis.RedisError:
            return False

    def _until(self, check: Any) -> None:
        deadline = time.monotonic() + 60
        while not check():
            assert time.monotonic() < deadline
            time.sleep(0.05)
