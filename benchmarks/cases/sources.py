"""Memory of a worker that meets very many sources."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.bed import JSONL, BuildSystem
from benchmarks.builds import Build
from benchmarks.figures import NOW, Figure, Plan, benchmark
from benchmarks.processes import largest_megabytes
from glueline_simulator import Simulator

MOST_FOR_A_SOURCE = 0.3
"""Megabytes."""
MOST_TIMES_ONE = 1.15
AT_ONCE = 100
"""Runs that are open at a time."""


@benchmark
def sources(plan: Plan) -> Iterator[Figure]:
    """One worker reads 1, 100 and 1,000 sources; then their sessions are revoked."""
    counts = (1, 20, 100) if plan.is_quick else (1, 100, 1000)
    for kind in ("with a role", "without"):
        one = 0.0
        for count in counts:
            with (
                Simulator(databases=1, tables=2, jobs=0) as simulator,
                _worker(plan.builds[NOW], simulator, count, kind == "with a role") as system,
            ):
                size = _read_all(system, count)
                one = one or size
                yield _size(f"{count:,} sources {kind}", size, one)
                if count > 1:
                    each = (size - one) / count
                    yield Figure(f"each of {count:,} {kind}", each, "MB", at_most=MOST_FOR_A_SOURCE)
                    simulator.expire_sessions()
                    name = f"{count:,} sources {kind}, sessions revoked"
                    yield _size(name, _read_all(system, count), one)


def _size(name: str, size: float, one: float) -> Figure:
    return Figure(name, size, "MB", size / one, "worker of one source", at_most=MOST_TIMES_ONE)


def _read_all(system: BuildSystem, count: int) -> float:
    names = [f"a{100000000000 + number}" for number in range(count)]
    system.ask("extract_sources", names=names, at_once=AT_ONCE)
    return largest_megabytes(system.pids)


@contextmanager
def _worker(
    build: Build, simulator: Simulator, count: int, has_roles: bool
) -> Iterator[BuildSystem]:
    accounts = ", ".join(f'"{100000000000 + number}"' for number in range(count))
    role = 'roles = [{ arn = "arn:aws:iam::{account}:role/reader" }]' if has_roles else ""
    with tempfile.TemporaryDirectory(prefix="glueline-bench-") as folder:
        file = Path(folder) / "glueline.toml"
        file.write_text(
            f"[templates.lake]\naccounts = [{accounts}]\n"
            f'regions = ["eu-west-1"]\nname = "a{{account}}"\n{role}\n'
        )
        with BuildSystem(build, simulator, JSONL, 1, GLUELINE_CONFIG=str(file)) as system:
            yield system
