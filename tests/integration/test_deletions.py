"""What two runs of a changing catalogue leave in a SQLite sink."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from tests.support.system import System

from glueline import RunState
from glueline.contract.runs import RunStatus
from glueline_simulator import Simulator


class Twice:
    """Runs of one catalogue into one database file."""

    def __init__(self, sim: Simulator, system: System, file: Path) -> None:
        self.sim = sim
        self.system = system
        self.file = file

    def run(self, state: RunState = RunState.SUCCEEDED) -> RunStatus:
        run = self.system.wait(self.system.producer.enqueue_catalog().run_id)
        assert run.state is state, self.system.producer.failures(run.run_id)
        return run

    def names(self, table: str, column: str = "name", *, deleted: bool = False) -> list[str]:
        deleted_at = "NOT NULL" if deleted else "NULL"
        query = f"SELECT {column} FROM {table} WHERE deleted_at IS {deleted_at} ORDER BY 1"
        with closing(sqlite3.connect(self.file)) as connection:
            return [str(name) for (name,) in connection.execute(query)]


@pytest.fixture
def twice(
    simulator: Callable[..., Simulator], system: Callable[..., System], tmp_path: Path
) -> Twice:
    names = [f"t{number}" for number in range(4)]
    table = {"columns": {"id": "bigint"}, "location": "s3://lake/t/"}
    copy = 'spark.read.parquet("s3://lake/t0").write.parquet("s3://lake/{}")'
    sim = simulator(
        catalogue={
            "databases": {db: {"tables": dict.fromkeys(names, table)} for db in ("sales", "hr")},
            "jobs": {job: {"script": copy.format(job)} for job in ("daily", "hourly", "nightly")},
        }
    )
    file = tmp_path / "glue.db"
    return Twice(sim, system(sim, sinks=(f"sqlite:///{file}",)), file)


def test_what_is_gone_is_marked_and_what_is_denied_or_fails_is_not(twice: Twice) -> None:
    first = twice.run()
    assert first.counts.get("deleted", 0) == 0
    edges = twice.names("lineage", "process")
    assert edges == ["job/daily", "job/hourly", "job/nightly"]

    twice.sim.delete_table("sales", "t3")
    twice.sim.delete_table("hr", "t3")
    twice.sim.delete_job("nightly")
    twice.sim.configure(deny=["GetTables:hr", "GetJob:hourly"])
    second = twice.run(RunState.PARTIAL)
    assert twice.names("tables", "database_name || '.' || name", deleted=True) == ["sales.t3"]
    assert twice.names("jobs", deleted=True) == ["nightly"]
    assert twice.names("lineage", "process") == ["job/daily", "job/hourly"]
    assert second.counts["deleted"] == 3

    twice.sim.configure(deny=[])
    twice.system.producer.replay(second.run_id)
    assert twice.system.wait(second.run_id).state is RunState.SUCCEEDED
    assert twice.names("tables", "database_name || '.' || name", deleted=True) == [
        "hr.t3",
        "sales.t3",
    ]
    assert twice.names("jobs") == ["daily", "hourly"]


def test_a_listing_that_came_back_empty_is_held_back_with_a_warning(twice: Twice) -> None:
    twice.run()
    twice.sim.configure(hide=["sales.*"])
    run = twice.run()
    assert len(twice.names("tables")) == 8
    warnings = twice.system.producer.warnings(run.run_id)
    assert any("4 of 4 tables of the listing 'database/sales'" in text for text in warnings)
    assert run.counts.get("deleted", 0) == 0


def test_half_of_every_database_that_is_hidden_at_once_is_held_back(
    simulator: Callable[..., Simulator], system: Callable[..., System], tmp_path: Path
) -> None:
    table = {"columns": {"id": "bigint"}}
    tables = {f"t{number}": table for number in range(6)}
    sim = simulator(
        catalogue={"databases": {f"d{number}": {"tables": tables} for number in range(5)}}
    )
    file = tmp_path / "glue.db"
    twice = Twice(sim, system(sim, sinks=(f"sqlite:///{file}",)), file)
    twice.run()
    sim.configure(hide=["*.t0", "*.t1", "*.t2"])
    run = twice.run()
    assert run.counts.get("deleted", 0) == 0
    assert twice.system.producer.warnings(run.run_id)
    sim.configure(hide=["*.t0", "*.t1"])
    run = twice.run()
    assert run.counts["deleted"] == 10
    [warning] = twice.system.producer.warnings(run.run_id)
    assert "10 of 30 tables" in warning
    sim.configure(hide=[])
    twice.run()
    assert len(twice.names("tables")) == 30
