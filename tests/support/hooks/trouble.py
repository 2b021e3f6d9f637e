"""Trouble of sinks, switched on and off by files in the folder ``TEST_TROUBLE``.

``no-space``: as long as it exists, no file can be made durable: the disk is full.
``file-limit``: as long as it exists, no file grows beyond the bytes that it tells.
``die-<point>``: the first process that comes to the point removes the file and dies of SIGKILL.
"""

import os
import resource
import signal
import threading
import time
from collections.abc import Callable
from errno import ENOSPC
from pathlib import Path
from typing import Any

from glueline_worker.execution import run_commit
from glueline_worker.sinks import atomic_files
from glueline_worker.sinks.files import journal
from glueline_worker.sinks.sql import engine, runs, upsert

FOLDER = Path(os.environ["TEST_TROUBLE"])
engine._SQLITE_WAIT_SECONDS = float(os.environ.get("TEST_SQLITE_PATIENCE", "30"))  # type: ignore[assignment]


def die(point: str) -> None:
    try:
        (FOLDER / f"die-{point}").unlink()
    except FileNotFoundError:
        return
    os.kill(os.getpid(), signal.SIGKILL)


def around(before: str, work: Callable[..., Any], after: str) -> Callable[..., Any]:
    def wrapped(*args: Any) -> Any:
        die(before)
        answer = work(*args)
        die(after)
        return answer

    return wrapped


def publish(
    temporary: Path,
    path: Path,
    put: Callable[..., Any] = atomic_files.publish,
    **options: bool,
) -> None:
    what = {"runs": "manifest", "index": "newest"}.get(path.parent.name, "object")
    if path.parent.parent.name == "index":
        what = "index"
    die(f"before-{what}")
    put(temporary, path, **options)
    die(f"after-{what}")


async def commit(*args: Any, work: Callable[..., Any] = run_commit.commit_run) -> Any:
    answer = await work(*args)
    die("before-ledger")
    return answer


def sync(descriptor: int, work: Callable[[int], None] = os.fsync) -> None:
    if (FOLDER / "no-space").exists():
        raise OSError(ENOSPC, os.strerror(ENOSPC))
    work(descriptor)


def watch_the_limit() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    while True:
        try:
            limit = int((FOLDER / "file-limit").read_text())
        except (FileNotFoundError, ValueError):
            limit = hard
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
        time.sleep(0.02)


atomic_files.publish = publish
os.fsync = sync
journal.UnitJournal.append = around(  # type: ignore[method-assign]
    "before-append", journal.UnitJournal.append, "after-append"
)
runs.store_commit = around("never", runs.store_commit, "in-commit")
upsert.upsert_rows = around("in-upsert", upsert.upsert_rows, "after-upsert")
run_commit.commit_run = commit


def start_watching() -> None:
    threading.Thread(target=watch_the_limit, daemon=True).start()


# Workers are forks of a process without threads, and threads do not live on in a fork.
os.register_at_fork(after_in_child=start_watching)
