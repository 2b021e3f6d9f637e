"""``stdout:``: one JSON object a line for each record."""

import asyncio
import shutil
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from io import UnsupportedOperation
from tempfile import SpooledTemporaryFile
from typing import IO

from glueline.contract.errors import UsageError
from glueline.contract.records import Record
from glueline.contract.terminal import escape_json
from glueline_worker.sinks.atomic_files import disk_errors
from glueline_worker.sinks.base import Commit, CommitReport, Receipt, Run, SinkUnavailable
from glueline_worker.sinks.json_text import as_json
from glueline_worker.sinks.sink_url import Location
from glueline_worker.sinks.stdout.pipe import SLICE, Patience, Stalled, turn_at, write_blocks

STDOUT = 1
IN_MEMORY = 1 << 20
"""Bytes of one unit's lines that are held in memory before they move to a temporary file."""

THREAD = "glueline-stdout"

PATIENCE = 600.0
"""Seconds that a reader may take nothing; people who page through the lines take their time."""


def stdout_sink(location: Location) -> "StdoutSink":
    """Make the sink of ``stdout:``; raises UsageError."""
    location.refuse_options_except(())
    if location.host or location.path:
        raise UsageError(f"the sink {location.name!r} is written without a path: stdout:")
    return StdoutSink()


class StdoutSink:
    """Prints the lines of a unit together once the unit is complete, never half a line.

    What was printed stays printed: a unit that completes twice is printed twice.
    """

    name = "stdout:"
    identity = name

    def __init__(self, stream: IO[bytes] | None = None, patience: float = PATIENCE) -> None:
        """Print to ``stream``, by default to the process's standard output.

        A unit fails when nothing was taken for ``patience`` seconds.
        """
        self._stream = stream
        self._patience = patience
        self._turn = threading.Lock()

    async def open(self) -> None:
        """Take the file descriptor itself: Celery replaces ``sys.stdout`` by its log."""
        if self._stream is None:
            self._stream = open(STDOUT, "wb", closefd=False)  # noqa: ASYNC230, SIM115

    async def newest_generation(self, source: str) -> int:  # noqa: ARG002 - the protocol's
        """What was printed is not remembered."""
        return 0

    async def begin(self, run: Run, unit_id: str) -> "_Lines":  # noqa: ARG002 - the protocol's
        """Start to collect a unit's lines."""
        return _Lines(self)

    async def commit(self, commit: Commit) -> CommitReport:  # noqa: ARG002
        """Nothing is left to do."""
        return CommitReport()

    async def abort(self, run: Run, *, replayed: bool = False) -> None:
        """What was printed stays."""

    async def close(self) -> None:
        """Leave standard output open: it is not ours."""

    async def print(self, lines: IO[bytes]) -> None:
        """Copy ``lines`` to the stream while no other unit does, and close them.

        Raises SinkUnavailable when the reader stalls. The thread then still writes the lines that
        it has begun to write; all others it leaves.
        """
        loop = asyncio.get_running_loop()
        printed: asyncio.Future[None] = loop.create_future()
        wanted = threading.Event()
        wanted.set()

        def report(error: Exception | None) -> None:
            def settle() -> None:
                if printed.done():
                    return
                if error is None:
                    printed.set_result(None)
                else:
                    printed.set_exception(error)

            with suppress(RuntimeError):  # the loop is closed
                loop.call_soon_threadsafe(settle)

        # No executor's thread: one that is stuck would keep the process from its end.
        threading.Thread(
            target=self._print, args=(lines, wanted, report), name=THREAD, daemon=True
        ).start()
        try:
            await printed
        finally:
            wanted.clear()

    def _print(
        self,
        lines: IO[bytes],
        wanted: threading.Event,
        report: Callable[[Exception | None], None],
    ) -> None:
        stalled = SinkUnavailable(
            f"cannot write to {self.name}: what reads it has taken nothing for {self._patience:g} s"
        )
        try:
            with disk_errors(self.name), lines:
                self._copy(lines, Patience(self._patience, wanted.is_set), lambda: report(stalled))
        except Stalled:
            report(stalled)
        except Exception as error:  # noqa: BLE001 - raised where the unit waits
            report(error)
        else:
            report(None)

    def _copy(self, lines: IO[bytes], patience: Patience, report: Callable[[], None]) -> None:
        assert self._stream is not None, "the sink is not open"
        lines.seek(0)
        while not self._turn.acquire(timeout=SLICE):
            patience.check()
        try:
            try:
                target = self._stream.fileno()
            except UnsupportedOperation:  # no file of the system
                shutil.copyfileobj(lines, self._stream)
                return
            patience.renew()
            with turn_at(target, patience):
                write_blocks(target, lines, patience, report)
        finally:
            self._turn.release()


class _Lines:
    def __init__(self, sink: StdoutSink) -> None:
        self._sink = sink
        self._lines: IO[bytes] | None = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115
        self._records = 0

    async def write(self, records: Sequence[Record]) -> None:
        await asyncio.to_thread(self._write, records)

    def _write(self, records: Sequence[Record]) -> None:
        assert self._lines is not None, "nothing is written behind the end"
        with disk_errors(self._sink.name):
            for record in records:
                self._lines.write(escape_json(as_json(record)[1]) + b"\n")
        self._records += len(records)

    async def complete(self) -> Receipt:
        lines, self._lines = self._lines, None
        assert lines is not None, "a writer completes once"
        await self._sink.print(lines)
        return {"records": self._records}

    async def discard(self) -> None:
        if self._lines is not None:
            self._lines.close()
            self._lines = None
