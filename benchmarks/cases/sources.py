"""Memory of a worker that meets very many sources."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.system import System

from benchmarks.bed import JSONL, PATIENCE, megabytes
from benchmarks.figures import Figure, benchmark
from glueline.settings.settings import Settings
from glueline_simulator import Simulator
from glueline_worker.local.server import EmbeddedRedis

MOST_FOR_A_SOURCE = 0.3
"""Megabytes."""
MOST_TIMES_ONE = 1.15
AT_ONCE = 100
"""Runs that are open at a time."""


@benchmark
def sources(quick: bool) -> Iterator[Figure]:
    """One worker reads 1, 100 and 1,000 sources; then their sessions are revoked."""
    counts = (1, 20, 100) if quick else (1, 100, 1000)
    for kind in ("with a role", "without"):
        one = 0.0
        for count in counts:
            with (
                Simulator(databases=1, tables=2, jobs=0) as simulator,
                _worker(simulator, count, has_roles=kind == "with a role") as system,
            ):
                _read_all(system, count)
                size = megabytes(system)
                one = one or size
                yield _size(f"{count:,} sources {kind}", size, one)
                if count > 1:
                    each = (size - one) / count
                    yield Figure(f"each of {count:,} {kind}", each, "MB", at_most=MOST_FOR_A_SOURCE)
                    simulator.expire_sessions()
                    _read_all(system, count)
                    name = f"{count:,} sources {kind}, sessions revoked"
                    yield _size(name, megabytes(system), one)


def _size(name: str, size: float, one: float) -> Figure:
    return Figure(name, size, "MB", size / one, "worker of one source", at_most=MOST_TIMES_ONE)


def _read_all(system: System, count: int) -> None:
    names = [f"a{100000000000 + number}" for number in range(count)]
    for first in range(0, count, AT_ONCE):
        runs = [
            system.producer.enqueue_catalog(source=name).run_id
            for name in names[first : first + AT_ONCE]
        ]
        for run in runs:
            system.wait(run, PATIENCE)


@contextmanager
def _worker(simulator: Simulator, count: int, *, has_roles: bool) -> Iterator[System]:
    accounts = ", ".join(f'"{100000000000 + number}"' for number in range(count))
    role = 'roles = [{ arn = "arn:aws:iam::{account}:role/reader" }]' if has_roles else ""
    with tempfile.TemporaryDirectory(prefix="glueline-bench-") as folder, EmbeddedRedis() as server:
        file = Path(folder) / "glueline.toml"
        file.write_text(
            f"[templates.lake]\naccounts = [{accounts}]\n"
            f'regions = ["eu-west-1"]\nname = "a{{account}}"\n{role}\n'
        )
        settings = Settings(
            redis_url=server.url,
            key_prefix="bench:",
            sinks=(JSONL.format(folder=folder),),
            log_level="warning",
        )
        env = {**os.environ, "GLUELINE_CONFIG": str(file)}
        system = System(settings, simulator.url, 1, Path(folder), env)
        system.start()
        try:
            yield system
        finally:
            system.stop()
