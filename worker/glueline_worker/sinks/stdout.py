"""``stdout:``: one JSON object a line for each record."""

import asyncio
import fcntl
import shutil
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO

from glueline.contract.errors import UsageError
from glueline.contract.records import Record
from glueline.contract.text import escaped
from glueline_worker.sinks.base import Commit, CommitReport, Receipt, Run
from glueline_worker.sinks.disk import disk_errors
from glueline_worker.sinks.location import Location
from glueline_worker.sinks.text import as_json

STDOUT = 1
IN_MEMORY = 1 << 20
"""Bytes of one unit's lines that are held in memory before they move to a temporary file."""


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

    def __init__(self, stream: IO[bytes] | None = None) -> None:
        """Print to ``stream``, by default to the process's standard output."""
        self._stream = stream
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

    def print(self, lines: IO[bytes]) -> None:
        """Copy ``lines`` to the stream while no other unit does."""
        assert self._stream is not None, "the sink is not open"
        with self._turn, _machine_wide(), disk_errors(self.name):
            lines.seek(0)
            shutil.copyfileobj(lines, self._stream)
            self._stream.flush()


@contextmanager
def _machine_wide() -> Iterator[None]:
    """Keep other worker processes from the same pipe: a write to it is not atomic.

    They share the pipe but no lock, so this file serves as one.
    """
    with Path(__file__).open("rb") as ours:
        fcntl.flock(ours, fcntl.LOCK_EX)
        yield


class _Lines:
    def __init__(self, sink: StdoutSink) -> None:
        self._sink = sink
        self._lines = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closed below
        self._records = 0

    async def write(self, records: Sequence[Record]) -> None:
        await asyncio.to_thread(self._write, records)

    def _write(self, records: Sequence[Record]) -> None:
        with disk_errors(self._sink.name):
            for record in records:
                self._lines.write(escaped(as_json(record)[1]) + b"\n")
        self._records += len(records)

    async def complete(self) -> Receipt:
        await asyncio.to_thread(self._sink.print, self._lines)
        self._lines.close()
        return {"records": self._records}

    async def discard(self) -> None:
        self._lines.close()
