"""Job definitions in state machines of Step Functions."""

import pytest

from glueline_worker.lineage.files.job_files import normalise_jobs
from glueline_worker.lineage.job import read_job_lineage
from glueline_worker.lineage.model import LineageContext
from glueline_worker.lineage.state_machines import resolve_expressions


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ({"Path.$": "$.target"}, {"Path": "{input:target}"}),
        ({"Path.$": "$$.Execution.Id"}, {"Path": "{input:Execution.Id}"}),
        ({"Path.$": "States.Format('s3://a/{}/{}', $.x, 'y')"}, {"Path": "s3://a/{input:x}/y"}),
        ({"Path.$": "States.Format('s3://a/{}')"}, {"Path": "s3://a/{unknown}"}),
        (
            {"Paths.$": "States.Array('s3://a/', States.Format('s3://b/{}', $.x))"},
            {"Paths": ["s3://a/", "s3://b/{input:x}"]},
        ),
        ({"Path.$": "States.StringToJson($.x)"}, {"Path": "{unknown}"}),
        ({"Path.$": "States.Format('it\\'s {}', $.x)"}, {"Path": "it's {input:x}"}),
        ({"Path": "{% 's3://a/' & $states.input.x & '/' %}"}, {"Path": "s3://a/{input:x}/"}),
        ({"Path": "{% $exists(x) ? 'a' : 'b' %}"}, {"Path": "{unknown}"}),
        ({"Path": "s3://a/$.x"}, {"Path": "s3://a/$.x"}),
        ({"Path.$": 5}, {"Path.$": 5}),
        ({"Path.$": ""}, {"Path": "{unknown}"}),
    ],
)
def test_expression_becomes_the_text_that_it_yields(field, expected):
    assert resolve_expressions(field) == expected


@pytest.mark.parametrize("text", ["States.Array(" * 1500, "States.Array((" * 1400, "(" * 20_000])
def test_nesting_is_cut(text):
    assert isinstance(resolve_expressions({"Path.$": text})["Path"], (list, str))


def _make_update(name):
    return {
        "JobName": name,
        "JobUpdate": {
            "CodeGenConfigurationNodes": {
                "in": {"S3CsvSource": {"Name": "in", "Paths.$": "States.Array($.source)"}},
                "out": {
                    "S3DirectTarget": {
                        "Name": "out",
                        "Inputs": ["in"],
                        "Path.$": "States.Format('s3://barn/{}/', $.day)",
                    }
                },
            }
        },
    }


def test_state_machine_yields_the_jobs_that_it_creates_and_updates():
    task = {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:glue:updateJob"}
    machine = {
        "States": {
            "First": {**task, "Parameters": _make_update("first")},
            "Both": {
                "Branches": [{"States": {"A": {**task, "Arguments": _make_update("second")}}}]
            },
            "Each": {
                "ItemProcessor": {"States": {"B": {**task, "Parameters": _make_update("third")}}}
            },
            "Other": {"Type": "Task", "Resource": "arn:aws:states:::glue:startJobRun.sync"},
            "Odd": 5,
        }
    }
    jobs = normalise_jobs(machine)
    assert [job["Name"] for job in jobs] == ["first", "second", "third"]
    (edge,) = read_job_lineage(jobs[0], None, None, LineageContext()).edges
    assert edge.upstream.namespace == "s3://{input:source}"
    assert edge.downstream.name == "{input:day}"


def test_definition_is_read_before_it_is_normalised_as_well():
    update = _make_update("plain")["JobUpdate"]
    (edge,) = read_job_lineage(update, None, None, LineageContext()).edges
    assert edge.downstream.name == "{input:day}"
