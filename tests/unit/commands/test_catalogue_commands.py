"""``glueline tables``, ``table`` and ``job`` over a SQLite sink, and lineage as a diagram."""

import asyncio
from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.support.command import Said, glueline
from tests.unit.sinks.samples import job, run, store, table, wide_table

from glueline.contract.lineage import ColumnEdge, Origin
from glueline.contract.records import Column, LineageRecord
from glueline_worker.catalog.types.column_types import parse_type
from glueline_worker.lineage.model import LineageContext
from glueline_worker.lineage.naming import name_catalog_table, name_s3_path
from glueline_worker.sinks.registry import parse_sink

NESTED = "struct<city:string,geo:struct<lat:double>>"


@pytest.fixture(scope="module")
def sink(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A job reads sales.orders and writes to the path of sales.report."""
    orders = wide_table()
    address = Column(name="address", type=NESTED, data_type=parse_type(NESTED))
    orders = replace(orders, columns=(*orders.columns, address), description="a\tb\x1b[2J")
    report = replace(wide_table("report"), owner=None)
    here = LineageContext(region=orders.region, account=orders.catalog_id)
    edge = LineageRecord(
        source="default",
        region=orders.region,
        catalog_id=orders.catalog_id,
        process="job/nightly",
        upstream=name_catalog_table("sales", "orders", here),
        downstream=name_s3_path("s3://lake/report/day=1"),
        origins=(Origin.SCRIPT,),
        columns=(
            ColumnEdge(upstream="price", downstream="sum", transformation="identity", line=7),
        ),
    )
    nightly = job(
        "nightly",
        script_location="s3://scripts/nightly.py",
        inputs=(edge.upstream,),
        outputs=(edge.downstream,),
        warnings=("odd",),
    )
    url = f"sqlite:///{tmp_path_factory.mktemp('sink')}/glueline.db"

    async def fill() -> None:
        place = parse_sink(url)
        await place.open()
        await store(place, run(), "database/sales", orders, report, table("odd\nname"))
        await store(place, run(), "job/nightly", nightly, edge)
        await place.close()

    asyncio.run(fill())
    return url


def ask(sink: str, *words: str) -> Said:
    done = glueline(*words, "--sink", sink)
    assert "Traceback" not in done.err
    return done


def test_tables_are_lines_of_tabs_in_a_pipe(sink: str) -> None:
    done = ask(sink, "tables", "sales.*")
    lines = [line.split("\t") for line in done.out.splitlines()]
    assert [line[0] for line in lines] == ["sales.odd name", "sales.orders", "sales.report"]
    assert lines[1] == ["sales.orders", "hive", "3", "finance", "s3://lake/orders"]
    assert [each["name"] for each in ask(sink, "tables", "rep*", "--json").json["tables"]] == [
        "report"
    ]
    nothing = ask(sink, "tables", "weather.*")
    assert (nothing.code, nothing.out) == (0, "")


def test_a_table_is_a_tree_with_nested_types_and_its_neighbours(sink: str) -> None:
    done = ask(sink, "table", "sales.orders")
    assert done.code == 0, done.err
    lines = [line.lstrip("│├└─ ") for line in done.out.splitlines()]
    assert lines[:2] == ["sales.orders", "comment: a b [2J"]
    for expected in ("id  bigint  the order", "geo  struct", "lat  double", "day  date"):
        assert expected in lines
    assert "→ s3://lake/report/day=1  job/nightly" in lines
    alone = ask(sink, "table", "sales.orders", "--no-lineage")
    assert "downstream" not in alone.out


def test_the_neighbour_of_a_table_across_storage_is_shown(sink: str) -> None:
    found = ask(sink, "table", "sales.report", "--json").json
    assert [step["upstream"]["name"] for step in found["upstream"]] == ["report/day=1"]
    assert (found["table"]["name"], found["partitions"]) == ("report", None)


def test_a_job_has_its_ends_and_its_edges_with_lines(sink: str) -> None:
    done = ask(sink, "job", "nightly")
    assert done.code == 0, done.err
    lines = [line.lstrip("│├└─ ") for line in done.out.splitlines()]
    assert "script: s3://scripts/nightly.py" in lines
    assert "sales.orders → s3://lake/report/day=1" in lines
    assert "price → sum  identity  line 7" in lines
    assert lines[-2:] == ["warnings", "odd"]
    found = ask(sink, "job", "nightly", "--json").json
    assert found["edges"][0]["columns"][0]["line"] == 7


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("table", "sales.ordres"), "did you mean sales.orders?"),
        (("job", "nightyl"), "did you mean nightly?"),
        (("lineage", "sales.ordres"), "did you mean sales.orders"),
        (("lineage", "sales.orders.prise"), "did you mean price?"),
        (("lineage", "sales.orders", "--column", "prise"), "did you mean price?"),
        (("lineage", "sales.orders", "--json", "--format", "dot"), "choose one of --json"),
    ],
)
def test_a_wrong_name_is_one_sentence(sink: str, words: tuple[str, ...], error: str) -> None:
    done = ask(sink, *words)
    assert (done.code, done.out) == (2, "")
    assert error in done.err
    assert len(done.err.splitlines()) == 1


def test_a_sink_of_nothing_is_one_sentence(tmp_path: Path) -> None:
    done = glueline("table", "sales.orders", "--sink", f"sqlite:///{tmp_path}/none.db")
    assert "there is no such file" in done.err
    assert not list(tmp_path.iterdir())


def test_a_column_beside_the_name_is_the_same_as_in_it(sink: str) -> None:
    beside = ask(sink, "impact", "sales.orders", "--column", "price", "--json")
    assert beside.json["downstream"][0]["line"] == 7
    assert beside.json == ask(sink, "impact", "sales.orders.price", "--format", "json").json


def test_lineage_is_drawn(sink: str) -> None:
    done = ask(sink, "lineage", "sales.report", "--format", "mermaid", "--direction", "upstream")
    assert done.out.splitlines()[:2] == ["flowchart LR", '  n0["sales.report"]']
    assert '  n2 -->|"job/nightly"| n1' in done.out
    assert ask(sink, "lineage", "sales.report", "--format", "dot").out.startswith("digraph")
