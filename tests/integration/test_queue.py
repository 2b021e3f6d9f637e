"""What the queue promises to those who enqueue."""

from pathlib import Path

import pytest
from tests.integration.conftest import Service
from tests.support.system import eventually

from glueline import Options, RunState
from glueline.contract.errors import UsageError

CATALOGUE_UNITS = 1 + 4 + 1 + 4


def test_a_cancelled_run_publishes_nothing(service: Service) -> None:
    service.sim.configure(latency=0.3)
    run_id = service.producer.enqueue_catalog().run_id
    eventually(lambda: service.producer.status(run_id).settled_units >= 2)
    assert service.producer.cancel(run_id, "changed my mind") is RunState.CANCELLED
    eventually(lambda: service.producer.status(run_id).open_units == 0)
    run = service.producer.status(run_id)
    assert (run.state, run.reason) == (RunState.CANCELLED, "changed my mind")
    assert run.settled_units < CATALOGUE_UNITS
    eventually(lambda: not _files(service, run_id))
    assert service.producer.cancel(run_id) is RunState.CANCELLED
    service.system.calm_down()


def test_a_newer_run_of_the_same_scope_supersedes(service: Service) -> None:
    service.sim.configure(latency=0.3)
    older = service.producer.enqueue_catalog()
    eventually(lambda: service.producer.status(older.run_id).settled_units >= 1)
    other = service.producer.enqueue_database("raw_sales_0000")
    newer = service.producer.enqueue_catalog()
    service.sim.configure(latency=0)
    assert newer.generation > older.generation
    assert service.system.wait(newer.run_id).state is RunState.SUCCEEDED
    assert service.system.wait(other.run_id).state is RunState.SUCCEEDED
    run = service.system.wait(older.run_id)
    assert (run.state, run.reason) == (RunState.SUPERSEDED, f"superseded by run {newer.run_id}")
    eventually(lambda: not _files(service, older.run_id))
    assert service.system.kinds(newer.run_id)["table"] == 80


def test_an_idempotency_key_gives_one_run(service: Service) -> None:
    first = service.producer.enqueue_database("raw_sales_0000", idempotency_key="nightly 1")
    again = service.producer.enqueue_database("raw_sales_0000", idempotency_key="nightly 1")
    assert (first.is_new, again.is_new) == (True, False)
    assert first.run_id == again.run_id
    assert service.system.wait(first.run_id).state is RunState.SUCCEEDED
    ended = service.producer.enqueue_database("raw_sales_0000", idempotency_key="nightly 1")
    assert (ended.is_new, ended.run_id) == (False, first.run_id)
    assert service.sim.stats()["operations"]["GetTables"]["calls"] == 1


def test_replay_runs_only_what_is_asked_for_and_only_what_failed(service: Service) -> None:
    service.sim.configure(deny=["GetTables:raw_sales_0000", "GetTables:raw_marketing_0001"])
    run_id = service.producer.enqueue_catalog().run_id
    assert service.system.wait(run_id).state is RunState.PARTIAL
    failed = sorted(failure.unit_id for failure in service.producer.failures(run_id))
    assert failed == ["database/raw_marketing_0001", "database/raw_sales_0000"]

    service.sim.configure(deny=[])
    service.sim.reset()
    with pytest.raises(UsageError, match="none of these units has failed"):
        service.producer.replay(run_id, ["jobs"])
    assert service.producer.replay(run_id, failed[:1]) == 1
    assert service.system.wait(run_id).state is RunState.PARTIAL
    assert service.sim.stats()["operations"]["GetTables"]["calls"] == 1
    assert service.system.kinds(run_id)["table"] == 60

    assert service.producer.replay(run_id) == 1
    assert service.system.wait(run_id).state is RunState.SUCCEEDED
    assert service.system.kinds(run_id)["table"] == 80
    with pytest.raises(UsageError, match="has succeeded"):
        service.producer.replay(run_id)


@pytest.mark.parametrize("how", ["cancelled", "superseded"])
def test_a_replay_that_is_stopped_leaves_what_the_run_had_published(
    service: Service, how: str
) -> None:
    service.sim.configure(deny=["GetTables:raw_sales_0000", "GetTables:raw_marketing_0001"])
    run_id = service.producer.enqueue_catalog(options=Options(full=True)).run_id
    run = service.system.wait(run_id)
    assert run.state is RunState.PARTIAL
    before = {path: path.read_bytes() for path in _files(service, run_id)}

    service.sim.configure(deny=[], hold=["GetTables:raw_sales_0000"])
    service.producer.replay(run_id)
    eventually(lambda: service.producer.status(run_id).settled_units > run.settled_units)
    assert _files(service, run_id) != list(before)
    if how == "cancelled":
        service.producer.cancel(run_id)
    else:
        service.producer.enqueue_catalog()
    service.sim.configure(hold=[])
    assert service.system.wait(run_id).state is RunState(how)
    eventually(lambda: service.producer.status(run_id).open_units == 0)
    service.system.calm_down()
    assert {path: path.read_bytes() for path in _files(service, run_id)} == before
    assert service.system.kinds(run_id)["table"] == 40


def test_a_run_that_is_cancelled_while_its_sink_is_away_is_removed_later(service: Service) -> None:
    service.sim.configure(hold=["GetTables:raw_sales_0000"])
    run_id = service.producer.enqueue_catalog().run_id
    eventually(lambda: service.producer.status(run_id).settled_units > 2)
    assert _files(service, run_id)
    root = service.system.folder / "out"
    away = root.rename(root.with_name("away"))
    root.write_text("no folder")
    service.producer.cancel(run_id)
    eventually(lambda: service.producer.warnings(run_id))
    [warning] = service.producer.warnings(run_id)
    assert "still there and will be removed later" in warning
    assert str(root) in warning
    root.unlink()
    away.rename(root)
    service.sim.configure(hold=[])
    eventually(lambda: service.producer.status(run_id).open_units == 0)
    assert service.producer.warnings(run_id) == []
    assert service.producer.status(run_id).state is RunState.CANCELLED
    assert _files(service, run_id) == []


def _files(service: Service, run_id: str) -> list[Path]:
    root = service.system.folder / "out"
    return [path for path in root.rglob("*") if run_id in str(path) and path.is_file()]
