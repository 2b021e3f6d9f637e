import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.examples import examples

from glueline.contract.errors import UsageError
from glueline_worker.lineage.files.job_files import normalise_job, normalise_jobs
from glueline_worker.lineage.job import read_job_lineage

API_NODES = {
    "node-1": {"CatalogSource": {"Name": "in", "Database": "sales", "Table": "orders"}},
    "node-2": {
        "ApplyMapping": {
            "Name": "map",
            "Inputs": ["node-1"],
            "Mapping": [{"ToKey": "key", "FromPath": ["id"]}],
        }
    },
    "node-3": {"S3DirectTarget": {"Inputs": ["node-2"], "Path": "s3://lake/out", "Format": "csv"}},
}
JOB = {"Name": "daily", "Command": {"Name": "glueetl"}, "CodeGenConfigurationNodes": API_NODES}
GIT_NODES = {
    "node-1": {"catalogSource": {"name": "in", "database": "sales", "table": "orders"}},
    "node-2": {
        "applyMapping": {
            "name": "map",
            "inputs": ["node-1"],
            "mapping": [{"toKey": "key", "fromPath": ["id"]}],
        }
    },
    "node-3": {"s3DirectTarget": {"inputs": ["node-2"], "path": "s3://lake/out", "format": "csv"}},
}
GIT = {
    "name": "daily",
    "command": {"name": "glueetl", "scriptLocation": "s3://scripts/daily.py"},
    "defaultArguments": {"--day": "1"},
    "codeGenConfigurationNodes": json.dumps(GIT_NODES),
}
STUDIO = {
    "jobConfig": {
        "name": "daily",
        "command": "glueetl",
        "language": "python-3",
        "scriptName": "daily.py",
        "scriptLocation": "s3://scripts/",
        "jobMode": "VISUAL_MODE",
        "jobParameters": [{"key": "--day", "value": "1"}],
    },
    "dag": [
        {
            "nodeId": "node-1",
            "classification": "DataSource",
            "type": "Catalog",
            "inputs": [],
            "database": "sales",
            "table": "orders",
            "outputSchemas": [[{"key": "id", "fieldType": "int"}]],
        },
        {
            "nodeId": "node-2",
            "classification": "Transform",
            "type": "ApplyMapping",
            "inputs": ["node-1"],
            "mapping": [{"toKey": "key", "fromPath": ["id"], "dropped": False}],
        },
        {
            "nodeId": "node-3",
            "classification": "DataSink",
            "type": "S3",
            "inputs": ["node-2"],
            "path": "s3://lake/out",
            "format": "csv",
        },
    ],
    "script": "",
}
SHAPES = {
    "the job itself": JOB,
    "GetJob": {"Job": JOB},
    "BatchGetJobs": {"Jobs": [JOB], "JobsNotFound": []},
    "source control": GIT,
    "source control with nodes as an object": {**GIT, "codeGenConfigurationNodes": GIT_NODES},
    "Glue Studio": STUDIO,
    "Glue Studio with nodes by id": {**STUDIO, "dag": {n["nodeId"]: n for n in STUDIO["dag"]}},
    "UpdateJob": {"JobName": "daily", "JobUpdate": JOB},
    "CloudFormation": {"Type": "AWS::Glue::Job", "Properties": JOB},
    "only the nodes": API_NODES,
    "a list": [JOB],
}


@pytest.mark.parametrize("shape", SHAPES)
def test_each_shape_has_the_same_lineage(context, describe, shape):
    lineage = read_job_lineage(normalise_job(SHAPES[shape]), None, None, context)
    assert describe(lineage) == ["glue:sales/orders -> s3://lake/out id>key"]
    assert lineage.warnings == ()


@pytest.mark.parametrize("document", [GIT, STUDIO])
def test_the_rest_of_a_job_gets_the_names_of_the_api(document):
    job = normalise_job(document)
    assert job["Name"] == "daily"
    assert job["Command"]["Name"] == "glueetl"
    assert job["Command"]["ScriptLocation"] == "s3://scripts/daily.py"
    assert job["DefaultArguments"] == {"--day": "1"}


def test_several_jobs_come_as_several():
    assert [job["Name"] for job in normalise_jobs({"Jobs": [JOB, {**JOB, "Name": "b"}]})] == [
        "daily",
        "b",
    ]
    with pytest.raises(UsageError, match="holds 2 jobs where one was expected"):
        normalise_job([JOB, JOB])


def test_a_downloaded_script_job_has_its_script_and_no_nodes(context):
    download = {
        "jobConfig": {"name": "copy", "command": "glueetl", "jobMode": "DEVELOPER_MODE"},
        "script": "spark.read.json('s3://from/here').write.parquet('s3://to/there')",
    }
    job = normalise_job(download)
    found = read_job_lineage(job, job["Script"].encode(), None, context)
    assert (job["Name"], job["JobMode"]) == ("copy", "SCRIPT")
    assert [edge.downstream.namespace for edge in found.edges] == ["s3://to"]


@pytest.mark.parametrize("document", ["text", None, 3, {}, {"a": 1}, []])
def test_what_is_no_job_is_said_in_a_sentence(document):
    with pytest.raises(UsageError, match="job"):
        normalise_job(document)


def test_nodes_that_are_no_json_are_a_warning(context):
    job = normalise_job({**GIT, "codeGenConfigurationNodes": "{broken"})
    assert read_job_lineage(job, None, None, context).warnings == (
        "the visual nodes are no object",
    )


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=10,
)
KEYS = sorted({*JOB, *GIT, *STUDIO, *STUDIO["jobConfig"], "DefaultArguments", "Job", "Jobs"})


@settings(max_examples=examples(400), deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(KEYS), JSON | st.sampled_from(list(SHAPES.values())), max_size=5
    )
)
def test_any_document_is_a_job_or_a_usage_error(document):
    from glueline_worker.lineage.model import LineageContext

    try:
        jobs = normalise_jobs(document)
    except UsageError:
        return
    for job in jobs:
        read_job_lineage(job, None, None, LineageContext())
