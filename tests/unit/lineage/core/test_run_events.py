"""OpenLineage's events of runs become runs with our names, whatever their order."""

import random
from itertools import permutations
from typing import Any

import pytest
from tests.support.run_events import GLUE, RUN, path_output, run_event, table_input

from glueline.contract.errors import UsageError
from glueline.contract.lineage import ColumnEdge, Dataset, IndirectEdge
from glueline.contract.observed import ObservedRun, list_edges, merge_same_runs
from glueline_worker.lineage.run_events import name_event_dataset, read_event


def read(*events: dict[str, Any]) -> ObservedRun:
    (run,) = merge_same_runs(found for event in events if (found := read_event(event)))
    return run


def edges(run: ObservedRun) -> set[tuple[str, str]]:
    return {(edge.upstream.name, edge.downstream.name) for edge in list_edges(run)}


def test_inputs_and_outputs_of_different_events_meet():
    run = read(
        run_event("START", 1, [table_input("raw/orders")]),
        run_event("COMPLETE", 2, outputs=[path_output("lake", "/sales/orders/")]),
    )
    assert edges(run) == {("table/raw/orders", "sales/orders")}
    assert run.end == "COMPLETE"


def test_every_order_and_every_repetition_of_events_gives_the_same_run():
    events = [
        run_event("START", 1, [table_input("raw/orders")]),
        run_event("RUNNING", 2, [table_input("raw/customers")], [path_output("lake", "a", "s/a")]),
        run_event("COMPLETE", 3, outputs=[path_output("lake", "b")]),
        run_event("FAIL", 4, [table_input("raw/late")]),
    ]
    results = [read(*order) for order in permutations(events)]
    results += [read(*random.Random(n).choices(events, k=4), *events) for n in range(20)]
    assert all(result == results[0] for result in results)
    assert results[0].end == "FAIL"
    assert results[0].succeeded_at is not None


@pytest.mark.parametrize("kind", ["FAIL", "ABORT"])
def test_a_run_that_failed_keeps_what_it_read_and_is_no_success(kind: str):
    run = read(
        run_event("START", 1, [table_input("raw/orders")], [path_output("lake", "x")]),
        run_event(kind, 2),
    )
    assert edges(run) == {("table/raw/orders", "x")}
    assert run.succeeded_at is None


@pytest.mark.parametrize(
    ("namespace", "name", "expected"),
    [
        (GLUE, "table/Sales/Orders", (GLUE, "table/sales/orders")),
        (GLUE, "/table/sales/orders", (GLUE, "table/sales/orders")),
        ("s3a://lake", "/Sales//orders/", ("s3://lake", "Sales/orders")),
        ("s3://lake/", "a%2Fb/ds=1", ("s3://lake", "a%2Fb/ds=1")),
        ("s3://lake", "/", ("s3://lake", "")),
        ("postgres://u:secret@db:5432", "shop.public.orders", None),
        ("abfss://box@store", "raw/x", ("abfss://box@store", "raw/x")),
        ("kafka://broker:9092", "Orders", ("kafka://broker:9092", "Orders")),
    ],
)
def test_both_spellings_of_a_name_are_one_dataset(
    namespace: str, name: str, expected: tuple[str, str] | None
):
    space, found = expected or ("postgres://db:5432", name)
    assert name_event_dataset(namespace, name) == Dataset(namespace=space, name=found)


def test_a_symlink_leads_from_a_path_to_its_table():
    run = read(run_event("COMPLETE", 1, [table_input("raw/o")], [path_output("b", "k", "Mart/O")]))
    (edge,) = list_edges(run)
    assert edge.downstream == Dataset(namespace=GLUE, name="table/mart/o")
    assert edge.downstream_aliases == (Dataset(namespace="s3://b", name="k"),)


def test_a_path_with_two_tables_stays_a_path():
    run = read(
        run_event("RUNNING", 1, [table_input("raw/o")], [path_output("b", "k", "mart/one")]),
        run_event("COMPLETE", 2, outputs=[path_output("b", "k", "mart/two")]),
    )
    assert edges(run) == {("table/raw/o", "k")}


COLUMNS = {
    "amount": [("raw/orders", "total", "DIRECT", "AGGREGATION")],
    "city": [("raw/orders", "city", "DIRECT", "IDENTITY"), ("raw/o2", "k", "INDIRECT", "JOIN")],
}


def test_columns_have_their_transformations_and_effects():
    run = read(run_event("COMPLETE", 1, [], [path_output("lake", "x", columns=COLUMNS)]))
    found = {edge.upstream.name: edge for edge in list_edges(run)}
    assert set(found["table/raw/orders"].columns) == {
        ColumnEdge(upstream="total", downstream="amount", transformation="aggregation"),
        ColumnEdge(upstream="city", downstream="city", transformation="identity"),
    }
    assert found["table/raw/o2"].columns == ()
    assert found["table/raw/o2"].indirect == (
        IndirectEdge(upstream="k", downstream="city", effect="join"),
    )


