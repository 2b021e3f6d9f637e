"""The main job: requests on the queue, worker processes, a simulated AWS, records in sinks."""

from collections.abc import Callable

from tests.support.system import System

from glueline import Filters, Options, RunState
from glueline_simulator import Simulator

Start = Callable[..., System]
Simulate = Callable[..., Simulator]


def test_a_catalogue_is_extracted_by_two_workers(simulator: Simulate, system: Start) -> None:
    sim = simulator(databases=4, tables=250, columns=5, jobs=10, partitions=3, ragged=True)
    running = system(sim, workers=2)
    run = running.wait(running.producer.enqueue_catalog().run_id)
    assert run.state is RunState.SUCCEEDED, (run, running.logs())
    kinds = running.kinds(run.run_id)
    assert (kinds["database"], kinds["table"], kinds["job"]) == (4, 1000, 10)
    assert kinds["lineage"] >= 10
    assert {kind: run.counts[kind] for kind in kinds} == dict(kinds)
    assert (
        len({record["name"] for record in running.records(run.run_id) if record["kind"] == "table"})
        >= 250
    )
    assert run.open_units == 0
    assert run.failed_units == 0


def test_filters_spare_the_calls(simulator: Simulate, system: Start) -> None:
    sim = simulator(databases=6, tables=5, jobs=5)
    running = system(sim)
    one = min(_databases(sim))
    sim.reset()
    filters = Filters.model_validate(
        {
            "databases": {"allow": [one]},
            "jobs": {"deny": ["*"]},
            "tables": {"allow": ["*_00000[01]"]},
        }
    )
    run = running.wait(running.producer.enqueue_catalog(filters=filters).run_id)
    assert run.state is RunState.SUCCEEDED
    assert running.kinds(run.run_id) == {"database": 1, "table": 2}
    calls = sim.stats()["operations"]
    assert "GetDatabases" not in calls
    assert calls["GetTables"]["calls"] == 1
    assert "GetJob" not in calls


def test_partitions_are_counted_or_read(simulator: Simulate, system: Start) -> None:
    sim = simulator(databases=1, tables=4, jobs=0, partitions=1500)
    running = system(sim)
    all_ = running.wait(running.producer.enqueue_catalog(options=Options(partitions="all")).run_id)
    counted = running.wait(
        running.producer.enqueue_catalog(options=Options(partitions="count")).run_id
    )
    assert all_.state is counted.state is RunState.SUCCEEDED
    summaries = [r for r in running.records(all_.run_id) if r["kind"] == "partition_summary"]
    assert summaries
    assert {summary["count"] for summary in summaries} == {1500}
    partitions = [r for r in running.records(all_.run_id) if r["kind"] == "partition"]
    assert len({(p["table_name"], tuple(p["values"])) for p in partitions}) == 1500 * len(summaries)
    assert running.kinds(counted.run_id)["partition_summary"] == len(summaries)
    assert running.kinds(counted.run_id)["partition"] == 0


def test_a_denied_database_makes_the_run_partial_and_says_which_action(
    simulator: Simulate, system: Start
) -> None:
    sim = simulator(databases=3, tables=5, jobs=4)
    denied = min(_databases(sim))
    sim.configure(deny=[f"GetTables:{denied}"])
    running = system(sim)
    run = running.wait(running.producer.enqueue_catalog().run_id)
    assert run.state is RunState.PARTIAL
    assert running.kinds(run.run_id)["table"] == 10
    (failure,) = running.producer.failures(run.run_id)
    assert failure.unit_id == f"database/{denied}"
    assert failure.code == "AccessDeniedException"
    assert "glue:GetTables" in failure.message
    assert failure.attempts == 1

    sim.configure(deny=[])
    assert running.producer.replay(run.run_id) == 1
    again = running.wait(run.run_id)
    assert again.state is RunState.SUCCEEDED
    assert running.kinds(run.run_id)["table"] == 15


def _databases(sim: Simulator) -> list[str]:
    import boto3

    glue = boto3.client("glue", endpoint_url=sim.url, region_name="eu-west-1")
    try:
        return [database["Name"] for database in glue.get_databases()["DatabaseList"]]
    finally:
        glue.close()
