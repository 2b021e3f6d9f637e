"""A job is read with the columns of the tables that it reads and writes."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from tests.integration.incremental.inline import Inline
from tests.unit.sinks.places import Rows

from glueline_simulator import Simulator
from glueline_worker.lineage.job import JobReading, read_job
from glueline_worker.units import job_lineage

Start = Callable[..., Any]

ORDERS = {"id": "bigint", "price": "double"}
REPORT = {"number": "bigint", "amount": "double"}
BY_POSITION = 'spark.sql("INSERT INTO sales.report SELECT * FROM sales.orders")'
BY_NAMES = """
rows = spark.table("sales.orders")
for name in rows.columns:
    rows.select(name).write.insertInto(f"sales.{name}")
"""
COPY = 'spark.read.parquet("s3://lake/in").write.parquet("s3://lake/out")'
OPAQUE = """
import other_library
rows = spark.table("sales.orders")
other_library.shuffle(rows.rdd).write.saveAsTable("sales.elsewhere")
"""


@pytest.fixture
def sim(simulator: Start, monkeypatch: pytest.MonkeyPatch) -> Simulator:
    tables = {"orders": {"columns": ORDERS}, "report": {"columns": REPORT}}
    started: Simulator = simulator(
        catalogue={
            "databases": {"sales": {"tables": tables}},
            "jobs": {"insert": {"script": BY_POSITION}},
        }
    )
    monkeypatch.setenv("AWS_ENDPOINT_URL", started.url)
    return started


def columns_of(here: str, job: str) -> set[tuple[str, str]]:
    rows = Rows(here)("SELECT process, CAST(record AS TEXT) FROM lineage WHERE deleted_at IS NULL")
    return {
        (column["upstream"], column["downstream"])
        for process, record in rows
        if process == f"job/{job}"
        for column in json.loads(record)["columns"]
    }


def warnings_of(here: str, job: str) -> list[str]:
    [(record,)] = Rows(here)(f"SELECT CAST(record AS TEXT) FROM jobs WHERE name = '{job}'")
    warnings: list[str] = json.loads(record)["warnings"]
    return warnings


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_a_job_is_read_again_when_a_table_that_it_writes_has_other_columns(
    sim: Simulator, url: Start, inline: Start
) -> None:
    here = url("out")
    worker: Inline = await inline(here)
    await worker.run()
    assert columns_of(here, "insert") == {("id", "number"), ("price", "amount")}
    assert (await worker.run()).counts["unchanged_job"] == 1
    sim.add_table("sales", "report", columns={"number": "bigint", "total": "double"})
    assert "unchanged_job" not in (await worker.run()).counts
    assert columns_of(here, "insert") == {("id", "number"), ("price", "total")}
    assert (await worker.run()).counts["unchanged_job"] == 1


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_columns_that_could_have_been_known_and_were_not_are_a_warning(
    sim: Simulator, url: Start, inline: Start
) -> None:
    here = url("out")
    sim.add_job("opaque", script=OPAQUE)
    worker: Inline = await inline(here)
    await worker.run()
    assert not [w for w in warnings_of(here, "insert") if "not which of them pass" in w]
    assert columns_of(here, "opaque") == set()
    (warning,) = [w for w in warnings_of(here, "opaque") if "not which of them pass" in w]
    assert "sales.orders to sales.elsewhere (line 4)" in warning


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_tables_that_only_columns_show_are_asked_for_too(
    sim: Simulator, url: Start, inline: Start
) -> None:
    here = url("out")
    sim.add_table("sales", "id", columns={"a": "bigint"})
    sim.add_job("loop", script=BY_NAMES)
    worker: Inline = await inline(here)
    await worker.run()
    assert ("id", "a") in columns_of(here, "loop")
    assert (await worker.run()).counts["unchanged_job"] == 2
    sim.add_table("sales", "id", columns={"b": "bigint"})
    assert (await worker.run()).counts["unchanged_job"] == 1
    assert ("id", "b") in columns_of(here, "loop")


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_a_job_is_read_once_where_its_columns_are_in_memory_or_unused(
    sim: Simulator, url: Start, inline: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tables of the database are listed before its jobs are read, or are not."""
    read: list[str] = []

    def count(definition: Any, *args: Any) -> JobReading:
        read.append(definition["Name"])
        return read_job(definition, *args)

    monkeypatch.setattr(job_lineage, "read_job", count)
    sim.add_job("copy", script=COPY)
    worker: Inline = await inline(url("out"))
    await worker.run()
    assert sorted(read) == ["copy", "insert"]
    read.clear()
    alone: Inline = await inline(url("alone"))
    await alone.run(scope={"kind": "job", "name": "insert"})
    await alone.run(scope={"kind": "job", "name": "copy"})
    assert read == ["insert", "insert", "copy"]
