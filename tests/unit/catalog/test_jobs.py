"""Answers of GetJobs become records."""

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace
from tests.unit.catalog.answers import ORIGIN, WHERE, job

from glueline.contract.lineage import Dataset
from glueline.contract.records import JobRecord
from glueline_worker.catalog.jobs import (
    ScriptLocation,
    find_script_location,
    make_job_record,
    read_job_arguments,
)
from glueline_worker.catalog.record_origin import RecordOrigin


def test_every_field_of_a_job_is_kept_and_secrets_are_not():
    read, written = Dataset(namespace="s3://b", name="in"), Dataset(namespace="s3://b", name="out")
    record = make_job_record(
        job(), RecordOrigin(**WHERE, catalog_id="123456789012"), inputs=[read], outputs=[written]
    )
    assert replace(record, content_hash="") == JobRecord(
        **WHERE,
        catalog_id="123456789012",
        name="load orders",
        role="arn:aws:iam::123456789012:role/glue",
        created_on=datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC),
        last_modified_on=datetime(2023, 11, 14, 22, 15, tzinfo=UTC),
        command_name="glueetl",
        job_mode="VISUAL",
        language="python",
        script_location="s3://scripts/load orders.py",
        glue_version="4.0",
        worker_type="G.1X",
        number_of_workers=5,
        max_capacity=10.0,
        timeout=60,
        max_retries=1,
        execution_class="FLEX",
        default_arguments={
            "--db_password": "[redacted]",
            "--env": "fixed",
            "--job-language": "python",
        },
        connections=("warehouse",),
        inputs=(read,),
        outputs=(written,),
    )


def test_the_raw_job_holds_no_secret_at_any_depth():
    raw = make_job_record(job(), RecordOrigin(**WHERE, raw=True)).raw
    assert "hunter2" not in str(raw)
    assert raw["CodeGenConfigurationNodes"]["node-1"]["JDBCConnectorSource"][
        "AdditionalOptions"
    ] == {
        "password": "[redacted]",
        "url": "jdbc:mysql://u:[redacted]@h/db",
    }
    assert raw["CodeGenConfigurationNodes"]["node-3"]["CustomCode"]["Inputs"] == ["node-1"]


def test_a_job_with_only_a_name_has_the_defaults_of_glue():
    record = make_job_record({"Name": "bare"}, ORIGIN)
    assert (record.job_mode, record.language, record.script_location) == ("SCRIPT", "python", None)
    assert record.warnings == ()


def test_old_jobs_tell_their_capacity_under_its_old_name():
    assert make_job_record({"Name": "old", "AllocatedCapacity": 5}, ORIGIN).max_capacity == 5.0


def test_the_hash_ignores_when_a_job_was_modified():
    first, second = make_job_record(job(), ORIGIN), make_job_record(job(LastModifiedOn=5), ORIGIN)
    assert first.content_hash == second.content_hash
    assert first.content_hash != make_job_record(job(Timeout=61), ORIGIN).content_hash


def test_arguments_that_cannot_be_overridden_win():
    assert read_job_arguments(job()) == {
        "--job-language": "python",
        "--env": "fixed",
        "--db_password": "hunter2",
    }


@pytest.mark.parametrize(
    ("location", "bucket", "key"),
    [
        ("s3://b/jobs/a.py", "b", "jobs/a.py"),
        ("s3://s3://b/a.py", "b", "a.py"),
        ("s3a://b/a.py", "b", "a.py"),
        ("S3N://b/a.py", "b", "a.py"),
        (" s3://b/my job+1%20.py ", "b", "my job+1%20.py"),
        ("s3://b//a.py", "b", "/a.py"),
    ],
)
def test_a_script_is_found_by_its_location(location, bucket, key):
    assert find_script_location({"Command": {"ScriptLocation": location}}) == ScriptLocation(
        bucket, key
    )


@pytest.mark.parametrize(
    ("command", "problem"),
    [
        (None, "The job has no script location."),
        ("glueetl", "The job has no script location."),
        ({}, "The job has no script location."),
        ({"ScriptLocation": " "}, "The job has no script location."),
        ({"ScriptLocation": 7}, "The script location is not in S3."),
        ({"ScriptLocation": "https://b/a.py"}, "The script location is not in S3."),
        ({"ScriptLocation": "s3:///a.py"}, "The script location names no bucket."),
        ({"ScriptLocation": "s3://b"}, "The script location names a folder, not a script."),
        ({"ScriptLocation": "s3://b/jobs/"}, "The script location names a folder, not a script."),
    ],
)
def test_a_location_that_leads_nowhere_says_why(command, problem):
    assert find_script_location({"Command": command}) == problem
