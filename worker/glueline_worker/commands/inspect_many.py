"""Read many files, in several processes where they are many, and keep their order.

A process that ends on a file, for want of memory, costs this file its lineage and no other.
"""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from itertools import chain, islice
from multiprocessing import get_all_start_methods, get_context
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter

from glueline.contract.errors import UsageError
from glueline.contract.terminal import escape_json
from glueline_worker.commands.given_schemas import FindSchemas
from glueline_worker.commands.inspect_output import make_lineage_document, make_summary_row
from glueline_worker.commands.inspect_reading import Surroundings, list_tables, read_file_lineage
from glueline_worker.lineage.model import Lineage
from glueline_worker.lineage.schemas import TableSchema

FEW = 500
"""So many files are read in the time that it takes to start further processes, a second or two."""
_CHUNK = 16
_MOST_PROCESSES = 8
_CHUNKS_AHEAD = 3
"""Chunks that wait for each process: they bound the results in memory."""
_ANY: TypeAdapter[object] = TypeAdapter(object)

Wanted = Literal["json", "row", "tables"]


@dataclass(frozen=True)
class FileReport:
    """The result of one file, small enough to pass between processes."""

    file: str
    text: str = ""
    """The JSON line, if that is wanted."""
    row: tuple[str, ...] = ()
    """The figures, or the tables, if these are wanted."""
    unread: str = ""
    """The reason why the file could not be read."""


@dataclass(frozen=True)
class Task:
    """The same for all files."""

    wanted: Wanted
    around: Surroundings
    schemas: dict[str, TableSchema] | None = None

    def run(self, files: Sequence[str]) -> list[FileReport]:
        """Read files one after the other."""
        return [self._run(file) for file in files]

    def _run(self, file: str) -> FileReport:
        finder = self._find if self.schemas is not None else None
        try:
            lineage = read_file_lineage(Path(file), self.around, finder)
        except UsageError as error:
            return self.report_unread(file, str(error))
        return self._report(file, lineage)

    def report_unread(self, file: str, reason: str) -> FileReport:
        """Return the report of a file that could not be read."""
        made = self._report(file, Lineage(warnings=(reason,)))
        return FileReport(made.file, made.text, made.row, reason)

    def _report(self, file: str, lineage: Lineage) -> FileReport:
        if self.wanted == "tables":
            return FileReport(file, row=tuple(list_tables(lineage)))
        if self.wanted == "row":
            return FileReport(file, row=make_summary_row(lineage))
        name = file.encode("utf-8", "replace").decode()
        document = {"file": name, **make_lineage_document(lineage)}
        return FileReport(file, escape_json(_ANY.dump_json(document)).decode())

    def _find(self, names: Iterable[str]) -> dict[str, TableSchema]:
        assert self.schemas is not None
        return {name: self.schemas[name] for name in names if name in self.schemas}


def read_files(
    files: Sequence[Path],
    wanted: Wanted,
    around: Surroundings,
    find_schemas: FindSchemas | None,
) -> Iterator[FileReport]:
    """Yield the report of each file in their order."""
    schemas = None
    if find_schemas is not None:
        # The sink is asked here and once, not by each process for each file.
        tables = (report.row for report in _run(files, Task("tables", around)))
        schemas = find_schemas(dict.fromkeys(chain.from_iterable(tables)))
    return _run(files, Task(wanted, around, schemas))


def _run(files: Sequence[Path], task: Task) -> Iterator[FileReport]:
    names = [file.as_posix() for file in files]
    processes = min(_count_cores(), _MOST_PROCESSES)
    chunks = [names[start : start + _CHUNK] for start in range(0, len(names), _CHUNK)]
    if len(names) <= FEW or processes == 1:
        return chain.from_iterable(map(task.run, chunks))
    return chain.from_iterable(_run_in_processes(chunks, task, processes))


def _count_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _run_in_processes(
    chunks: Sequence[Sequence[str]], task: Task, processes: int
) -> Iterator[list[FileReport]]:
    todo = iter(chunks)
    while more := list(islice(todo, 1)):
        with _make_pool(processes, task) as pool:
            waiting: deque[tuple[Sequence[str], Future[list[FileReport]]]] = deque()
            try:
                for chunk in chain(more, todo):
                    waiting.append((chunk, pool.submit(_run_chunk, chunk)))
                    if len(waiting) > processes * _CHUNKS_AHEAD:
                        yield waiting[0][1].result()
                        waiting.popleft()
                while waiting:
                    yield waiting[0][1].result()
                    waiting.popleft()
            except BrokenProcessPool:
                broken = [chunk for chunk, _ in waiting]
            else:
                return
        for chunk in broken:
            yield [_run_alone(file, task) for file in chunk]


def _run_alone(file: str, task: Task) -> FileReport:
    try:
        with _make_pool(1, task) as pool:
            return pool.submit(_run_chunk, [file]).result()[0]
    except BrokenProcessPool:
        return task.report_unread(file, f"{file} cannot be read: its process was ended")


def _make_pool(processes: int, task: Task) -> ProcessPoolExecutor:
    # A fork would copy the locks of other threads; a server that forks has none.
    method = "forkserver" if "forkserver" in get_all_start_methods() else "spawn"
    context = get_context(method)
    if method == "forkserver":
        context.set_forkserver_preload([__name__])
    return ProcessPoolExecutor(processes, context, _keep_task, (task,))


_run_task: Callable[[Sequence[str]], list[FileReport]] | None = None


def _keep_task(task: Task) -> None:
    global _run_task  # noqa: PLW0603 - the only state of a process that reads files
    _run_task = task.run


def _run_chunk(files: Sequence[str]) -> list[FileReport]:
    assert _run_task is not None
    return _run_task(files)
