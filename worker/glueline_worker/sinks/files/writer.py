"""One attempt at a unit: a temporary file for each kind of record until the unit is complete."""

import asyncio
import threading
from collections.abc import Sequence
from contextlib import suppress
from itertools import groupby
from pathlib import Path

from glueline.contract.records import Record
from glueline_worker.sinks.base import Receipt
from glueline_worker.sinks.disk import disk_errors, publish, temporary_beside
from glueline_worker.sinks.files.jsonl import JsonLines
from glueline_worker.sinks.files.manifest import StoredObject, describe
from glueline_worker.sinks.keys import object_path

MKDIR_TRIES = 20


class UnitFiles:
    """Streams records to temporary files and renames them at the end.

    A cancelled call may leave its thread running; the lock lets ``discard`` wait for it.
    """

    def __init__(self, name: str, root: Path, run_id: str, unit_id: str) -> None:
        """Write below ``root``, the folder of the sink ``name``."""
        self._name = name
        self._root = root
        self._run_id = run_id
        self._unit_id = unit_id
        self._files: dict[str, JsonLines] = {}
        self._turn = threading.Lock()

    async def write(self, records: Sequence[Record]) -> None:
        """Append a batch."""
        await asyncio.to_thread(self._write, records)

    async def complete(self) -> Receipt:
        """Rename the files into place."""
        return await asyncio.to_thread(self._complete)

    async def discard(self) -> None:
        """Remove the temporary files."""
        await asyncio.to_thread(self._discard)

    def _write(self, records: Sequence[Record]) -> None:
        with self._turn, disk_errors(self._name):
            for kind, group in groupby(records, key=lambda record: record.kind):
                self._file(kind).append(tuple(group))

    def _file(self, kind: str) -> JsonLines:
        if kind not in self._files:
            self._files[kind] = _create(self._root / self._path(kind))
        return self._files[kind]

    def _path(self, kind: str) -> str:
        return object_path(kind, self._run_id, self._unit_id, JsonLines.extension)

    def _complete(self) -> Receipt:
        with self._turn, disk_errors(self._name):
            stored = [self._publish(kind, file) for kind, file in self._files.items()]
            self._files.clear()
        return {"objects": [one.model_dump() for one in stored]}

    def _publish(self, kind: str, file: JsonLines) -> StoredObject:
        file.finish()
        path = self._path(kind)
        temporary = file.path.relative_to(self._root).as_posix()
        measured = describe(self._root, temporary, kind, self._unit_id, file.records)
        publish(file.path, self._root / path)
        return measured.model_copy(update={"path": path})

    def _discard(self) -> None:
        with self._turn:
            for file in self._files.values():
                with suppress(OSError):
                    file.abandon()
                    # A run that was stopped leaves nothing, not even a folder made too late.
                    file.path.parent.rmdir()
            self._files.clear()


def _create(path: Path) -> JsonLines:
    """Begin a file beside ``path``; another attempt's ``discard`` may take the folder away.

    ``mkdir`` says that the folder exists when it goes just after that was found.
    """
    tries = 0
    while True:
        tries += 1
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            return JsonLines(temporary_beside(path))
        except (FileNotFoundError, FileExistsError):
            if tries == MKDIR_TRIES:
                raise
