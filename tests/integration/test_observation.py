"""What a worker tells of itself: its figures, that it is alive, and that it takes units."""

import json
import os
import signal
import socket
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from tests.support.command import glueline
from tests.support.ports import find_free_port
from tests.support.system import System, eventually, hooks, variables

from glueline import RunState
from glueline_simulator import Simulator
from glueline_worker.local.server import EmbeddedRedis

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


class Watch:
    """A system with one worker, and the port and file by which it is watched."""

    def __init__(self, system: Callable[..., System], folder: Path, sim: Simulator, **changes):
        self.port, self.heartbeat = find_free_port(), folder / "alive"
        worker = {"metrics_port": self.port, **changes.pop("worker", {})}
        env = {"GLUELINE_HEARTBEAT_FILE": str(self.heartbeat), **changes.pop("env", {})}
        self.system = system(sim, worker=worker, env=env, **changes)
        self._env = {**variables(self.system.settings, sim.url), **env}
        eventually(lambda: self.get("/readyz")[0] == 200)

    @property
    def pid(self) -> int:
        return self.system.workers.pids[0]

    def get(self, path: str, patience: float = 1) -> tuple[int, str]:
        """Status and text; 0 when nobody answers in time."""
        try:
            with urllib.request.urlopen(
                f"http://127.0.0.1:{self.port}{path}", timeout=patience
            ) as it:
                return it.status, it.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def samples(self) -> Samples:
        families = text_string_to_metric_families(self.get("/metrics", 5)[1])
        return {
            (one.name, frozenset(one.labels.items())): one.value
            for family in families
            for one in family.samples
        }

    def health(self, *options: str) -> tuple[int, str]:
        said = glueline("health", *options, env=self._env)
        return said.code, said.out + said.err


def value(samples: Samples, name: str, **labels: str) -> float:
    return samples.get((name, frozenset(labels.items())), 0)


def test_a_run_is_in_the_figures(
    system: Callable[..., System], simulator: Callable[..., Simulator], tmp_path: Path
):
    sim = simulator(databases=3, tables=9, jobs=2)
    watch = Watch(system, tmp_path, sim)
    run = watch.system.producer.enqueue_catalog()
    assert watch.system.wait(run.run_id).state is RunState.SUCCEEDED
    found = watch.samples()

    assert value(found, "glueline_units_total", kind="database", outcome="settled") == 3
    assert value(found, "glueline_unit_seconds_count", kind="job") == 2
    assert value(found, "glueline_runs_finished_total", state="succeeded") == 1
    assert value(found, "glueline_records_total", kind="table") == 27
    assert value(found, "glueline_aws_calls_total", operation="GetTables", outcome="ok") >= 3
    assert value(found, "glueline_aws_call_seconds_count", operation="GetTables") >= 3
    sink = f"file://{tmp_path}/out?format=jsonl"
    assert value(found, "glueline_sink_seconds_count", sink=sink, step="commit") == 1
    assert value(found, "glueline_sink_seconds_count", sink=sink, step="complete") >= 5
    assert value(found, "glueline_worker_ready") == 1
    assert value(found, "glueline_ledger_up") == 1
    assert value(found, "glueline_ledger_runs", state="succeeded") == 1
    eventually(lambda: value(watch.samples(), "glueline_loop_lag_seconds_count") > 0)
    assert value(found, "glueline_ledger_open_units") == 0
    learnt = [key for key in found if key[0] == "glueline_ledger_quota_calls_per_second"]
    assert any(("operation", "GetTables") in labels for _, labels in learnt)


def test_failures_are_in_the_figures(
    system: Callable[..., System], simulator: Callable[..., Simulator], tmp_path: Path
):
    sim = simulator(databases=1, tables=1, jobs=1)
    sim.configure(deny=["GetTables"])
    watch = Watch(system, tmp_path, sim)
    run = watch.system.producer.enqueue_catalog()
    assert watch.system.wait(run.run_id).state is RunState.PARTIAL
    found = watch.samples()
    assert value(found, "glueline_units_total", kind="database", outcome="failed") == 1
    assert value(found, "glueline_aws_calls_total", operation="GetTables", outcome="denied") >= 1
    assert value(found, "glueline_runs_finished_total", state="partial") == 1


