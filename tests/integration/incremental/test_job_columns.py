"""A job is read with the columns of the tables that it reads and writes."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from tests.integration.incremental.inline import Inline
from tests.unit.sinks.places import Rows

from glueline_simulator import Simulator
from glueline_worker.lineage.model import Lineage, LineageContext
from glueline_worker.lineage.naming import name_catalog_table
from glueline_worker.units import job

Start = Callable[..., Any]

ORDERS = {"id": "bigint", "price": "double"}
REPORT = {"number": "bigint", "amount": "double"}
BY_POSITION = 'spark.sql("INSERT INTO sales.report SELECT * FROM sales.orders")'
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
    sim: Simulator, url: Start, inline: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reader stands for a script that loops over the columns of a frame."""
    seen: list[set[str]] = []

    def read(_: Any, __: Any, ___: Any, context: LineageContext) -> Lineage:
        seen.append(set(context.schemas))
        names = ["orders", *("report" for _ in context.schemas)]
        tables = tuple(name_catalog_table("sales", name, context) for name in names)
        return Lineage(inputs=tables[:1], outputs=tables[-1:])

    monkeypatch.setattr(job, "read_job_lineage", read)
    worker: Inline = await inline(url("out"))
    await worker.run()
    assert seen == [set(), {"sales/orders"}, {"sales/orders", "sales/report"}]
    assert (await worker.run()).counts["unchanged_job"] == 1
    sim.add_table("sales", "report", columns={"c": "int"})
    assert "unchanged_job" not in (await worker.run()).counts
