"""Runs that are ended from outside are logged and counted like all others."""

from collections.abc import Callable
from typing import Any

import pytest
import redis
from structlog.testing import capture_logs
from tests.integration.incremental.inline import Inline

from glueline.contract.messages import FinishUnit
from glueline.contract.runs import RunState
from glueline.settings.settings import Settings
from glueline_simulator import Simulator
from glueline_worker.observe import metrics

Start = Callable[..., Any]
CATALOGUE = {"databases": {name: {"tables": {"t": {}}} for name in ("a", "b")}}


@pytest.fixture
async def worker(
    simulator: Start, url: Start, inline: Start, monkeypatch: pytest.MonkeyPatch
) -> Inline:
    sim: Simulator = simulator(catalogue=CATALOGUE)
    monkeypatch.setenv("AWS_ENDPOINT_URL", sim.url)
    started: Inline = await inline(url("out"))
    return started


def counted(state: str) -> float:
    found = metrics.REGISTRY.get_sample_value("glueline_runs_finished_total", {"state": state})
    return found or 0.0


def ends(logs: Any) -> list[tuple[str, str]]:
    return [(e["state"], e["log_level"]) for e in logs if e["event"] == "run.finished"]


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_a_cancelled_run_is_counted(worker: Inline) -> None:
    before = counted("cancelled")
    with capture_logs() as logs:
        assert (await worker.run(cancel_after=1)).state is RunState.CANCELLED
    assert ends(logs) == [("cancelled", "info")]
    assert counted("cancelled") == before + 1


@pytest.mark.parametrize("kind", ["sqlite"])
@pytest.mark.parametrize("part", ["units", "receipts"])
async def test_a_run_that_lost_a_key_is_counted(
    worker: Inline, settings: Settings, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    before = counted("failed")
    client = redis.Redis.from_url(settings.redis_url)
    work = worker._execution.run
    done = []

    async def lose(unit: Any) -> None:
        await work(unit)
        done.append(unit)
        if len(done) == 2:
            assert client.delete(*client.scan_iter(f"*{unit.run_id}:{part}")) == 1

    monkeypatch.setattr(worker._execution, "run", lose)
    with capture_logs() as logs:
        run = await worker.run()
        # As the reconciler has it published; once is enough, and twice is no more.
        await work(FinishUnit(run_id=run.run_id, source="default"))
    client.close()
    assert run.state is RunState.FAILED
    assert "Redis lost" in (run.reason or "")
    assert ends(logs) == [("failed", "error")]
    assert counted("failed") == before + 1
