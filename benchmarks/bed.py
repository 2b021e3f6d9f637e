"""A build at work: Redis, its workers and a service with its producer, over a simulated AWS."""

import json
import os
import select
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from tests.conftest import FAKE_CREDENTIALS

from benchmarks.builds import Build
from benchmarks.processes import cpu_seconds
from glueline_simulator import Simulator
from glueline_worker.local.server import EmbeddedRedis

JSONL = "file://{folder}/out?format=jsonl"
SQLITE = "sqlite:///{folder}/glueline.db"
DRIVER = Path(__file__).with_name("driver.py")
MEASURED = Path(__file__).with_name("measured.py")
HOOKS = Path(__file__).with_name("hooks")
RATE = "5000"
"""Calls/s: the quota of this endpoint is learnt already."""
STOP_GRACE = 15
LOOK = 2.0
"""Seconds between two looks whether the workers live."""


@dataclass(frozen=True)
class Extraction:
    """What one run took."""

    seconds: float
    """From the request to the committed sink."""
    cpu: float
    """Of all workers, in seconds."""
    counts: Mapping[str, int]
    units: int


class BuildSystem:
    """Worker processes that are ready and warm, for a ``with`` block; ``folder`` is their own."""

    def __init__(
        self, build: Build, simulator: Simulator, sink: str, workers: int = 2, **env: str
    ) -> None:
        """Prepare; ``{folder}`` in ``sink`` is the own folder, ``env`` is for workers."""
        self.build, self.simulator = build, simulator
        self._sink, self._count, self._env = sink, workers, env
        self._stack = ExitStack()
        self._workers: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self.folder = Path(stack.enter_context(temporary_folder()))
            self.redis = stack.enter_context(EmbeddedRedis())
            env = make_environment(self.build, self.simulator, self._sink, self.folder)
            env["GLUELINE_REDIS_URL"] = self.redis.url
            for number in range(self._count):
                stack.callback(_stop, self._start_worker(number, {**env, **self._env}))
            self._driver = self._start_driver(env)
            stack.callback(_stop, self._driver)
            self.ask("warm_up", runs=4 * self._count)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    @property
    def pids(self) -> list[int]:
        """The workers as they were started; they may have children."""
        return [worker.pid for worker in self._workers]

    def extract(self, **options: Any) -> Extraction:
        """Extract the whole catalogue; ``options`` are those of the driver."""
        self.simulator.reset()
        before = cpu_seconds(self.pids)
        found = self.ask("extract", **options)
        cpu = cpu_seconds(self.pids) - before
        return Extraction(found["seconds"], cpu, found["counts"], found["units"])

    def ask(self, action: str, **options: Any) -> dict[str, Any]:
        """Let the service do something; raises RuntimeError with the logs when it cannot."""
        assert self._driver.stdin is not None
        assert self._driver.stdout is not None
        self._driver.stdin.write(json.dumps({"do": action, **options}).encode() + b"\n")
        self._driver.stdin.flush()
        while not select.select([self._driver.stdout], [], [], LOOK)[0]:
            if any(worker.poll() is not None for worker in self._workers):
                break
        else:
            if line := self._driver.stdout.readline():
                answer: dict[str, Any] = json.loads(line)
                return answer
        logs = [path.read_text()[-2000:] for path in sorted(self.folder.glob("*.log"))]
        raise RuntimeError("\n".join([f"{self.build.name} cannot {action}", *logs]))

    def stop_workers(self) -> None:
        """Stop the workers; the service and Redis stay."""
        for worker in self._workers:
            _stop(worker)
        self._workers.clear()

    def _start_worker(self, number: int, env: Mapping[str, str]) -> subprocess.Popen[bytes]:
        with (self.folder / f"worker-{number}.log").open("wb") as log:
            worker = subprocess.Popen(
                [self.build.glueline, "worker", "--name", f"bench-{number}"],
                cwd=self.folder,
                env=dict(env),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self._workers.append(worker)
        return worker

    def _start_driver(self, env: Mapping[str, str]) -> subprocess.Popen[bytes]:
        with (self.folder / "driver.log").open("wb") as log:
            return subprocess.Popen(
                # Without -P, the modules of this folder would hide others of their names.
                [self.build.python, "-P", str(DRIVER)],
                cwd=self.folder,
                env=dict(env),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
            )


def run_command(build: Build, arguments: list[str], env: Mapping[str, str]) -> dict[str, float]:
    """Run ``glueline ARGUMENTS``; return its seconds of ``wall`` and ``cpu``, children included.

    Raises RuntimeError with what it wrote to standard error.
    """
    done = subprocess.run(
        [build.python, "-I", str(MEASURED), build.glueline, *arguments],
        cwd=tempfile.gettempdir(),
        env=dict(env),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"glueline {' '.join(arguments)}: {done.stderr[-2000:]}")
    found: dict[str, float] = json.loads(done.stdout)
    return found


def run_catalogue(
    build: Build, simulator: Simulator, sink: str, *arguments: str
) -> dict[str, float]:
    """Measure a whole ``glueline run``; ``{folder}`` in ``sink`` is new and empty each time."""
    simulator.reset()
    with temporary_folder() as folder:
        env = make_environment(build, simulator, sink, Path(folder))
        return run_command(build, ["run", "--json", *arguments], env)


def make_environment(
    build: Build, simulator: Simulator | None = None, sink: str = "", folder: Path = Path()
) -> dict[str, str]:
    """Return the environment of a build's processes; nothing of ours leaks into it."""
    ours = ("PYTHON", "GLUELINE", "AWS")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return {
        **kept,
        **FAKE_CREDENTIALS,
        **(simulator.environment() if simulator else {}),
        "PATH": f"{build.binaries}{os.pathsep}{os.environ.get('PATH', '')}",
        **({"GLUELINE_SINKS": sink.format(folder=folder)} if sink else {}),
        "GLUELINE_WORKER__RATE_START": RATE,
        "GLUELINE_LOG_LEVEL": "warning",
    }


@contextmanager
def temporary_folder() -> Iterator[str]:
    """Make a folder for the time of a ``with`` block."""
    with tempfile.TemporaryDirectory(prefix="glueline-bench-") as folder:
        yield folder


@contextmanager
def systems(
    builds: Mapping[str, Build], simulator: Simulator, sinks: Mapping[str, str] | str, **env: str
) -> Iterator[dict[str, BuildSystem]]:
    """Start a system of each build, each with its own sink, over one simulated AWS."""
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(
                BuildSystem(
                    build, simulator, sinks if isinstance(sinks, str) else sinks[name], **env
                )
            )
            for name, build in builds.items()
        }


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.stdin is not None:
        process.stdin.close()
    process.terminate()
    try:
        process.wait(STOP_GRACE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
