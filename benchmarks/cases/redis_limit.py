"""How many units one Redis takes: processes that do nothing but claim and settle."""

import multiprocessing
import time
from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any
from uuid import uuid4

import redis

from benchmarks.figures import Figure, Plan, benchmark
from glueline.contract.messages import CatalogScope, ExtractionRequest, JobUnit, first_units
from glueline.ledger import Commands, Keys
from glueline.ledger.command import Command
from glueline.ledger.commands import LEASE_MS, Claim, Settlement
from glueline_worker.local.server import EmbeddedRedis

AT_ONCE = 32
"""Units of a process at a time: their commands share a pipeline."""
UNITS = 2_000
"""Of a run."""
ATTEMPTS = 4


@benchmark
def redis_limit(plan: Plan) -> Iterator[Figure]:
    """Units a second for more and more processes, and the share of a core that Redis uses."""
    seconds = 2.0 if plan.is_quick else 10.0
    most = 0.0
    for processes in (1, 2) if plan.is_quick else (1, 2, 4, 8):
        with EmbeddedRedis() as server:
            rate, share = _measure(server.url, processes, seconds)
        what = f"claim and settle, {processes} processes"
        yield Figure(what, rate, "units/s")
        yield Figure(f"{what}: Redis", 100 * share, "% of a core")
        most = max(most, rate / share)
    yield Figure("claim and settle, at a full core of Redis", most, "units/s")


def _measure(url: str, processes: int, seconds: float) -> tuple[float, float]:
    """Return the units a second of all processes, and the share of a core that Redis used."""
    spawn = multiprocessing.get_context("spawn")
    counter = spawn.Value("q", 0)
    workers = [
        spawn.Process(target=work, args=(url, f"p{number}:", counter), daemon=True)
        for number in range(processes)
    ]
    for worker in workers:
        worker.start()
    with redis.Redis.from_url(url, protocol=2) as client:
        while counter.value < processes * UNITS:  # all of them are at work
            time.sleep(0.02)
        begin = counter.value, _cpu(client), time.perf_counter()
        time.sleep(seconds)
        end = counter.value, _cpu(client), time.perf_counter()
    for worker in workers:
        worker.kill()
        worker.join()
    lasted = end[2] - begin[2]
    return (end[0] - begin[0]) / lasted, (end[1] - begin[1]) / lasted


def work(url: str, prefix: str, counter: Any) -> None:
    """Open runs and settle all their units, without end."""
    with redis.Redis.from_url(url, protocol=2) as client:
        commands, send = Commands(Keys(prefix)), _Sender(client)
        while True:
            for claims in _open_units(commands, send):
                send([commands.claim(claim, LEASE_MS, ATTEMPTS) for claim in claims])
                settled = send([commands.settle(claim, Settlement()) for claim in claims])
                assert all(is_held for is_held, _ in settled)
                with counter.get_lock():
                    counter.value += len(claims)


def _open_units(commands: Commands, send: "_Sender") -> Iterator[Sequence[Claim]]:
    """Open a run of many jobs; yield claims for some of them at a time."""
    run_id = uuid4().hex
    request = ExtractionRequest(scope=CatalogScope(include=("jobs",)))
    (first,) = first_units(run_id, request)
    claim = Claim(first, uuid4().hex)
    jobs = [JobUnit(run_id=run_id, source="default", job=f"job-{n}") for n in range(UNITS)]
    send([commands.open_run(run_id, request)])
    send([commands.claim(claim, LEASE_MS, ATTEMPTS)])
    send([commands.settle(claim, Settlement(children=jobs))])
    for number in range(0, UNITS, AT_ONCE):
        yield [Claim(job, uuid4().hex) for job in jobs[number : number + AT_ONCE]]


class _Sender:
    """Sends commands in one pipeline and reads their answers."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client
        self._load = lru_cache(maxsize=None)(self._load_script)

    def __call__(self, commands: Sequence[Command[Any]]) -> list[Any]:
        pipe = self._client.pipeline(transaction=False)
        for one in commands:
            pipe.evalsha(self._load(one.script), len(one.keys), *one.keys, *one.args)
        return [one.read(answer) for one, answer in zip(commands, pipe.execute(), strict=True)]

    def _load_script(self, script: str) -> str:
        folder = files("glueline.ledger") / "scripts"
        text = "".join((folder / f"{name}.lua").read_text() for name in ("common", script))
        return str(self._client.script_load(text))


def _cpu(client: redis.Redis) -> float:
    info: Any = client.info("cpu")
    return float(info["used_cpu_user"]) + float(info["used_cpu_sys"])
