"""One table by name: read, changed, gone, and beside runs of more than it."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from tests.support.system import System

from glueline import Producer, RunState
from glueline.contract.errors import UsageError
from glueline.contract.messages import Options
from glueline_simulator import Simulator

TABLE = {
    "columns": {"id": "bigint"},
    "location": "s3://lake/t/",
    "partition_keys": {"day": "string"},
    "partitions": [["2026-01-01"], ["2026-01-02"]],
}


class Stage:
    """A catalogue, workers and the database they write to."""

    def __init__(self, sim: Simulator, system: System, file: Path) -> None:
        self.sim = sim
        self.producer = system.producer
        self.system = system
        self.file = file

    def end(self, run_id: str, state: RunState = RunState.SUCCEEDED) -> None:
        run = self.system.wait(run_id)
        assert run.state is state, self.producer.failures(run_id)

    def read(self, name: str) -> str:
        options = Options(partitions="all")
        run_id = self.producer.enqueue_table("sales", name, options=options).run_id
        self.end(run_id)
        return run_id

    def rows(self, query: str) -> list[str]:
        with closing(sqlite3.connect(self.file)) as connection:
            return [str(name) for (name,) in connection.execute(query)]

    def live(self, table: str = "tables") -> list[str]:
        return self.rows(
            f"SELECT database_name || '.' || name FROM {table} WHERE deleted_at IS NULL ORDER BY 1"
        )


@pytest.fixture
def stage(
    simulator: Callable[..., Simulator], system: Callable[..., System], tmp_path: Path
) -> Stage:
    tables = {"sales": {"tables": {"a": TABLE, "b": TABLE}}, "hr": {"tables": {"a": TABLE}}}
    sim = simulator(catalogue={"databases": tables})
    file = tmp_path / "glue.db"
    return Stage(sim, system(sim, sinks=(f"sqlite:///{file}",)), file)


def test_a_table_that_is_new_is_written_alone(stage: Stage) -> None:
    stage.read("a")
    assert stage.live() == ["sales.a"]
    assert len(stage.rows("SELECT key FROM partitions WHERE deleted_at IS NULL")) == 2
    assert "GetTables" not in str(stage.sim.stats())


def test_a_table_that_is_gone_is_marked_with_its_partitions_and_no_other(stage: Stage) -> None:
    stage.end(stage.producer.enqueue_catalog(options=Options(partitions="all")).run_id)
    stage.sim.delete_table("sales", "a")
    stage.sim.delete_table("sales", "b")
    run_id = stage.read("a")
    assert stage.live() == ["hr.a", "sales.b"]
    assert len(stage.rows("SELECT key FROM partitions WHERE deleted_at IS NULL")) == 4
    assert (
        stage.producer.status(run_id).counts["deleted"] == 4
    )  # with two partitions and their summary
    assert stage.producer.warnings(run_id) == ["table a of database sales does not exist"]


def test_a_table_that_is_denied_is_not_deleted(stage: Stage) -> None:
    stage.end(stage.producer.enqueue_catalog().run_id)
    stage.sim.configure(deny=["GetTable:sales"])
    stage.end(stage.producer.enqueue_table("sales", "a").run_id, RunState.FAILED)
    assert stage.live() == ["hr.a", "sales.a", "sales.b"]


def test_a_run_of_one_table_leaves_runs_of_more_alone(stage: Stage) -> None:
    stage.sim.configure(latency=0.3)
    whole = stage.producer.enqueue_catalog()
    database = stage.producer.enqueue_database("sales")
    one = stage.producer.enqueue_table("sales", "a")
    for accepted in (whole, database, one):
        stage.end(accepted.run_id)
    assert stage.live() == ["hr.a", "sales.a", "sales.b"]


def test_an_older_catalogue_run_does_not_bring_a_deleted_table_back(stage: Stage) -> None:
    stage.read("a")
    older = stage.producer.enqueue_catalog()
    stage.sim.delete_table("sales", "a")
    stage.read("a")
    stage.end(older.run_id)
    assert "sales.a" not in stage.live()


@pytest.mark.parametrize("names", [("", "t"), ("d", ""), ("d" * 20_000, "t")])
def test_a_name_that_cannot_be_is_refused(names: tuple[str, str]) -> None:
    with Producer() as producer, pytest.raises(UsageError, match="not a name of a Glue object"):
        producer.enqueue_table(*names)


def test_a_name_in_other_letters_is_the_same_table(stage: Stage):
    stage.read("a")
    stage.end(stage.producer.enqueue_table("Sales", "A").run_id)
    stage.end(stage.producer.enqueue_database("SALES").run_id)
    assert stage.live() == ["sales.a", "sales.b"]
    stage.sim.delete_table("sales", "a")
    stage.end(stage.producer.enqueue_table("sales", "A").run_id)
    assert stage.live() == ["sales.b"]
