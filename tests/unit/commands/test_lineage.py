"""``glueline lineage`` over a SQLite sink that holds records."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec import structs
from tests.support.command import Said, glueline

from glueline.contract.lineage import ColumnEdge, Effect, IndirectEdge, Origin, Transformation
from glueline.contract.messages import ExtractionRequest
from glueline.contract.records import Record
from glueline_worker.catalog.databases import make_database_record
from glueline_worker.catalog.record_origin import RecordOrigin
from glueline_worker.catalog.tables import make_table_record
from glueline_worker.commands.lineage_output import make_tree
from glueline_worker.lineage.graph.collapse import collapse
from glueline_worker.lineage.job import read_job_lineage
from glueline_worker.lineage.links.storage import make_link_lineage
from glueline_worker.lineage.links.walk import Hop, LineageStep
from glueline_worker.lineage.model import Edge, Lineage, LineageContext
from glueline_worker.lineage.naming import name_catalog_table, name_s3_path
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


def test_from_a_path_the_account_is_told_only_where_there_are_several(sink: str) -> None:
    start = name_s3_path("s3://raw/orders")
    here, there = (
        name_catalog_table("sales", "orders", structs.replace(HERE, account=account * 12))
        for account in "12"
    )
    one = make_tree(start, "downstream", [LineageStep(Hop(start, here, "job/a"), 1)])
    both = [LineageStep(Hop(start, end, "job/a"), 1) for end in (here, there)]
    assert [str(child.label) for child in one.children] == ["→ sales.orders  job/a"]
    assert [str(child.label) for child in make_tree(start, "downstream", both).children] == [
        "→ sales.orders (account 111111111111, eu-west-1)  job/a",
        "→ sales.orders (account 222222222222, eu-west-1)  job/a",
    ]
    assert "account" not in lineage("s3://raw/orders", "--sink", sink).out


def test_without_a_sink_the_error_says_so(tmp_path: Path) -> None:
    done = glueline("lineage", "sales.orders", env={"GLUELINE_SINKS": f"sqlite:///{tmp_path}/x.db"})
    assert done.code == 2
    assert "there is no such file (no --sink was given)" in done.err


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
        (["finance.report.none"], "no column 'none' of finance.report is known"),
        (["finance.report.none.such"], "no column 'none.such' of finance.report is known"),
        ([" "], "name a dataset"),
        (["."], "name a dataset"),
        (["a.b", "--sink", "sqlite:///nowhere.db"], "there is no such file"),
        (["a.b", "--sink", "stdout:"], "name one of SQLite or PostgreSQL"),
    ],
)
def test_wrong_usage_is_one_sentence(sink: str, arguments: list[str], said: str) -> None:
    done = lineage(*(arguments if "--sink" in arguments else [*arguments, "--sink", sink]))
    assert done.code in (1, 2)
    assert said in done.err
    assert "Traceback" not in done.err


def way(upstream: str, downstream: str, how: Transformation, line: int) -> ColumnEdge:
    return ColumnEdge(upstream=upstream, downstream=downstream, transformation=how, line=line)


def decides(upstream: str, downstream: str | None, effect: Effect, line: int) -> IndirectEdge:
    return IndirectEdge(upstream=upstream, downstream=downstream, effect=effect, line=line)


@pytest.fixture
def columns(tmp_path: Path) -> str:
    """raw.orders becomes files, which are the table sales.orders, and two reports."""
    raw, sales, report, board, opaque = (
        name_catalog_table(*name.split("."), HERE)
        for name in ("raw.orders", "sales.orders", "finance.report", "finance.board", "x.opaque")
    )
    files = name_s3_path("s3://lake/sales/orders")
    load = Edge(
        raw,
        files,
        (Origin.SCRIPT,),
        (way("total", "amount", "transformation", 3), way("ship.city", "city", "identity", 4)),
        (decides("status", None, "filter", 5),),
    )
    aggregate = Edge(
        sales,
        report,
        (Origin.SCRIPT,),
        (way("amount", "revenue", "aggregation", 8),),
        (decides("city", None, "group_by", 8), decides("kind", "revenue", "conditional", 9)),
    )
    copy = Edge(report, board, (Origin.SCRIPT,), (way("revenue", "Revenue", "identity", 2),))
    unknown = Edge(report, opaque, (Origin.SCRIPT,))
    table = make_table_record(
        {
            "Name": "orders",
            "StorageDescriptor": {
                "Location": "s3://lake/sales/orders/",
                "Columns": [{"Name": "amount", "Type": "int"}, {"Name": "unused", "Type": "int"}],
            },
        },
        ORIGIN,
        database_name="sales",
    )
    edges = {"load": load, "report": aggregate, "copy": copy, "odd": unknown}
    records = [
        record
        for process, edge in edges.items()
        for record in make_lineage_records(Lineage(edges=(edge,)), ORIGIN, process=f"job/{process}")
    ]
    return stored(tmp_path, [table, *records])


def walk(done: Said, direction: str) -> list[str]:
    """``job/load:3 amount <- total transformation``"""
    assert done.code == 0, done.err
    return [
        f"{step['process']}:{step['line']} {step['upstream']['column']} > "
        f"{step['downstream']['column']} {step['transformation'] or step['effect']}"
        for step in json.loads(done.out)[direction]
    ]


def test_a_column_is_followed_across_jobs_and_storage(columns: str) -> None:
    done = lineage("finance.board.revenue", "--sink", columns, "--json")
    assert walk(done, "upstream") == [
        "job/copy:2 revenue > Revenue identity",
        "job/report:8 amount > revenue aggregation",
        "storage:None amount > amount identity",
        "job/load:3 total > amount transformation",
    ]
    assert walk(done, "downstream") == []


def test_deciding_columns_are_followed_when_they_are_asked_for(columns: str) -> None:
    done = lineage("finance.report.revenue", "--indirect", "--sink", columns, "--json")
    assert walk(done, "upstream") == [
        "job/report:8 amount > revenue aggregation",
        "job/report:8 city > None group_by",
        "job/report:9 kind > revenue conditional",
        "storage:None amount > amount identity",
        "storage:None city > city identity",
        "storage:None kind > kind identity",
        "job/load:3 total > amount transformation",
        "job/load:5 status > None filter",
        "job/load:4 ship.city > city identity",
    ]


def test_a_column_that_is_only_filtered_on_affects_all_that_is_made_of_the_rows(
    columns: str,
) -> None:
    direct = lineage("raw.orders.status", "--sink", columns, "--direction", "downstream", "--json")
    assert walk(direct, "downstream") == []
    both = ["--direction", "downstream", "--indirect"]
    done = lineage("raw.orders.status", "--sink", columns, "--json", *both)
    assert walk(done, "downstream") == [
        "job/load:5 status > None filter",
        "storage:None None > None None",
        "job/report:None None > None None",
        "job/copy:None None > None None",
        "job/odd:None None > None None",
    ]
    tree = lineage("raw.orders.status", "--sink", columns, *both)
    assert "→ s3://lake/sales/orders, all columns  filter  job/load:5" in tree.out
    assert "→ finance.board, all columns  rows  job/copy" in tree.out
    assert all(len(line) <= 80 for line in tree.out.splitlines())
    assert glueline("impact", "raw.orders.status", "--sink", columns).out == tree.out
    impact = glueline("impact", "raw.orders.status", "--sink", columns, "--json")
    assert json.loads(impact.out) == json.loads(done.out)


def test_a_struct_and_its_field_lead_to_each_other(columns: str) -> None:
    for column in ("ship", "ship.city", "Ship.City"):
        done = lineage(f"raw.orders.{column}", "--sink", columns, "--json", "--depth", "1")
        assert walk(done, "downstream") == ["job/load:4 ship.city > city identity"]


def test_where_columns_are_not_known_the_way_of_a_column_may_go_on(columns: str) -> None:
    done = lineage("sales.orders.amount", "--sink", columns, "--direction", "downstream")
    assert "→ finance.report.revenue  aggregation  job/report:8" in done.out
    sentence = "job/odd: the columns from finance.report to x.opaque are not known"
    assert sentence in " ".join(done.err.split())


def test_a_column_without_lineage_is_known_by_the_catalogue(columns: str) -> None:
    done = lineage("sales.orders.unused", "--sink", columns, "--direction", "downstream")
    assert done.code == 0
    assert "nothing known" in done.out
    done = lineage("sales.orders.absent", "--sink", columns)
    assert "no column 'absent' of sales.orders is known" in done.err


def test_the_steps_of_a_dataset_carry_both_kinds_of_columns(columns: str) -> None:
    done = lineage("raw.orders", "--sink", columns, "--json", "--direction", "downstream")
    first = json.loads(done.out)["downstream"][0]
    assert {
        "upstream": "ship.city",
        "downstream": "city",
        "transformation": "identity",
        "line": 4,
    } in first["columns"]
    assert first["indirect"] == [
        {"upstream": "status", "downstream": None, "effect": "filter", "line": 5}
    ]
    plain = lineage("finance.report", "--sink", columns)
    assert "group_by" not in plain.out
    deciding = lineage("finance.report", "--sink", columns, "--indirect")
    assert "group_by: city" in deciding.out
    assert "conditional of revenue: kind" in deciding.out


def test_a_way_is_lost_where_only_deciding_columns_are_known(tmp_path: Path) -> None:
    left, right, out = (
        name_catalog_table(*name.split("."), HERE) for name in ("x.left", "x.right", "x.out")
    )
    job = Lineage(
        edges=(
            Edge(left, out, (Origin.SCRIPT,), (way("id", "id", "identity", 1),)),
            Edge(right, out, (Origin.SCRIPT,), (), (decides("id", None, "filter", 2),)),
        )
    )
    sink = stored(tmp_path, make_lineage_records(job, ORIGIN, process="job/semi"))
    for column, table, is_lost in (("id", "right", False), ("id", "left", False)):
        done = glueline("impact", f"x.{table}.{column}", "--sink", sink)
        assert ("are not known" in done.err) is is_lost
    done = lineage("x.right.id", "--sink", sink)
    assert "are not known" in " ".join(done.err.split())


def test_what_a_job_filters_on_is_in_the_impact_of_its_column(tmp_path: Path) -> None:
    condition = {
        "Operation": "EQ",
        "Values": [{"Type": "COLUMNEXTRACTED", "Value": ["status"]}],
    }
    nodes = {
        "a": {"CatalogSource": {"Name": "a", "Database": "raw", "Table": "orders"}},
        "f": {"Filter": {"Name": "f", "Inputs": ["a"], "Filters": [condition]}},
        "s": {"SelectFields": {"Name": "s", "Inputs": ["f"], "Paths": [["id"]]}},
        "z": {"S3DirectTarget": {"Name": "z", "Inputs": ["s"], "Path": "s3://lake/paid/"}},
    }
    job = read_job_lineage({"Name": "paid", "CodeGenConfigurationNodes": nodes}, None, None, HERE)
    sink = stored(tmp_path, make_lineage_records(job, ORIGIN, process="job/paid"))
    done = glueline("impact", "raw.orders.status", "--sink", sink)
    assert "→ s3://lake/paid, all columns  filter  job/paid" in done.out
    done = lineage("s3://lake/paid.id", "--sink", sink, "--direction", "upstream", "--indirect")
    assert "← raw.orders.id  identity  job/paid" in done.out
    assert "← raw.orders.status  filter  job/paid" in done.out
