"""The stage of one case: a Redis server of its own, a simulated AWS, worker processes."""

import os
import random
import shutil
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import redis
from tests.support.system import System, hooks

from glueline import RunState
from glueline.contract.errors import GluelineError
from glueline.contract.messages import Options
from glueline.contract.runs import RunStatus
from glueline.settings.settings import Settings
from glueline_simulator import Simulator
from glueline_worker.local.server import EmbeddedRedis

FAST_BROKER = hooks(visibility_timeout=4)
"""Messages of a dead worker come back after seconds, not after a minute."""
QUICK = {
    "lease": 3.0,
    "grace": 1.0,
    "reconcile_interval": 0.3,
    "concurrency": 8,
    "rate_start": 1000,
    # Most cases break a unit more often than a day in production would.
    "attempts": 20,
}


class Failed(AssertionError):
    """What a case promised does not hold."""


class NotPlayed(Exception):
    """A case cannot be played here, and why."""


@dataclass(frozen=True)
class Calm:
    """What a run without faults finds: the measure of all others."""

    settled: int
    records: list[str]


class Stage:
    """Everything that a case needs; it ends with the ``with`` block."""

    def __init__(self, folder: Path, seed: int, *, full: bool) -> None:
        self.folder = folder
        self.seed = seed
        self.full = full
        self.random = random.Random(seed)
        self.counts: dict[str, int | float | str] = {}
        """What the case did and found, for its report."""
        self.redis = EmbeddedRedis(folder, append_only=True)
        self.client: redis.Redis
        """For what a case does to the server; the system's clients are their own."""
        self._exits = ExitStack()

    def __enter__(self) -> Self:
        self.redis.start()
        self._exits.callback(self.redis.stop)
        self.client = redis.Redis.from_url(self.redis.url, decode_responses=True)
        self._exits.callback(self.client.close)
        return self

    def __exit__(self, *error: object) -> None:
        self._exits.close()

    def settings(self, **changes: Any) -> Settings:
        """Settings on the stage's server, with times that make trouble pass quickly."""
        values = {
            "redis_url": self.redis.url,
            "key_prefix": "chaos:",
            "sinks": (f"file://{self.folder}/out?format=jsonl",),
            "silence": 2.0,
            **changes,
        }
        return Settings(**{**values, "worker": {**QUICK, **changes.get("worker", {})}})

    def on_exit(self, step: Callable[[], object]) -> None:
        """Do ``step`` when the case is over."""
        self._exits.callback(step)

    def add(self, what: str, count: int) -> None:
        """Count for the report."""
        self.counts[what] = int(self.counts.get(what, 0)) + count

    def simulator(self, **options: Any) -> Simulator:
        """A simulated AWS whose faults come from the seed."""
        return self._exits.enter_context(Simulator(seed=self.seed, **options))

    def system(
        self,
        aws: Simulator | str,
        workers: int = 2,
        env: Mapping[str, str] | None = None,
        **changes: Any,
    ) -> System:
        """Workers that run, and a producer; ``env`` is for the workers alone."""
        url = aws if isinstance(aws, str) else aws.url
        environment = {**FAST_BROKER, **(env or {})}
        system = System(self.settings(**changes), url, workers, self.folder, environment)
        system.start()
        self._exits.callback(system.stop)
        return system

    def disturb(
        self,
        what: str,
        times: int,
        act: Callable[[], object],
        pause: tuple[float, float],
        over: Callable[[], bool],
    ) -> None:
        """Do ``act`` so many times at moments drawn from the seed, all of them before the end."""
        for number in range(times):
            time.sleep(self.random.uniform(*pause))
            if over():
                raise Failed(f"the run was over after {number} of {times} times {what}")
            act()
        self.counts[what] = times

    @contextmanager
    def unfinished(self, sim: Simulator) -> Iterator[None]:
        """Keep a run of all databases from its end: one of them is not answered meanwhile."""
        sim.configure(hold=["GetTables:raw_sales_0000"])
        yield
        sim.configure(hold=[])

    def kill_a_worker(self, system: System) -> None:
        """``kill -9`` one of the workers; the supervisor starts another."""
        while not (pids := system.workers.pids):
            time.sleep(0.01)
        os.kill(self.random.choice(pids), signal.SIGKILL)

    def kill_redis(self, away: float = 0.3) -> None:
        """``kill -9`` the server, and start it again from its append-only file."""
        os.kill(self.redis.pid, signal.SIGKILL)
        self.redis.stop()
        time.sleep(away)
        self.redis.start()


