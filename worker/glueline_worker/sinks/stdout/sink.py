"""The sink ``stdout:``, which prints each record as one line of JSON."""

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
from glueline_worker.sinks.atomic_files import translate_disk_errors
from glueline_worker.sinks.errors import SinkUnavailable
from glueline_worker.sinks.json_text import to_json
from glueline_worker.sinks.model import Commit, CommitReport, Receipt, Run
from glueline_worker.sinks.sink_url import SinkUrl
from glueline_worker.sinks.stdout.pipe import (
    POLL_SECONDS,
    ProgressTimeout,
    ReaderStalled,
    lock_pipe,
    write_blocks,
)

_STDOUT = 1
_MAX_BYTES_IN_MEMORY = 1 << 20
"""Bytes of one unit's lines in memory before they move to a temporary file."""

_THREAD_NAME = "glueline-stdout"

_STALL_SECONDS = 600.0
"""Seconds that a reader may take nothing: somebody may page through the lines."""


def make_stdout_sink(sink_url: SinkUrl) -> "StdoutSink":
    """Make the sink of ``stdout:``; raises UsageError."""
    sink_url.refuse_options_except(())
    if sink_url.host or sink_url.path:
        raise UsageError(f"the sink {sink_url.name!r} is written without a path: stdout:")
    return StdoutSink()


class StdoutSink:
    """Prints the lines of a unit together once the unit is complete, never half a line.

    Nothing can be taken back: a unit that completes twice is printed twice.
    """

    name = "stdout:"
    identity = name

    def __init__(
        self, stream: IO[bytes] | None = None, stall_seconds: float = _STALL_SECONDS
    ) -> None:
        """Print to ``stream``, by default to the process's standard output.

        A unit fails when the reader has taken nothing for ``stall_seconds``.
        """
        self._stream = stream
        self._stall_seconds = stall_seconds
        self._lock = threading.Lock()

    async def open(self) -> None:
        """Open the file descriptor itself, because Celery replaces ``sys.stdout`` by its log."""
        if self._stream is None:
            self._stream = open(_STDOUT, "wb", closefd=False)  # noqa: ASYNC230, SIM115

    async def newest_generation(self, source: str) -> int:  # noqa: ARG002 - the protocol's
        """Return 0: the sink does not remember what it printed."""
        return 0

    async def begin(self, run: Run, unit_id: str) -> "_StdoutUnitWriter":  # noqa: ARG002 - the protocol's
        """Start to collect the lines of a unit."""
        return _StdoutUnitWriter(self)

    async def commit(self, commit: Commit) -> CommitReport:  # noqa: ARG002
        """Do nothing: all lines are printed by now."""
        return CommitReport()

    async def abort(self, run: Run, *, replayed: bool = False) -> None:
        """Do nothing: printed lines cannot be taken back."""

    async def close(self) -> None:
        """Do nothing: standard output belongs to the process."""

    async def print(self, lines: IO[bytes]) -> None:
        """Copy ``lines`` to the stream while no other unit does, and close them.

        Raises SinkUnavailable when the reader stalls. The thread then still finishes the block
        that it has begun, and drops the rest.
        """
        loop = asyncio.get_running_loop()
        printed: asyncio.Future[None] = loop.create_future()
        is_wanted = threading.Event()
        is_wanted.set()

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

        # Not a thread of an executor: the process could not end while such a thread is stuck.
        threading.Thread(
            target=self._print, args=(lines, is_wanted, report), name=_THREAD_NAME, daemon=True
        ).start()
        try:
            await printed
        finally:
            is_wanted.clear()

    def _print(
        self,
        lines: IO[bytes],
        is_wanted: threading.Event,
        report: Callable[[Exception | None], None],
    ) -> None:
        stalled = SinkUnavailable(
            f"cannot write to {self.name}: its reader has taken nothing for "
            f"{self._stall_seconds:g} s"
        )
        try:
            with translate_disk_errors(self.name), lines:
                self._copy(
                    lines,
                    ProgressTimeout(self._stall_seconds, is_wanted.is_set),
                    lambda: report(stalled),
                )
        except ReaderStalled:
            report(stalled)
        except Exception as error:  # noqa: BLE001 - raised where the unit waits
            report(error)
        else:
            report(None)

    def _copy(self, lines: IO[bytes], timeout: ProgressTimeout, report: Callable[[], None]) -> None:
        assert self._stream is not None, "the sink is not open"
        lines.seek(0)
        while not self._lock.acquire(timeout=POLL_SECONDS):
            timeout.check()
        try:
            try:
                target = self._stream.fileno()
            except UnsupportedOperation:  # no file of the system
                shutil.copyfileobj(lines, self._stream)
                return
            timeout.renew()
            with lock_pipe(target, timeout):
                write_blocks(target, lines, timeout, report)
        finally:
            self._lock.release()


class _StdoutUnitWriter:
    """Collects the lines of a unit, in a temporary file when there are many."""

    def __init__(self, sink: StdoutSink) -> None:
        self._sink = sink
        self._lines: IO[bytes] | None = SpooledTemporaryFile(max_size=_MAX_BYTES_IN_MEMORY)  # noqa: SIM115
        self._records = 0

    async def write(self, records: Sequence[Record]) -> None:
        await asyncio.to_thread(self._write, records)

    def _write(self, records: Sequence[Record]) -> None:
        assert self._lines is not None, "nothing is written after the end"
        with translate_disk_errors(self._sink.name):
            for record in records:
                self._lines.write(escape_json(to_json(record)[1]) + b"\n")
        self._records += len(records)

    def shares_commit(self) -> bool:
        """Return False: nothing is committed."""
        return False

    async def complete(self) -> Receipt:
        lines, self._lines = self._lines, None
        assert lines is not None, "a writer completes only once"
        await self._sink.print(lines)
        return {"records": self._records}

    async def discard(self) -> None:
        if self._lines is not None:
            self._lines.close()
            self._lines = None
