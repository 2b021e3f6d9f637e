"""A TCP proxy that breaks what passes through it, as networks do."""

import asyncio
import random
import socket
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self

HOST = "127.0.0.1"
CHUNK = 65536
RESET_ON_CLOSE = struct.pack("ii", 1, 0)


@dataclass(eq=False)
class Link:
    """One connection and its other half."""

    near: asyncio.StreamWriter
    far: asyncio.StreamWriter
    is_dead: bool = False
    """Nothing passes any more, and neither end is told."""

    def reset(self) -> None:
        """End both halves with RST."""
        for writer in (self.near, self.far):
            end = writer.get_extra_info("socket")
            with suppress(OSError):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
            writer.transport.abort()


class Proxy:
    """Forwards connections on loopback to ``port``; lives on a thread of its own.

    ``delay`` (seconds, at the most) and ``cut_rate`` (the share of chunks within which the
    connection is reset) may be changed at any time; ``cuts`` counts connections that were reset.
    """

    def __init__(self, port: int, seed: int = 0) -> None:
        """Prepare; ``with`` starts it."""
        self.target = port
        self.port = 0
        self.delay = 0.0
        self.cut_rate = 0.0
        self.cuts = 0
        self.connections = 0
        self._random = random.Random(seed)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._links: set[Link] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._passing = asyncio.Event()
        self._drop_answers = False
        self._server: asyncio.Server | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        self._passing.set()
        self.listen()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    def through(self, url: str) -> str:
        """``url`` of the target, by way of the proxy."""
        return url.replace(f":{self.target}", f":{self.port}")

    def cut(self) -> None:
        """Reset every connection; new ones are taken."""
        self._do(self._cut)

    def close(self) -> None:
        """Refuse new connections until ``listen``; those that stand live on."""
        self._do(self._close)

    def listen(self) -> None:
        """Take connections."""
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(5)

    def hold(self) -> None:
        """A black hole: connections are taken, and nothing passes until ``release``."""
        self._do(self._passing.clear)

    def release(self) -> None:
        """What was held arrives after all, as after a partition of the network."""
        self._do(self._passing.set)

    def heal(self) -> None:
        """Messages are neither late nor torn any more."""
        self.delay = self.cut_rate = 0

    def forget(self) -> None:
        """Half-open: on today's connections nothing passes ever again, and nobody is told."""
        self._do(self._forget)

    def lose_an_answer(self) -> None:
        """The next request arrives, and its connection is reset instead of an answer."""
        self._do(self._lose)

    def _do(self, act: Callable[[], object]) -> None:
        done = threading.Event()

        def step() -> None:
            act()
            done.set()

        self._loop.call_soon_threadsafe(step)
        done.wait(5)

    def _lose(self) -> None:
        self._drop_answers = True

    def _cut(self) -> None:
        for link in self._links:
            self._reset(link)

    def _forget(self) -> None:
        for link in self._links:
            link.is_dead = True

    def _reset(self, link: Link) -> None:
        self.cuts += 1
        link.reset()

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._accept, HOST, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    def _close(self) -> None:
        if self._server is not None:
            self._server.close()

    async def _end(self) -> None:
        self._close()
        self._cut()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, near: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        self.connections += 1
        try:
            answers, far = await asyncio.open_connection(HOST, self.target)
        except OSError:
            near.transport.abort()
            return
        link = Link(near, far)
        self._links.add(link)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._pump(link, reader, far))
                group.create_task(self._pump(link, answers, near))
        except* OSError:
            pass
        except* asyncio.CancelledError:
            pass  # the end of the proxy; asyncio's streams would print it
        finally:
            self._links.discard(link)
            near.close()
            far.close()

    async def _pump(
        self, link: Link, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        while data := await reader.read(CHUNK):
            await self._passing.wait()
            if self.delay:
                await asyncio.sleep(self._random.uniform(0, self.delay))
            if link.is_dead:
                continue
            if writer is link.near and self._is_lost():
                self._reset(link)
            elif self._random.random() < self.cut_rate:
                writer.write(data[: self._random.randrange(len(data))])
                self._reset(link)
            else:
                writer.write(data)
                await writer.drain()
        await self._passing.wait()
        if not link.is_dead:
            writer.close()

    def _is_lost(self) -> bool:
        lost, self._drop_answers = self._drop_answers, False
        return lost
