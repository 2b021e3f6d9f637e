"""Schedulers as processes: two side by side, killed, started again, with Redis away."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from tests.support.system import eventually, variables
from tests.support.warm import popen

from glueline import Producer, Settings
from glueline.contract.runs import RunStatus

TOML = """
[[schedules]]
name = "beat"
every = 2
overlap = "supersede"
request = { scope = { kind = "job", name = "load" } }
"""
COMMANDS = {
    "glueline": ["-m", "glueline.cli", "schedule", "run"],
    "celery": ["-m", "celery", "--app", "glueline.beat", "beat"],
}
Start = Callable[[str], subprocess.Popen[bytes]]


@pytest.fixture
def start(settings: Settings, tmp_path: Path) -> Iterator[Start]:
    """``start("celery")``: a scheduler in a process of its own; ends with the test."""
    (tmp_path / "glueline.toml").write_text(TOML)
    environment = {**os.environ, **variables(settings, "http://127.0.0.1:1")}
    started: list[subprocess.Popen[bytes]] = []

    def run(kind: str) -> subprocess.Popen[bytes]:
        with (tmp_path / f"scheduler-{len(started)}.log").open("wb") as log:
            process = popen(
                [sys.executable, *COMMANDS[kind]],
                cwd=tmp_path,
                env=environment,
                stdout=log,
                stderr=log,
            )
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.wait()


@pytest.fixture
def producer(settings: Settings) -> Iterator[Producer]:
    with Producer(settings) as the_producer:
        yield the_producer


def fired(producer: Producer) -> list[RunStatus]:
    return sorted(producer.runs(1000), key=lambda run: run.generation)


def slots(producer: Producer) -> list[int]:
    keys = [run.request.idempotency_key or "" for run in fired(producer)]
    return [int(key.removeprefix("schedule/beat/")) for key in keys]


@pytest.mark.slow
@pytest.mark.parametrize("kinds", [("celery", "celery"), ("glueline", "celery")])
def test_two_schedulers_fire_each_slot_once_though_they_are_killed(
    start: Start, producer: Producer, kinds: tuple[str, str]
) -> None:
    first, second = (start(kind) for kind in kinds)
    eventually(lambda: len(slots(producer)) >= 3)
    first.send_signal(signal.SIGKILL)
    first.wait()
    so_far = len(slots(producer))
    eventually(lambda: len(slots(producer)) >= so_far + 2)
    start(kinds[0])
    second.send_signal(signal.SIGKILL)
    second.wait()
    so_far = len(slots(producer))
    eventually(lambda: len(slots(producer)) >= so_far + 2)
    found = slots(producer)
    assert len(set(found)) == len(found)
    assert all(later > earlier for earlier, later in pairwise(found))


def test_a_scheduler_that_was_away_serves_what_it_missed_once(
    start: Start, producer: Producer, tmp_path: Path
) -> None:
    process = start("celery")
    # Beat may end with an error while it is in the middle of something.
    eventually(lambda: "schedule.fired" in (tmp_path / "scheduler-0.log").read_text())
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0
    before = slots(producer)
    time.sleep(6.5)
    start("celery")
    eventually(lambda: len(slots(producer)) > len(before))
    assert slots(producer)[len(before)] - before[-1] >= 6
