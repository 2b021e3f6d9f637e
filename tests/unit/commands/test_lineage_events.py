"""``glueline lineage-events`` beside what the code says, in a SQLite sink."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from tests.support.command import Said, glueline
from tests.support.run_events import path_output, run_event, table_input
from tests.unit.commands.test_lineage import HERE, ORIGIN, stored

from glueline.contract.records import JobRecord
from glueline_worker.lineage.graph.collapse import collapse
from glueline_worker.lineage.records import make_lineage_records
from glueline_worker.lineage.script import read_script

SCRIPT = """
spark.table("raw.orders").write.parquet("s3://lake/sales/orders")
spark.table("raw.dead").write.parquet("s3://lake/sales/orders")
"""
COLUMNS = {"amount": [("raw/orders", "total", "DIRECT", "AGGREGATION")]}
EVENT = run_event(
    "COMPLETE",
    1,
    [table_input("Raw/Orders"), table_input("raw/late")],
    [path_output("lake", "/sales/orders/", "mart/orders", COLUMNS)],
    job="nativespark.execute_insert_into",
    parent="nightly",
)


@pytest.fixture
def url(tmp_path: Path) -> str:
    """The job nightly, whose code reads raw.orders and raw.dead."""
    job = JobRecord(source="default", region="eu-west-1", catalog_id="123456789012", name="nightly")
    lineage = collapse(read_script(SCRIPT, HERE), HERE)
    records = make_lineage_records(lineage, ORIGIN, process="job/nightly")
    return stored(tmp_path, [job, *records])


def store(folder: Path, url: str, *events: dict[str, Any]) -> Said:
    file = folder / "events.ndjson"
    file.write_text("".join(json.dumps(event) + "\n" for event in events))
    return glueline("lineage-events", str(file), "--sink", url)


def steps(url: str, dataset: str, *options: str) -> dict[str, Any]:
    done = glueline("lineage", dataset, "--sink", url, "--json", *options)
    assert done.code == 0, done.err
    return done.json


def test_each_edge_says_whether_the_code_or_a_run_or_both_have_it(url: str, tmp_path: Path):
    done = store(tmp_path, url, EVENT)
    assert (done.code, done.out) == (0, "events stored: 1, runs: 1, edges of these runs: 2\n"), (
        done.err
    )
    found = steps(url, "s3://lake/sales/orders", "--direction", "upstream")["upstream"]
    assert {(step["process"], step["upstream"]["name"]): step["evidence"] for step in found} == {
        ("job/nightly", "table/raw/orders"): ["code", "run"],
        ("job/nightly", "table/raw/dead"): ["code"],
    }
    late = steps(url, "raw.late", "--direction", "downstream")["downstream"]
    assert [(s["process"], s["downstream"]["name"], s["evidence"]) for s in late] == [
        ("job/nightly", "table/mart/orders", ["run"])
    ]
    tree = glueline("lineage", "s3://lake/sales/orders", "--sink", url).out
    assert "← raw.orders  job/nightly  [code and run]" in tree
    assert "← raw.dead  job/nightly  [code]" in tree


def test_columns_of_runs_are_followed(url: str, tmp_path: Path):
    store(tmp_path, url, EVENT)
    found = steps(url, "raw.orders.total", "--direction", "downstream")["downstream"]
    assert [(s["downstream"]["column"], s["transformation"], s["evidence"]) for s in found] == [
        ("amount", "aggregation", ["code", "run"])
    ]


def test_a_job_that_is_no_glue_job_stays_a_process_of_its_own(url: str, tmp_path: Path):
    event = run_event("COMPLETE", 1, [table_input("raw/x")], [path_output("b", "y")], job="dag.t/1")
    store(tmp_path, url, event)
    (step,) = steps(url, "raw.x")["downstream"]
    assert step["process"] == "openlineage/glue/dag.t%2F1"
    assert step["evidence"] == ["run"]


def test_an_event_that_names_the_glue_job_is_enough_without_its_record(url: str, tmp_path: Path):
    facets = {"spark_properties": {"properties": {"spark.glue.JOB_NAME": "load/all"}}}
    store(tmp_path, url, run_event("RUNNING", 1, [table_input("raw/x")], [path_output("b", "y")],
                                   job="app.execute", facets=facets))  # fmt: skip
    assert steps(url, "raw.x")["downstream"][0]["process"] == "job/load%2Fall"


def test_a_sink_without_events_answers_as_before(url: str):
    assert "evidence" not in steps(url, "raw.orders")["downstream"][0]


def test_folders_with_json_and_gzip_are_read_and_other_files_are_not(tmp_path: Path):
    folder = tmp_path / "events"
    (folder / "a").mkdir(parents=True)
    inputs, outputs = [table_input("raw/x")], [path_output("b", "y")]
    (folder / "pretty.json").write_text(json.dumps(run_event("START", 1, inputs), indent=2))
    array = [run_event("COMPLETE", 2, outputs=outputs), {"job": {"namespace": "a", "name": "b"}}]
    with gzip.open(folder / "a" / "x.jsonl.gz", "wt") as stream:
        stream.write(json.dumps(array) + "\n\n")
    (folder / "notes.txt").write_text("no event")
    url = f"sqlite:///{tmp_path}/new.db"
    done = glueline("lineage-events", str(folder), "--sink", url, "--json")
    assert done.json == {
        "events": 2, "passed_over": 1, "bad": 0, "runs": 1, "edges": 1, "forgotten_runs": 0
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (b'{"eventType": "START"}\n', "events.ndjson:2: this is no OpenLineage run event"),
        (b'{"eventTy\n', "events.ndjson:2: it is no JSON"),
        (b"\xff\xfe\n", "events.ndjson:2: it is no JSON"),
    ],
)
def test_a_bad_event_stops_all_or_is_skipped(text: bytes, sentence: str, url: str, tmp_path: Path):
    file = tmp_path / "events.ndjson"
    file.write_bytes(json.dumps(EVENT).encode() + b"\n" + text)
    refused = glueline("lineage-events", str(file), "--sink", url)
    assert refused.code == 2
    assert sentence in refused.err
    assert "Traceback" not in refused.err
    assert "evidence" not in steps(url, "raw.orders")["downstream"][0]
    skipped = glueline("lineage-events", str(file), "--sink", url, "--skip-bad")
    assert (skipped.code, skipped.out) == (
        0,
        "events stored: 1, runs: 1, edges of these runs: 2, bad events skipped: 1\n",
    )
    assert sentence in skipped.err


@pytest.mark.parametrize("cut", [1, 20, 60])
def test_a_gzip_file_that_was_cut_is_refused(cut: int, tmp_path: Path, url: str):
    file = tmp_path / "events.json.gz"
    file.write_bytes(gzip.compress(json.dumps(EVENT).encode())[:-cut])
    done = glueline("lineage-events", str(file), "--sink", url)
    assert done.code == 2
    assert "no whole gzip file" in done.err


def test_old_runs_are_forgotten_only_on_request(url: str, tmp_path: Path):
    old = run_event("COMPLETE", 1, [table_input("raw/x")], [path_output("b", "y")])
    old["eventTime"] = "2020-01-01T00:00:00Z"
    assert "forgotten" not in store(tmp_path, url, old).out
    done = glueline("lineage-events", str(tmp_path), "--sink", url, "--keep-days", "30")
    assert done.out.endswith(", old runs forgotten: 1\n")
    assert glueline("lineage", "raw.x", "--sink", url).code == 2


def test_a_file_sink_is_refused(tmp_path: Path):
    done = glueline("lineage-events", str(tmp_path), "--sink", f"file:{tmp_path}/out")
    assert done.code == 2
    assert "is no SQL sink" in done.err
    assert not (tmp_path / "out").exists()


def test_a_run_with_too_many_edges_is_refused_and_nothing_of_it_stored(url: str, tmp_path: Path):
    inputs = [table_input(f"raw/t{number}") for number in range(1000)]
    outputs = [path_output("b", f"o{number}") for number in range(101)]
    done = store(tmp_path, url, EVENT, run_event("COMPLETE", 2, inputs, outputs, job="wide"))
    assert done.code == 2
    assert "1,000 inputs and 101 outputs" in done.err
    assert "evidence" not in steps(url, "raw.orders")["downstream"][0]