@pytest.mark.slow
def test_a_loop_that_hangs_is_not_alive(
    system: Callable[..., System], simulator: Callable[..., Simulator], tmp_path: Path
):
    """One unit blocks the loop for good; the process lives, and Celery's thread answers pings."""
    fates = tmp_path / "fates.json"
    fates.write_text("{}")
    sim = simulator(databases=1, tables=1, jobs=0)
    watch = Watch(system, tmp_path, sim, worker={"lease": 30.0}, env=hooks(fates=fates))
    assert watch.get("/healthz") == (200, "ok\n")
    assert watch.health() == (0, "ok\n")
    fates.write_text(json.dumps({"raw_sales_0000": "block"}))
    watch.system.producer.enqueue_database("raw_sales_0000")
    eventually(lambda: watch.get("/healthz")[0] == 0)
    assert watch.get("/readyz")[0] == 0
    code, said = eventually(lambda: (found := watch.health("--max-age", "2"))[0] and found)
    assert code == 1
    assert "the last heartbeat was" in said
    code, said = watch.health("--ready")
    assert code == 1
    assert "does not answer" in said
    os.kill(watch.pid, 0)  # it is still there


def test_a_process_that_is_stopped_is_not_alive_until_it_goes_on(
    system: Callable[..., System], simulator: Callable[..., Simulator], tmp_path: Path
):
    watch = Watch(system, tmp_path, simulator(databases=1, tables=1, jobs=0))
    os.kill(watch.pid, signal.SIGSTOP)
    try:
        eventually(lambda: watch.get("/healthz")[0] == 0)
        assert eventually(lambda: watch.health("--max-age", "1")[0]) == 1
    finally:
        os.kill(watch.pid, signal.SIGCONT)
    assert eventually(lambda: watch.get("/healthz")[0]) == 200
    assert eventually(lambda: watch.health() == (0, "ok\n"))


def test_a_worker_that_drains_is_alive_and_not_ready(
    system: Callable[..., System], simulator: Callable[..., Simulator], tmp_path: Path
):
    fates = tmp_path / "fates.json"
    fates.write_text(json.dumps({"raw_sales_0000": "wait"}))
    sim = simulator(databases=1, tables=1, jobs=0)
    watch = Watch(system, tmp_path, sim, worker={"grace": 30.0}, env=hooks(fates=fates))
    watch.system.producer.enqueue_database("raw_sales_0000")
    eventually(lambda: value(watch.samples(), "glueline_units_under_way", kind="database") == 1)
    assert watch.health("--ready") == (0, "ok\n")
    os.kill(watch.pid, signal.SIGTERM)
    status, why = eventually(lambda: (got := watch.get("/readyz"))[0] == 503 and got)
    assert status == 503
    assert "told to stop" in why
    assert watch.get("/healthz")[0] == 200
    assert watch.health("--ready") == (1, "the worker is told to stop\n")


def test_a_worker_without_redis_is_alive_and_not_ready(
    system: Callable[..., System],
    simulator: Callable[..., Simulator],
    tmp_path: Path,
):
    (tmp_path / "redis").mkdir()
    with EmbeddedRedis(tmp_path / "redis") as server:
        sim = simulator(databases=1, tables=1, jobs=0)
        watch = Watch(system, tmp_path, sim, redis_url=server.url)
        server.stop()
        eventually(lambda: watch.get("/readyz", 4)[0] == 503)
        assert watch.get("/healthz")[0] == 200
        assert value(watch.samples(), "glueline_ledger_up") == 0
        assert value(watch.samples(), "glueline_worker_ready") == 0
        server.start()
        eventually(lambda: watch.get("/readyz", 4)[0] == 200)


@pytest.mark.parametrize(
    ("variable", "said"),
    [
        ("GLUELINE_WORKER__METRICS_PORT", "each process needs a port of its own"),
        ("GLUELINE_HEARTBEAT_FILE", "cannot be written: No such file or directory"),
    ],
)
def test_what_cannot_be_had_is_one_sentence(redis_server: EmbeddedRedis, variable: str, said: str):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        values = {
            "GLUELINE_WORKER__METRICS_PORT": str(taken.getsockname()[1]),
            "GLUELINE_HEARTBEAT_FILE": "/nowhere/at/all",
        }
        env = {"GLUELINE_REDIS_URL": redis_server.url, variable: values[variable]}
        ended = glueline("worker", env=env)
    assert ended.code == 2
    assert said in ended.err
    assert "Traceback" not in ended.err


def test_a_probe_that_is_not_set_up_says_so():
    assert "set heartbeat_file" in glueline("health").err
    assert glueline("health").code == 2
    assert "set worker.metrics_port" in glueline("health", "--ready").err
