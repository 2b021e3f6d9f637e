"""``job/<name>``: one job, its script and annotations, and its lineage."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import structs

from glueline.contract.errors import Retryable
from glueline.contract.messages import JobScope, JobUnit
from glueline.contract.records import JobRecord, LineageRecord
from glueline_worker.aws.errors import AwsNotFound
from glueline_worker.catalog.content_hash import with_content_hash
from glueline_worker.catalog.jobs import make_job_record
from glueline_worker.lineage.model import Lineage
from glueline_worker.lineage.records import make_lineage_records
from glueline_worker.sinks.model import Part
from glueline_worker.units.context import UnitContext
from glueline_worker.units.job_descriptions import JobDescriptions, read_descriptions
from glueline_worker.units.job_lineage import resolve_job_lineage
from glueline_worker.units.modules import encode_places
from glueline_worker.units.table_columns import encode_table_names
from glueline_worker.units.unchanged import make_job_fingerprint


class LineageUnread(Retryable):
    """A lineage reader failed on a job, through a defect or for a moment only."""

    code = "lineage_unread"


async def extract_job(unit: JobUnit, context: UnitContext) -> None:
    """Read one job; a script or an annotation that cannot be read becomes a warning."""
    try:
        definition = await context.glue.read_job(unit.job)
    except AwsNotFound:
        if isinstance(context.run.request.scope, JobScope):
            raise
        context.warnings.append(f"job {unit.job} was deleted while it was read")
        return
    record = make_job_record(definition, context.job_origin)
    descriptions = JobDescriptions()
    lineage = Lineage()
    if context.options.lineage:
        await read_descriptions(definition, record.connections, descriptions, context)
        lineage = await resolve_job_lineage(definition, descriptions, context)
    found = {
        "inputs": lineage.inputs,
        "outputs": lineage.outputs,
        "warnings": (*record.warnings, *descriptions.warnings, *lineage.warnings),
    }
    edges = make_lineage_records(lineage, context.job_origin, process=unit.unit_id)
    if lineage.failures:
        fail_or_retry(unit.job, lineage, context)
    descriptions.is_complete = descriptions.is_complete and lineage.is_complete
    record = with_content_hash(structs.replace(record, **found))
    await _write(definition, record, edges, descriptions, context)
    if context.options.lineage and descriptions.is_complete:
        context.listings.append(unit.unit_id)


def fail_or_retry(job: str, lineage: Lineage, context: UnitContext) -> None:
    """Raise LineageUnread to retry the unit; the last attempt writes its records and fails."""
    error = LineageUnread(f"the lineage of job {job} is not complete: {lineage.failures[0]}")
    if not context.last_attempt:
        raise error
    context.failure = error


async def _write(
    definition: Mapping[str, Any],
    record: JobRecord,
    edges: Sequence[LineageRecord],
    descriptions: JobDescriptions,
    context: UnitContext,
) -> None:
    fingerprint, inputs = None, descriptions.inputs
    if descriptions.is_complete and descriptions.has_columns:
        fingerprint = make_job_fingerprint(record.key, definition, inputs, context)
    if not await context.skip_unchanged("job", {record.key: fingerprint}):
        others = (*encode_table_names(inputs.columns), *encode_places(inputs.modules))
        part = Part(record.key, (record, *edges), fingerprint, others)
        await context.write_parts("job", [part])
