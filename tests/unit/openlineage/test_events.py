"""Records as events of OpenLineage."""

import json
from datetime import UTC, datetime

import pytest
from msgspec.structs import replace
from tests.unit.openlineage.edges import lineage_edge
from tests.unit.sinks.samples import job, table

from glueline.contract.lineage import ColumnEdge, Dataset, IndirectEdge
from glueline.contract.messages import encode
from glueline.contract.records import Column, Storage, ViewText
from glueline_worker.catalog.types.column_types import parse_type
from glueline_worker.openlineage.events import EventOptions, encode_event, make_events

NOW = datetime(2026, 3, 4, tzinfo=UTC)
ODD_NAMES = ("a/b", "..", "50%", "x=y", "naïve 表 🗂", "x" * 1000, 'say "x"')


def events(*records, at=NOW, **options):
    made = make_events(records, EventOptions(**options), at)
    return [json.loads(encode_event(each)) for each in made]


def ends(event):
    return {(i["name"], o["name"]) for i in event["inputs"] for o in event["outputs"]}


def test_a_job_with_one_flow_is_one_complete_run():
    [event] = events(job("load"), lineage_edge("a", "x"), lineage_edge("b", "x"))
    assert event["eventType"] == "COMPLETE"
    assert event["eventTime"] == "2026-03-04T00:00:00+00:00"
    assert event["job"]["namespace"] == "arn:aws:glue:eu-west-1:123456789012"
    assert event["job"]["name"] == "job/load"
    assert event["run"]["facets"] == {}
    assert ends(event) == {("a", "x"), ("b", "x")}


def test_flows_of_one_job_have_names_of_their_own_and_the_job_as_parent():
    made = events(job("load"), lineage_edge("a", "x"), lineage_edge("b", "y"))
    assert [ends(event) for event in made] == [{("a", "x")}, {("b", "y")}]
    assert [event["job"]["name"] for event in made] == [
        "job/load.s3://lake/x",
        "job/load.s3://lake/y",
    ]
    parents = [event["run"]["facets"]["parent"] for event in made]
    assert parents[0] == parents[1]
    assert parents[0]["job"]["name"] == "job/load"
    assert len({event["run"]["runId"] for event in made} | {parents[0]["run"]["runId"]}) == 3


def test_the_id_of_a_run_follows_from_the_job_and_its_content():
    def ids(*records, at=NOW):
        return [event["run"]["runId"] for event in events(*records, at=at)]

    first = ids(job("load"), lineage_edge("a", "x"))
    assert ids(job("load"), lineage_edge("a", "x"), at=datetime(2027, 1, 1, tzinfo=UTC)) == first
    assert ids(job("load"), lineage_edge("b", "x")) != first
    column = ColumnEdge(upstream="c", downstream="d")
    assert ids(job("load"), lineage_edge("a", "x", columns=[column])) != first
    assert ids(job("other"), lineage_edge("a", "x", "job/other")) != first


def test_columns_say_how_their_values_pass_and_what_decides():
    columns = [
        ColumnEdge(upstream="a", downstream="x", transformation="identity"),
        ColumnEdge(upstream="b", downstream="x", transformation="masking"),
        ColumnEdge(upstream="c", downstream="y"),
    ]
    deciding = [
        IndirectEdge(upstream="k", downstream=None, effect="group_by"),
        IndirectEdge(upstream="w", downstream="x", effect="window"),
    ]
    [event] = events(lineage_edge("in", "out", columns=columns, indirect=deciding))
    [output] = event["outputs"]
    facet = output["facets"]["columnLineage"]
    found = {
        name: [(i["field"], i["transformations"]) for i in field["inputFields"]]
        for name, field in facet["fields"].items()
    }

    def change(kind, subtype, *, masking=False):
        return [{"type": kind, "subtype": subtype, "masking": masking}]

    assert found == {
        "x": [
            ("a", change("DIRECT", "IDENTITY")),
            ("b", change("DIRECT", "TRANSFORMATION", masking=True)),
            ("w", change("INDIRECT", "WINDOW")),
        ],
        "y": [("c", [])],
    }
    assert [(i["field"], i["transformations"]) for i in facet["dataset"]] == [
        ("k", change("INDIRECT", "GROUP_BY"))
    ]
    [entry] = event["job"]["facets"]["lineage"]["entries"]
    assert (entry["name"], sorted(entry["fields"])) == ("out", ["x", "y"])


def test_a_view_is_a_process_and_a_dataset_with_its_columns():
    nested = "struct<city:string,tags:array<string>>"
    view = table(
        "recent",
        description="recent orders",
        table_type="VIRTUAL_VIEW",
        views=(ViewText(dialect="spark", sql="SELECT * FROM orders"),),
        columns=(Column(name="ship", type=nested, data_type=parse_type(nested), comment="to"),),
    )
    end = Dataset(namespace="arn:aws:glue:eu-west-1:123456789012", name="table/sales/recent")
    edge = lineage_edge("orders", "x", "view/sales/recent")
    [event] = events(view, replace(edge, downstream=end))
    assert event["job"]["name"] == "view/sales/recent"
    assert event["job"]["facets"]["sql"]["query"] == "SELECT * FROM orders"
    [output] = event["outputs"]
    [field] = output["facets"]["schema"]["fields"]
    assert (field["name"], field["type"], field["description"]) == ("ship", nested, "to")
    city, tags = field["fields"]
    assert city == {"name": "city", "type": "string"}
    assert tags["fields"] == [{"name": "_element", "type": "string"}]
    assert output["facets"]["datasetType"]["datasetType"] == "VIEW"


