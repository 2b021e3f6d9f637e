"""Glue jobs, without their lineage, and where their scripts are."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from glueline.contract.lineage import Dataset
from glueline.contract.records import JobRecord
from glueline_worker.catalog.common_fields import name_of, raw_of
from glueline_worker.catalog.content_hash import sealed
from glueline_worker.catalog.record_origin import RecordOrigin
from glueline_worker.catalog.storage import location_of
from glueline_worker.catalog.values import (
    integer_of,
    mapping_at,
    moment_of,
    number_of,
    parameters_of,
    text_of,
    texts_at,
)
from glueline_worker.redact import redact_parameters, redact_prose

NO_SCRIPT = "The job has no script location."
_S3 = re.compile(r"(?:s3[an]?://)+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ScriptLocation:
    """A script in S3; ``key`` is as S3 knows it, never percent-decoded."""

    bucket: str
    key: str


def script_location(answer: Mapping[str, Any]) -> ScriptLocation | str:
    """Return where a job's script is, or a sentence that says why nobody can tell."""
    command = mapping_at(answer, "Command", []) or {}
    location = (text_of(command.get("ScriptLocation")) or "").strip()
    if not location:
        return NO_SCRIPT
    scheme = _S3.match(location)
    if scheme is None:
        return "The script location is not in S3."
    bucket, _, key = location[scheme.end() :].partition("/")
    if not bucket:
        return "The script location names no bucket."
    if not key or key.endswith("/"):
        return "The script location names a folder, not a script."
    return ScriptLocation(bucket, key)


def job_record(
    answer: Mapping[str, Any],
    origin: RecordOrigin,
    *,
    inputs: Iterable[Dataset] = (),
    outputs: Iterable[Dataset] = (),
    warnings: Iterable[str] = (),
) -> JobRecord:
    """Return the record of one item of GetJobs' ``Jobs``. Never raises.

    Non-overridable arguments stand among
    the default ones, over which they win at run time. ``warnings`` are added to the record's own.
    """
    notes: list[str] = []
    command = mapping_at(answer, "Command", notes) or {}
    arguments = arguments_of(answer)
    capacity = "MaxCapacity" if answer.get("MaxCapacity") is not None else "AllocatedCapacity"
    return sealed(
        JobRecord(
            source=origin.source,
            region=origin.region,
            catalog_id=origin.catalog_id,
            name=name_of(answer, notes),
            description=redact_prose(text_of(answer.get("Description"))),
            role=text_of(answer.get("Role")),
            created_on=moment_of(answer.get("CreatedOn"), "CreatedOn", notes),
            last_modified_on=moment_of(answer.get("LastModifiedOn"), "LastModifiedOn", notes),
            command_name=text_of(command.get("Name")),
            job_mode=text_of(answer.get("JobMode")) or "SCRIPT",
            language=(arguments.get("--job-language") or "python").lower(),
            script_location=location_of(command.get("ScriptLocation")),
            glue_version=text_of(answer.get("GlueVersion")),
            worker_type=text_of(answer.get("WorkerType")),
            number_of_workers=integer_of(answer.get("NumberOfWorkers"), "NumberOfWorkers", notes),
            max_capacity=number_of(answer.get(capacity), capacity, notes),
            timeout=integer_of(answer.get("Timeout"), "Timeout", notes),
            max_retries=integer_of(answer.get("MaxRetries"), "MaxRetries", notes),
            execution_class=text_of(answer.get("ExecutionClass")),
            default_arguments=redact_parameters(arguments),
            connections=connections_of(answer, notes),
            inputs=tuple(inputs),
            outputs=tuple(outputs),
            warnings=(*notes, *warnings),
            raw=raw_of(answer, wanted=origin.raw),
        )
    )


def connections_of(answer: Mapping[str, Any], notes: list[str] | None = None) -> tuple[str, ...]:
    """Return the names of the connections that the job uses."""
    said = [] if notes is None else notes
    found = mapping_at(answer, "Connections", said) or {}
    return texts_at(found, "Connections", said)


def arguments_of(answer: Mapping[str, Any]) -> dict[str, str]:
    """Return the arguments that a run of the job gets by default, secrets included."""
    merged = parameters_of(answer.get("DefaultArguments"))
    merged |= parameters_of(answer.get("NonOverridableArguments"))
    return dict(sorted(merged.items()))