FULL = Options(full=True)
"""For runs of which each unit is wanted, though the sinks may hold all of it already."""


def calm(system: System, options: Options | None = None) -> Calm:
    """Run the catalogue undisturbed; what it left in the sink makes room for the next run."""
    accepted = system.producer.enqueue_catalog(options=options or Options())
    run = system.wait(accepted.run_id, seconds=600)
    if run.state is not RunState.SUCCEEDED:
        raise Failed(f"the calm run ended as {run.state}: {run}")
    found = Calm(run.settled_units, system.contents(run.run_id))
    shutil.rmtree(system.folder / "out")
    return found


def is_over(system: System, run_id: str) -> Callable[[], bool]:
    """Tells whether the run has ended; a ledger that cannot be asked has not said so."""

    def over() -> bool:
        try:
            return system.producer.status(run_id).state.is_final
        except GluelineError:
            return False

    return over


def settled(system: System, run_id: str) -> int:
    """Units of the run that are settled by now."""
    return system.producer.status(run_id).settled_units


def verify(
    stage: Stage,
    system: System,
    run_id: str,
    expected: Calm,
    seconds: float = 300,
    *,
    replays: int = 0,
) -> None:
    """The run ends as if nothing had happened, and leaves nothing behind."""
    run = wait(system, run_id, seconds)
    problems = [*_differences(run, expected), *_in_the_sink(system, run_id, expected)]
    system.calm_down(60)
    finishes = events(system, "run.finished", run_id)
    if finishes > 1 + replays:
        problems.append(f"{finishes} finishes")
    stage.counts |= {
        "units": run.settled_units,
        "records": len(expected.records),
        "restarts": system.workers.restarts,
    }
    if problems:
        failures = system.producer.failures(run_id)[:3] if run.failed_units else ""
        raise Failed(f"{'; '.join(problems)} {failures}")


def wait(system: System, run_id: str, seconds: float) -> RunStatus:
    """The run's final status; Redis may be away at times."""
    deadline = time.monotonic() + seconds
    over = is_over(system, run_id)
    while not over():
        if system.workers.failure:
            raise Failed(f"a worker does not start again: {system.workers.failure}")
        if time.monotonic() > deadline:
            raise Failed(f"the run goes on after {seconds:g} s: {system.left_over()}")
        time.sleep(0.05)
    return system.producer.status(run_id)


def events(system: System, name: str, run_id: str = "", *, text: str = "") -> int:
    """Count the workers' log lines of an event: of one run, or with a text, where given."""
    run = f'"run": "{run_id}"' if run_id else ""
    lines = (
        line
        for path in system.folder.glob("worker-*.log")
        for line in path.read_text(errors="replace").splitlines()
    )
    return sum(f'"event": "{name}"' in line and run in line and text in line for line in lines)


def _differences(run: RunStatus, expected: Calm) -> list[str]:
    found = (run.state, run.settled_units, run.failed_units, run.open_units)
    wanted = (RunState.SUCCEEDED, expected.settled, 0, 0)
    return [] if found == wanted else [f"state, settled, failed, open {found}, not {wanted}"]


def _in_the_sink(system: System, run_id: str, expected: Calm) -> list[str]:
    found, wanted = Counter(system.contents(run_id)), Counter(expected.records)
    missing, extra = (wanted - found).total(), (found - wanted).total()
    return [f"{missing} records missing, {extra} too many"] if missing or extra else []
