"""``glueline worker``: one worker process."""

import gc
import os
import sys
import warnings
from typing import Annotated

import typer

COLLECTED_AFTER = 50_000
"""Objects made until Python looks for garbage. Of a listing's CPU time a sixth went into that with
Python's 700, and little was found: only the trees of SQL hold circles."""


def worker(
    concurrency: Annotated[
        int | None, typer.Option("--concurrency", "-c", min=1, max=1000, help="Units at a time.")
    ] = None,
    name: Annotated[str, typer.Option("--name", "-n", help="The name that Flower shows.")] = "",
) -> None:
    """Run a worker process until SIGTERM or Ctrl-C.

    A unit under way gets a grace period, then it is given back to the queue. Scale by starting
    more processes, here or on other hosts, under a supervisor that restarts them.
    """
    if concurrency is not None:
        os.environ["GLUELINE_WORKER__CONCURRENCY"] = str(concurrency)
    serve(name or f"glueline-{os.getpid()}")


def serve(name: str) -> None:
    """Run Celery's worker with the settings that fit it."""
    from celery.platforms import SecurityWarning  # noqa: PLC0415

    from glueline_worker.app import app  # noqa: PLC0415 - reads the settings

    # Celery takes its leave on standard output, which belongs to the records of `stdout:`.
    sys.__stdout__ = sys.__stderr__  # type: ignore[misc]
    # Celery warns of root because of pickle; nothing here unpickles.
    warnings.filterwarnings("ignore", category=SecurityWarning)
    gc.freeze()  # what was imported stays
    gc.set_threshold(COLLECTED_AFTER)
    app.worker_main(
        [
            "--quiet",
            "worker",
            "--pool=threads",
            f"--concurrency={app.conf.worker_concurrency}",
            f"--hostname={name}@%h",
            "--without-gossip",
            "--without-mingle",
            "--task-events",
            "--loglevel=INFO",
        ]
    )
