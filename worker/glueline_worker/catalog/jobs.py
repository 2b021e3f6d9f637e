"""Records of Glue jobs, without their lineage, and the locations of their scripts."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from glueline.contract.lineage import Dataset
from glueline.contract.records import JobRecord
from glueline_worker.catalog.common_fields import read_name, read_raw
from glueline_worker.catalog.content_hash import with_content_hash
from glueline_worker.catalog.record_origin import RecordOrigin
from glueline_worker.catalog.storage import read_location
from glueline_worker.catalog.values import AnswerReader
from glueline_worker.redact import redact_parameters, redact_prose

NO_SCRIPT_LOCATION = "The job has no script location."
_S3 = re.compile(r"(?:s3[an]?://)+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ScriptLocation:
    """The place of a script in S3. ``key`` is never percent-decoded."""

    bucket: str
    key: str


def find_script_location(fields: Mapping[str, Any]) -> ScriptLocation | str:
    """Return the place of a job's script, or a sentence that says why it is not known."""
    command = AnswerReader(fields).get_object("Command")
    location = (command.get_text("ScriptLocation") or "").strip()
    if not location:
        return NO_SCRIPT_LOCATION
    scheme = _S3.match(location)
    if scheme is None:
        return "The script location is not in S3."
    bucket, _, key = location[scheme.end() :].partition("/")
    if not bucket:
        return "The script location names no bucket."
    if not key or key.endswith("/"):
        return "The script location names a folder, not a script."
    return ScriptLocation(bucket, key)


def make_job_record(
    fields: Mapping[str, Any],
    origin: RecordOrigin,
    *,
    inputs: Iterable[Dataset] = (),
    outputs: Iterable[Dataset] = (),
    warnings: Iterable[str] = (),
) -> JobRecord:
    """Make the record of one item of GetJobs' ``Jobs``. Never raises.

    Non-overridable arguments replace default ones of the same name, as they do when the job runs.
    ``warnings`` are added to the record's own.
    """
    answer = AnswerReader(fields)
    command = answer.get_object("Command")
    arguments = read_job_arguments(fields)
    capacity = "MaxCapacity" if fields.get("MaxCapacity") is not None else "AllocatedCapacity"
    return with_content_hash(
        JobRecord(
            source=origin.source,
            region=origin.region,
            catalog_id=origin.catalog_id,
            name=read_name(answer),
            description=redact_prose(answer.get_text("Description")),
            role=answer.get_text("Role"),
            created_on=answer.get_timestamp("CreatedOn"),
            last_modified_on=answer.get_timestamp("LastModifiedOn"),
            command_name=command.get_text("Name"),
            job_mode=answer.get_text("JobMode") or "SCRIPT",
            language=(arguments.get("--job-language") or "python").lower(),
            script_location=read_location(command, "ScriptLocation"),
            glue_version=answer.get_text("GlueVersion"),
            worker_type=answer.get_text("WorkerType"),
            number_of_workers=answer.get_integer("NumberOfWorkers"),
            max_capacity=answer.get_number(capacity),
            timeout=answer.get_integer("Timeout"),
            max_retries=answer.get_integer("MaxRetries"),
            execution_class=answer.get_text("ExecutionClass"),
            default_arguments=redact_parameters(arguments),
            connections=answer.get_object("Connections").get_texts("Connections"),
            inputs=tuple(inputs),
            outputs=tuple(outputs),
            warnings=(*answer.warnings, *warnings),
            raw=read_raw(fields, wanted=origin.raw),
        )
    )


def read_job_connections(fields: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names of the connections that the job uses."""
    return AnswerReader(fields).get_object("Connections").get_texts("Connections")


def read_job_arguments(fields: Mapping[str, Any]) -> dict[str, str]:
    """Return the arguments that a run of the job gets by default, secrets included."""
    answer = AnswerReader(fields)
    merged = answer.get_parameters("DefaultArguments")
    merged |= answer.get_parameters("NonOverridableArguments")
    return dict(sorted(merged.items()))
