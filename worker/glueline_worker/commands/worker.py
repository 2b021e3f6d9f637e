"""``glueline worker``: one worker process, or several that share memory."""

import os
from typing import Annotated

import typer

from glueline.cli.loading import load_cli_settings


def worker(
    concurrency: Annotated[
        int | None, typer.Option("--concurrency", "-c", min=1, max=1000, help="Units at a time.")
    ] = None,
    name: Annotated[str, typer.Option("--name", "-n", help="The name that Flower shows.")] = "",
    processes: Annotated[
        int, typer.Option("--processes", "-p", min=1, max=64, help="Worker processes.")
    ] = 1,
) -> int:
    """Run worker processes until SIGTERM or Ctrl-C.

    A unit in progress gets a grace period, then it goes back to the queue. Several processes share
    memory, and one that dies is started again. To scale further, run this on other hosts, under a
    supervisor that restarts it.
    """
    from glueline_worker.local.worker_process import run_worker, run_workers  # noqa: PLC0415

    if concurrency is not None:
        os.environ["GLUELINE_WORKER__CONCURRENCY"] = str(concurrency)
    name = name or f"glueline-{os.getpid()}"
    if processes == 1:
        return run_worker(name)
    return run_workers(processes, name, load_cli_settings())
