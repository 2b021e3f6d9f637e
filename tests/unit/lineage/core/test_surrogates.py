"""Half a surrogate pair in a name costs the name a letter, and the job nothing."""

import json

import pytest
from msgspec.structs import replace

from glueline.contract.records import JobRecord
from glueline.contract.structs import encode_json
from glueline_worker.catalog.content_hash import with_content_hash
from glueline_worker.catalog.jobs import make_job_record
from glueline_worker.catalog.record_origin import RecordOrigin
from glueline_worker.lineage.job import read_job_lineage
from glueline_worker.lineage.records import make_lineage_records

PYTHON = r"""
frame = spark.read.table("sales.half\ud800")
frame.write.parquet("s3://lake/out\udfff/")
"""
SQL = r"""
spark.sql("INSERT INTO lake.`out\udfff` SELECT a AS `c\ud800` FROM sales.`half\ud800`")
"""
COLUMNS = r"""
frame = spark.read.table("sales.half").select("id\ud800").withColumnRenamed("id\ud800", "key\udc00")
frame.drop("gone\ud800").write.parquet("s3://lake/out/")
"""
SCALA = r"""
object GlueApp { def main(a: Array[String]) {
  val frame = spark.read.table("sales.half\ud800")
  frame.write.parquet("s3://lake/out\udfff/")
}}
"""
CELL = PYTHON.encode().decode("unicode_escape")
NODES = {
    "a": {"CatalogSource": {"Name": "a", "Database": "sales", "Table": "half\ud800"}},
    "z": {"S3DirectTarget": {"Name": "z", "Inputs": ["a"], "Path": "s3://lake/out\udfff"}},
}
SCRIPTS = {
    "script": (PYTHON, "py"),
    "sql": (SQL, "py"),
    "columns": (COLUMNS, "py"),
    "scala": (SCALA, "scala"),
    "notebook": (
        json.dumps({"nbformat": 4, "cells": [{"cell_type": "code", "source": PYTHON}]}),
        "ipynb",
    ),
    "notebook with halves of its own": (
        json.dumps({"nbformat": 4, "cells": [{"cell_type": "code", "source": CELL}]}),
        "ipynb",
    ),
}


def job_of(definition: dict, script: bytes | None, context) -> tuple[JobRecord, list]:
    """The records as a worker makes them."""
    lineage = read_job_lineage(definition, script, None, context)
    record = make_job_record(definition, RecordOrigin("s", "r", raw=True))
    found = {"inputs": lineage.inputs, "outputs": lineage.outputs, "warnings": lineage.warnings}
    edges = make_lineage_records(lineage, RecordOrigin("s", "r"), process="job/j")
    return with_content_hash(replace(record, **found)), edges


@pytest.mark.parametrize("kind", SCRIPTS)
def test_a_script_may_spell_halves(kind: str, context) -> None:
    text, ending = SCRIPTS[kind]
    definition = {"Name": "j", "Command": {"ScriptLocation": f"s3://b/j.{ending}"}}
    record, (edge,) = job_of(definition, text.encode(), context)
    for one in (record, edge):
        encode_json(one)
    assert edge.upstream.name.rstrip("?\ufffd") == "table/sales/half"
    assert edge.downstream.name.removeprefix("table/lake/").rstrip("?\ufffd") == "out"
    assert {"?", "\ufffd"} & {*encode_json(edge).decode()}


def test_names_that_differ_in_their_halves_are_one(context) -> None:
    script = PYTHON + r'spark.read.table("sales.half\udfff").write.parquet("s3://lake/out\ud800/")'
    _, edges = job_of({"Name": "j"}, script.encode(), context)
    assert len(edges) == 1


def test_visual_nodes_may_hold_halves(context) -> None:
    _, (edge,) = job_of({"Name": "j", "CodeGenConfigurationNodes": NODES}, None, context)
    assert (edge.upstream.name, edge.downstream.name) == ("table/sales/half?", "out?")


def test_pairs_and_other_letters_stay(context) -> None:
    script = PYTHON.replace(r"\ud800", r"🦀\u00e9")
    _, (edge,) = job_of({"Name": "j"}, script.encode(), context)
    assert edge.upstream.name == "table/sales/half🦀é"
