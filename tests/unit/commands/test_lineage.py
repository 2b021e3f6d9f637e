"""``glueline lineage`` over a SQLite sink that holds records."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.support.command import Said, glueline

from glueline.contract.messages import ExtractionRequest
from glueline.contract.records import Record
from glueline_worker.catalog.databases import make_database_record
from glueline_worker.catalog.record_origin import RecordOrigin
from glueline_worker.catalog.tables import make_table_record
from glueline_worker.lineage.graph.collapse import collapse
from glueline_worker.lineage.links.storage import make_link_lineage
from glueline_worker.lineage.model import LineageContext
from glueline_worker.lineage.records import make_lineage_records
from glueline_worker.lineage.script import read_script
from glueline_worker.sinks.model import Run
from glueline_worker.sinks.registry import parse_sink

HERE = LineageContext(region="eu-west-1", account="123456789012")
ORIGIN = RecordOrigin("default", "eu-west-1", "123456789012")
SCRIPT = """
spark.read.json("s3://raw/orders").write.parquet("s3://lake/sales/orders/dt=1")
spark.table("sales.orders").write.saveAsTable("finance.report")
"""


@pytest.fixture
def sink(tmp_path: Path) -> str:
    """A job that writes to a table's path and reads the table, and a resource link to the result."""
    orders = make_table_record(
        {"Name": "orders", "StorageDescriptor": {"Location": "s3://lake/sales/orders/"}},
        ORIGIN,
        database_name="sales",
    )
    link = make_table_record(
        {"Name": "shared", "TargetTable": {"DatabaseName": "finance", "Name": "report"}},
        ORIGIN,
        database_name="board",
    )
    job = collapse(read_script(SCRIPT, HERE), HERE)
    records = [
        orders,
        link,
        *make_lineage_records(job, ORIGIN, process="job/nightly"),
        *make_lineage_records(make_link_lineage(link, HERE), ORIGIN, process="table/board/shared"),
    ]
    return stored(tmp_path, records)


@pytest.fixture
def linked(tmp_path: Path) -> str:
    """A job that reads a table of a linked database, whose owner is not extracted."""
    target = {"CatalogId": "210987654321", "DatabaseName": "sales", "Region": "us-east-1"}
    link = make_database_record({"Name": "shared", "TargetDatabase": target}, ORIGIN)
    job = collapse(
        read_script('spark.table("shared.orders").write.saveAsTable("finance.report")', HERE), HERE
    )
    return stored(tmp_path, [link, *make_lineage_records(job, ORIGIN, process="job/nightly")])


def stored(folder: Path, records: Sequence[Record]) -> str:
    """A SQLite sink that holds ``records``."""
    url = f"sqlite:///{folder}/glueline.db"

    async def fill() -> None:
        place = parse_sink(url)
        await place.open()
        run = Run("a" * 32, 1, ExtractionRequest(), datetime.now(UTC))
        writer = await place.begin(run, "job/nightly")
        await writer.write(records)
        await writer.complete()
        await place.close()

    asyncio.run(fill())
    return url


def lineage(*arguments: str) -> Said:
    return glueline("lineage", *arguments)


def test_lineage_goes_through_storage_and_resource_links(sink: str) -> None:
    done = lineage("board.shared", "--sink", sink, "--direction", "upstream", "--json")
    assert done.code == 0, done.err
    steps = json.loads(done.out)["upstream"]
    assert [(step["process"], step["upstream"]["name"]) for step in steps] == [
        ("table/board/shared", "table/finance/report"),
        ("job/nightly", "table/sales/orders"),
        ("storage", "sales/orders/dt=1"),
        ("job/nightly", "orders"),
    ]


def test_a_chain_goes_through_linked_databases_and_says_where_it_may_go_on(linked: str) -> None:
    done = lineage("finance.report", "--sink", linked, "--direction", "upstream")
    assert done.code == 0, done.err
    assert "← sales.orders (account 210987654321, us-east-1)  database/shared" in done.out
    warning = "database shared is a resource link to database sales of 210987654321 in us-east-1"
    assert f"warning: {warning}" in done.err
    as_json = lineage("finance.report", "--sink", linked, "--json")
    assert json.loads(as_json.out)["warnings"][0].startswith(warning)
    unknown = lineage("shared.returns", "--sink", linked)
    assert f"no lineage is known for 'shared.returns'; {warning}" in unknown.err


def test_a_person_sees_a_tree(sink: str) -> None:
    done = lineage("s3://raw/orders", "--sink", sink)
    assert "→ board.shared" in done.out
    assert "nothing known" in done.out


def test_the_same_table_of_two_regions_goes_by_its_whole_name(sink: str) -> None:
    there = LineageContext(region="us-east-1", account="123456789012")
    elsewhere = replace(ORIGIN, region="us-east-1")

    async def fill() -> None:
        place = parse_sink(sink)
        await place.open()
        run = Run("b" * 32, 2, ExtractionRequest(), datetime.now(UTC))
        writer = await place.begin(run, "job/nightly")
        job = collapse(read_script(SCRIPT, there), there)
        await writer.write(make_lineage_records(job, elsewhere, process="job/nightly"))
        await writer.complete()
        await place.close()

    asyncio.run(fill())
    done = lineage("finance.report", "--sink", sink)
    assert done.code != 0
    assert "can mean 2 datasets" in done.err
    names = [
        f"arn:aws:glue:{r}:123456789012/table/finance/report" for r in ("eu-west-1", "us-east-1")
    ]
    assert all(name in done.err.replace("\n", "") for name in names)
    done = lineage(names[1], "--sink", sink, "--direction", "upstream", "--json")
    [step] = json.loads(done.out)["upstream"]
    assert step["upstream"]["namespace"] == "arn:aws:glue:us-east-1:123456789012"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["none.such"], "no lineage is known for 'none.such'"),
        (["o"], "can mean"),
        (["a.b", "--sink", "sqlite:///nowhere.db"], "there is no such file"),
        (["a.b", "--sink", "stdout:"], "lineage is read from SQLite or PostgreSQL"),
    ],
)
def test_wrong_usage_is_one_sentence(sink: str, arguments: list[str], said: str) -> None:
    done = lineage(*(arguments if "--sink" in arguments else [*arguments, "--sink", sink]))
    assert done.code in (1, 2)
    assert said in done.err
    assert "Traceback" not in done.err