@pytest.mark.parametrize(
    ("facet", "columns"),
    [
        ({"transformationType": "IDENTITY"}, [("c", "out", "identity")]),  # 1-0-0
        ({"transformationType": "MASKED"}, [("c", "out", "masking")]),
        ({}, [("c", "out", None)]),
    ],
)
def test_older_facets_have_one_type_for_all_sources_of_a_column(
    facet: dict[str, str],
    columns: list[tuple[str, str, str | None]],
):
    event = run_event("COMPLETE", 1, [], [path_output("lake", "x")])
    source = {"namespace": GLUE, "name": "table/raw/o", "field": "c"}
    fields = {"out": {"inputFields": [source], **facet}}
    event["outputs"][0]["facets"] = {"columnLineage": {"fields": fields}}
    (edge,) = list_edges(read(event))
    assert [(c.upstream, c.downstream, c.transformation) for c in edge.columns] == columns
    assert edge.indirect == ()


def test_a_masked_column_and_those_that_decide_about_all_rows():
    event = run_event("COMPLETE", 1, [], [path_output("lake", "x")])
    source = {"namespace": GLUE, "name": "table/raw/o", "field": "c"}
    masked = {"type": "DIRECT", "subtype": "TRANSFORMATION", "masking": True}
    filtered = {"type": "INDIRECT", "subtype": "FILTER"}
    event["outputs"][0]["facets"] = {
        "columnLineage": {
            "fields": {"out": {"inputFields": [{**source, "transformations": [masked]}]}},
            "dataset": [{**source, "field": "day", "transformations": [filtered]}],
        }
    }
    (edge,) = list_edges(read(event))
    assert [(c.upstream, c.downstream, c.transformation) for c in edge.columns] == [
        ("c", "out", "masking")
    ]
    assert [(i.upstream, i.downstream, i.effect) for i in edge.indirect] == [
        ("day", None, "filter")
    ]


def test_two_flows_of_one_run_are_not_mixed_where_the_columns_tell_them_apart():
    one = {"a": [("raw/one", "a", "DIRECT", "IDENTITY")]}
    two = {"a": [("raw/two", "a", "DIRECT", "IDENTITY")]}
    inputs = [table_input("raw/one"), table_input("raw/two")]
    outputs = [path_output("b", "one", columns=one), path_output("b", "two", columns=two)]
    assert edges(read(run_event("COMPLETE", 1, inputs, outputs))) == {
        ("table/raw/one", "one"),
        ("table/raw/two", "two"),
    }


def test_the_names_of_jobs_come_from_facets():
    spark = {"properties": {"spark.glue.JOB_NAME": "load-orders"}}
    run = read(run_event("START", 1, parent="dag.task", facets={"spark_properties": spark}))
    assert run.glue_jobs == ("load-orders",)
    assert run.parents == ("dag.task",)


def test_an_event_of_a_job_or_dataset_is_about_no_run():
    job = {"job": {"namespace": "a", "name": "b"}, "eventTime": "2026-01-01T00:00:00Z"}
    assert read_event(job) is None


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"eventType": "DONE"}, "no type 'DONE'"),
        ({"eventTime": "2026-01-01T00:00:00"}, "eventTime"),
        ({"eventTime": "soon"}, "eventTime"),
        ({"run": {}}, "runId"),
        ({"run": {"runId": ""}}, "runId"),
        ({"job": {"namespace": "a"}}, "name"),
        ({"inputs": [{"namespace": 1, "name": "x"}]}, "inputs"),
        ({"outputs": [{"namespace": "a", "name": "x\0"}]}, "NUL"),
        (
            {"outputs": [{"namespace": "a", "name": "x", "facets": {"columnLineage": [1]}}]},
            "no OpenLineage run event",
        ),
    ],
)
def test_a_bad_event_is_refused_with_one_sentence(change: dict[str, Any], sentence: str):
    with pytest.raises(UsageError, match=sentence):
        read_event({**run_event("START", 1), **change})


@pytest.mark.parametrize("event", [None, 1, "x", [], {}])
def test_what_is_no_event_is_refused(event: object):
    with pytest.raises(UsageError):
        read_event(event)


def test_odd_names_pass():
    odd = "ü/../%2F=|" + "x" * 1000
    event = run_event("COMPLETE", 1, [table_input("raw/o")], job=odd)
    run = read({**event, "run": {"runId": odd}})
    assert run.identity == ("glue", odd, odd)
    assert run.run_id != RUN
