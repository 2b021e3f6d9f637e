"""What clients ask of a Redis server."""

import threading
from contextlib import suppress
from typing import Any, Self

import redis


class RedisLoad:
    """Commands and reads of the server during a ``with`` block, without our own.

    ``commands`` are those that clients sent; what a script does inside Redis does not count.
    ``reads`` are the server's reads of sockets that had something to say: one for each round trip,
    however many commands travel in it.
    """

    def __init__(self, url: str) -> None:
        """Connect on entry."""
        self.commands = 0
        self.reads = 0
        self._client = redis.Redis.from_url(url, protocol=2)
        self._thread = threading.Thread(target=self._count, daemon=True)
        self._started = threading.Event()

    def __enter__(self) -> Self:
        self._client.ping()
        self._thread.start()
        self._started.wait(10)
        self._before = self._server_reads()
        return self

    def __exit__(self, *error: object) -> None:
        self.reads = self._server_reads() - self._before - 1  # the last question is our own
        self._client.echo(_END)
        self._thread.join(10)
        self._client.close()

    def _server_reads(self) -> int:
        info: Any = self._client.info("stats")
        return int(info["total_reads_processed"])

    def _count(self) -> None:
        with suppress(redis.RedisError), self._client.monitor() as monitor:
            self._started.set()
            for command in monitor.listen():
                if _END in command["command"]:
                    return
                is_ours = command["command"].startswith("INFO")
                if command["client_type"] != "lua" and not is_ours:
                    self.commands += 1


_END = "glueline-bench-end"
