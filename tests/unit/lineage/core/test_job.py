import json

import pytest

from glueline.contract.lineage import ColumnEdge, IndirectEdge, Origin
from glueline_worker.catalog.record_origin import RecordOrigin
from glueline_worker.lineage import job as job_module
from glueline_worker.lineage.job import read_job_lineage, read_script_arguments
from glueline_worker.lineage.model import Edge, Lineage
from glueline_worker.lineage.naming import name_s3_path
from glueline_worker.lineage.records import make_lineage_records

SCRIPT = b"""
import sys
from awsglue.utils import getResolvedOptions

args = getResolvedOptions(sys.argv, ["JOB_NAME", "day"])
frame = glueContext.create_dynamic_frame.from_catalog(database="sales", table_name="orders")
glueContext.write_dynamic_frame.from_options(
    frame=frame,
    connection_type="s3",
    connection_options={"path": f"s3://lake/{args['JOB_NAME']}/{args['day']}"},
)
"""
NODES = {
    "a": {"CatalogSource": {"Name": "a", "Database": "sales", "Table": "orders"}},
    "z": {"S3DirectTarget": {"Name": "z", "Inputs": ["a"], "Path": "s3://lake/daily/7"}},
}
JOB = {"Name": "daily", "DefaultArguments": {"--day": "7"}, "CodeGenConfigurationNodes": NODES}


def pairs(describe, lineage):
    return [edge.split(" address")[0] for edge in describe(lineage)]


def test_all_descriptions_of_a_job_become_one_lineage(context, describe):
    dag = (
        [
            {
                "Id": "s",
                "NodeType": "DataSource",
                "Args": [
                    {"Name": "database", "Value": '"sales"'},
                    {"Name": "table_name", "Value": '"orders"'},
                ],
            }
        ],
        [],
    )
    lineage = read_job_lineage(JOB, SCRIPT, dag, context)
    assert pairs(describe, lineage) == ["glue:sales/orders -> s3://lake/daily/7"]
    assert lineage.edges[0].origins == (Origin.VISUAL, Origin.SCRIPT)
    assert lineage.warnings == ()


def test_a_jobs_own_arguments_and_name_resolve_its_paths(context, describe):
    lineage = read_job_lineage({**JOB, "CodeGenConfigurationNodes": None}, SCRIPT, None, context)
    assert pairs(describe, lineage) == ["glue:sales/orders -> s3://lake/daily/7"]


def test_arguments_come_without_dashes_and_the_fixed_ones_win():
    definition = {
        "Name": "daily",
        "DefaultArguments": {"--env": "test", "--n": 3},
        "NonOverridableArguments": {"--env": "prod"},
    }
    assert read_script_arguments(definition) == {"JOB_NAME": "daily", "env": "prod"}
    assert read_script_arguments({"DefaultArguments": "odd"}) == {}


def test_a_custom_transform_reads_and_writes_by_itself(context, name):
    code = (
        "    extra = spark.table('ref.codes')\n"
        "    extra.write.parquet('s3://lake/copy')\n"
        "    return dfc\n"
    )
    nodes = {
        "a": NODES["a"],
        "c": {
            "CustomCode": {"Name": "c", "Inputs": ["a"], "ClassName": "MyTransform", "Code": code}
        },
        "z": {"S3DirectTarget": {"Name": "z", "Inputs": ["c"], "Path": "s3://lake/out"}},
    }
    lineage = read_job_lineage({"CodeGenConfigurationNodes": nodes}, None, None, context)
    assert list(map(name, lineage.inputs)) == ["glue:ref/codes", "glue:sales/orders"]
    assert list(map(name, lineage.outputs)) == ["s3://lake/copy", "s3://lake/out"]


def test_a_reader_that_fails_is_a_warning(context, monkeypatch, describe):
    def fail(*_args):
        raise ZeroDivisionError

    monkeypatch.setattr(job_module, "read_script", fail)
    lineage = read_job_lineage(JOB, SCRIPT, None, context)
    assert pairs(describe, lineage) == ["glue:sales/orders -> s3://lake/daily/7"]
    assert lineage.warnings == ("the script could not be read: ZeroDivisionError",)


@pytest.mark.parametrize(
    "definition", [{}, {"Name": None, "Command": "odd"}, {"DefaultArguments": []}]
)
@pytest.mark.parametrize(
    "script", [None, b"", b"\xff\xfe\x00", b"{", b"def", json.dumps({"cells": 3}).encode()]
)
@pytest.mark.parametrize("dag", [None, (None, None), ([], []), ([3], ["x"])])
def test_odd_jobs_have_a_lineage(context, definition, script, dag):
    lineage = read_job_lineage(definition, script, dag, context)
    assert lineage.edges == ()


def test_each_edge_is_a_record_whose_hash_changes_with_its_columns():
    columns = (ColumnEdge(upstream="a", downstream="b"),)
    edge = Edge(
        name_s3_path("s3://a/x"), name_s3_path("s3://a/y"), (Origin.SCRIPT,), columns, line=3
    )
    plain = Edge(edge.upstream, edge.downstream, edge.origins)
    origin = RecordOrigin("prod", "eu-west-1", "1")
    (record,), (other,) = (
        make_lineage_records(Lineage(edges=(each,)), origin, process="job/daily")
        for each in (edge, plain)
    )
    assert (record.upstream, record.downstream, record.columns) == (
        edge.upstream,
        edge.downstream,
        columns,
    )
    assert record.listing == "job/daily"
    assert record.key == other.key
    assert record.content_hash != other.content_hash


def test_the_hash_of_a_record_changes_with_what_decides_and_not_with_lines():
    def make(column_line, **indirect):
        column = ColumnEdge(
            upstream="a", downstream="b", transformation="identity", line=column_line
        )
        decided = tuple(
            IndirectEdge(upstream=name, downstream=None, effect="filter", line=line)
            for name, line in indirect.items()
        )
        edge = Edge(
            name_s3_path("s3://a/x"),
            name_s3_path("s3://a/y"),
            (Origin.SCRIPT,),
            (column,),
            decided,
        )
        origin = RecordOrigin("prod", "eu-west-1", "1")
        (record,) = make_lineage_records(Lineage(edges=(edge,)), origin, process="job/daily")
        assert record.indirect == decided
        return record.content_hash

    assert make(3) == make(4) != make(3, k=5)
    assert make(3, k=5) == make(3, k=6) != make(3, other=5)


def test_the_graph_of_a_job_edited_as_a_script_since_is_outdated(context):
    script = b"spark.read.csv('s3://lake/raw').write.csv('s3://lake/' + given)"
    drawn = read_job_lineage({**JOB, "JobMode": "VISUAL"}, script, None, context)
    edited = read_job_lineage({**JOB, "JobMode": "SCRIPT"}, script, None, context)
    assert drawn.outputs == (name_s3_path("s3://lake/daily/7"),)
    assert edited.outputs == (name_s3_path("s3://lake/{unknown}"),)


def test_the_graph_serves_where_the_edited_script_shows_nothing(context):
    found = read_job_lineage({**JOB, "JobMode": "SCRIPT"}, b"run()", None, context)
    assert found.outputs == (name_s3_path("s3://lake/daily/7"),)
