"""``glueline worker``: one worker process."""

import gc
import os
import sys
import warnings
from typing import Annotated

import typer

_GC_THRESHOLD = 50_000
"""New objects until Python collects garbage. Its own 700 took a sixth of a listing's CPU time and
found little: only the trees of SQL hold cycles."""


def worker(
    concurrency: Annotated[
        int | None, typer.Option("--concurrency", "-c", min=1, max=1000, help="Units at a time.")
    ] = None,
    name: Annotated[str, typer.Option("--name", "-n", help="The name that Flower shows.")] = "",
) -> None:
    """Run a worker process until SIGTERM or Ctrl-C.

    A unit in progress gets a grace period, then it goes back to the queue. To scale, start more
    processes, here or on other hosts, under a supervisor that restarts them.
    """
    if concurrency is not None:
        os.environ["GLUELINE_WORKER__CONCURRENCY"] = str(concurrency)
    run_worker(name or f"glueline-{os.getpid()}")


def run_worker(name: str) -> None:
    """Run Celery's worker with the options that fit Glueline."""
    from celery.platforms import SecurityWarning  # noqa: PLC0415

    from glueline_worker.app import app  # noqa: PLC0415 - reads the settings

    # Celery's signal handlers print to `sys.__stdout__`, but standard output is for records.
    sys.__stdout__ = sys.__stderr__  # type: ignore[misc]
    # Celery warns about root because of pickle, which Glueline does not use.
    warnings.filterwarnings("ignore", category=SecurityWarning)
    gc.freeze()  # imported modules never become garbage
    gc.set_threshold(_GC_THRESHOLD)
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
