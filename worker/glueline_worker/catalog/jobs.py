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
from glueline_worker.catalog.values import (
    read_object,
    read_texts,
    to_integer,
    to_number,
    to_parameters,
    to_text,
    to_timestamp,
)
from glueline_worker.redact import redact_parameters, redact_prose

NO_SCRIPT_LOCATION = "The job has no script location."
_S3 = re.compile(r"(?:s3[an]?://)+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ScriptLocation:
    """The place of a script in S3. ``key`` is never percent-decoded."""

    bucket: str
    key: str


def find_script_location(answer: Mapping[str, Any]) -> ScriptLocation | str:
    """Return the place of a job's script, or a sentence that says why it is not known."""
    command = read_object(answer, "Command", []) or {}
    location = (to_text(command.get("ScriptLocation")) or "").strip()
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
    answer: Mapping[str, Any],
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
    own_warnings: list[str] = []
    command = read_object(answer, "Command", own_warnings) or {}
    arguments = read_job_arguments(answer)
    capacity = "MaxCapacity" if answer.get("MaxCapacity") is not None else "AllocatedCapacity"
    return with_content_hash(
        JobRecord(
            source=origin.source,
            region=origin.region,
            catalog_id=origin.catalog_id,
            name=read_name(answer, own_warnings),
            description=redact_prose(to_text(answer.get("Description"))),
            role=to_text(answer.get("Role")),
            created_on=to_timestamp(answer.get("CreatedOn"), "CreatedOn", own_warnings),
            last_modified_on=to_timestamp(
                answer.get("LastModifiedOn"), "LastModifiedOn", own_warnings
            ),
            command_name=to_text(command.get("Name")),
            job_mode=to_text(answer.get("JobMode")) or "SCRIPT",
            language=(arguments.get("--job-language") or "python").lower(),
            script_location=read_location(command.get("ScriptLocation")),
            glue_version=to_text(answer.get("GlueVersion")),
            worker_type=to_text(answer.get("WorkerType")),
            number_of_workers=to_integer(
                answer.get("NumberOfWorkers"), "NumberOfWorkers", own_warnings
            ),
            max_capacity=to_number(answer.get(capacity), capacity, own_warnings),
            timeout=to_integer(answer.get("Timeout"), "Timeout", own_warnings),
            max_retries=to_integer(answer.get("MaxRetries"), "MaxRetries", own_warnings),
            execution_class=to_text(answer.get("ExecutionClass")),
            default_arguments=redact_parameters(arguments),
            connections=read_job_connections(answer, own_warnings),
            inputs=tuple(inputs),
            outputs=tuple(outputs),
            warnings=(*own_warnings, *warnings),
            raw=read_raw(answer, wanted=origin.raw),
        )
    )


def read_job_connections(
    answer: Mapping[str, Any], warnings: list[str] | None = None
) -> tuple[str, ...]:
    """Return the names of the connections that the job uses."""
    warnings = [] if warnings is None else warnings
    connections = read_object(answer, "Connections", warnings) or {}
    return read_texts(connections, "Connections", warnings)


def read_job_arguments(answer: Mapping[str, Any]) -> dict[str, str]:
    """Return the arguments that a run of the job gets by default, secrets included."""
    merged = to_parameters(answer.get("DefaultArguments"))
    merged |= to_parameters(answer.get("NonOverridableArguments"))
    return dict(sorted(merged.items()))