def test_static_events_tell_tables_and_jobs_without_lineage():
    storage = Storage(location="s3://lake/orders", data_locations=("s3://lake/orders",))
    records = [table("orders", owner="finance", storage=storage), job("idle")]
    assert events(*records) == []
    found = events(*records, is_static=True)
    dataset, idle = (each.get("dataset") or each["job"] for each in found)
    assert (dataset["name"], idle["name"]) == ("table/sales/orders", "job/idle")
    assert dataset["facets"]["ownership"]["owners"] == [{"name": "finance"}]
    [path] = dataset["facets"]["symlinks"]["identifiers"]
    assert path == {"namespace": "s3://lake", "name": "orders", "type": "LOCATION"}


@pytest.mark.parametrize(("table_format", "layer"), [("iceberg", "iceberg"), ("hive", None)])
def test_only_a_format_of_lakes_is_a_storage_layer(table_format: str, layer: str | None):
    storage = Storage(location="s3://lake/orders", data_locations=("s3://lake/orders",))
    [event] = events(table("orders", format=table_format, storage=storage), is_static=True)
    facet = event["dataset"]["facets"].get("storage")
    assert (facet and facet["storageLayer"]) == layer


@pytest.mark.parametrize("limit", [1, 2, 3, 1000])
def test_an_event_has_at_most_so_many_links(limit: int):
    edges = [lineage_edge(f"a{n}", f"x{m}") for n in range(6) for m in range(5)]
    made = events(*edges, max_links=limit)
    assert all(len(ends(event)) <= limit for event in made)
    assert set().union(*map(ends, made)) == {(e.upstream.name, e.downstream.name) for e in edges}
    names = [event["job"]["name"] for event in made]
    assert len(set(names)) == len(names)


def test_an_event_has_at_most_so_many_bytes():
    columns = [ColumnEdge(upstream=f"a{n}", downstream=f"b{n}") for n in range(400)]
    made = events(lineage_edge("a", "x", columns=columns), max_bytes=20_000)
    assert len(made) > 1
    assert all(len(json.dumps(event)) <= 20_000 for event in made)
    found = [
        name for event in made for name in event["outputs"][0]["facets"]["columnLineage"]["fields"]
    ]
    assert sorted(found) == sorted(column.downstream for column in columns)
    assert len({event["job"]["name"] for event in made}) == len(made)


def test_long_names_count_among_the_bytes():
    edges = [lineage_edge(f"{n}{'a' * 1000}", f"{n}{'x' * 1000}") for n in range(3)]
    edges += [lineage_edge(f"{n}{'a' * 1000}", "x") for n in range(40)]
    made = events(*edges, max_bytes=30_000)
    assert all(len(json.dumps(event)) <= 30_000 for event in made)
    assert set().union(*map(ends, made)) == {(e.upstream.name, e.downstream.name) for e in edges}


def test_inputs_without_an_output_are_divided_too():
    inputs = tuple(Dataset(namespace="s3://lake", name=f"{n}{'a' * 900}") for n in range(60))
    made = events(job("load", inputs=inputs), max_bytes=20_000)
    assert all(len(json.dumps(event)) <= 20_000 for event in made)
    assert sorted(i["name"] for event in made for i in event["inputs"]) == sorted(
        dataset.name for dataset in inputs
    )


@pytest.mark.parametrize("name", ODD_NAMES)
def test_odd_names_make_events_with_names_of_their_own(name: str):
    process = f"job/{encode(name)}"
    [event] = events(job(name), lineage_edge(f"in/{name}", f"out/{name}", process))
    [other] = events(job("plain"), lineage_edge("in", "out", "job/plain"))
    assert event["job"]["name"] != other["job"]["name"]
    assert event["run"]["runId"] != other["run"]["runId"]


def test_text_that_is_no_unicode_is_replaced():
    [event] = events(job("load", description="\ud800!"), lineage_edge("a", "x"))
    documentation = event["job"]["facets"]["documentation"]
    assert documentation["description"] == "\N{REPLACEMENT CHARACTER}!"


def test_names_that_differ_in_a_slash_stay_apart():
    made = events(lineage_edge("a", "x", "view/a%2Fb/c"), lineage_edge("a", "x", "view/a/b%2Fc"))
    assert [event["job"]["name"] for event in made] == ["view/a%2Fb/c", "view/a/b%2Fc"]


def test_the_namespace_of_jobs_can_be_chosen():
    [event] = events(lineage_edge("a", "x"), namespace="lake")
    assert event["job"]["namespace"] == "lake"
