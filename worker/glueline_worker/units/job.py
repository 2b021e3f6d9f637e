"""``job/<name>``: one job, its script and annotations, and its lineage."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from msgspec import structs

from glueline.contract.errors import Retryable
from glueline.contract.messages import JobScope, JobUnit
from glueline.contract.records import JobRecord, LineageRecord
from glueline_worker.aws.errors import AwsNotFound
from glueline_worker.catalog.content_hash import with_content_hash
from glueline_worker.catalog.jobs import make_job_record
from glueline_worker.lineage.job import read_job_lineage
from glueline_worker.lineage.lost_columns import describe_lost_columns
from glueline_worker.lineage.model import Lineage, LineageContext, Schemas
from glueline_worker.lineage.records import make_lineage_records
from glueline_worker.lineage.schemas import join_schemas
from glueline_worker.sinks.model import Part
from glueline_worker.units.context import UnitContext
from glueline_worker.units.job_descriptions import JobDescriptions, read_descriptions
from glueline_worker.units.modules import encode_places
from glueline_worker.units.table_columns import (
    MOST_TABLES,
    encode_table_names,
    look_up_tables,
    select_readable_tables,
    warn_of_limit,
)
from glueline_worker.units.unchanged import make_job_fingerprint

_ROUNDS = 2
"""How often a job's tables are asked for: with columns it may show further ones."""


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
        lineage = await _read_lineage(definition, descriptions, context)
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


async def _read_lineage(
    definition: Mapping[str, Any], descriptions: JobDescriptions, context: UnitContext
) -> Lineage:
    """Read the job's lineage, and again with the columns of its tables.

    With columns a job may show further tables: a loop over the columns of a frame names some.
    """
    lineage_context = LineageContext(
        region=context.at.region,
        account=context.at.account,
        connections={
            name: known for name, known in descriptions.inputs.connections.items() if known
        },
        modules=descriptions.modules,
    )
    lineage = await _analyse(definition, descriptions, lineage_context)
    for _ in range(_ROUNDS):
        schemas = await _look_up_columns(lineage, descriptions, context)
        if len(schemas) == len(lineage_context.schemas):
            break
        lineage_context = replace(lineage_context, schemas=schemas)
        lineage = await _analyse(definition, descriptions, lineage_context)
    names = select_readable_tables((*lineage.inputs, *lineage.outputs), context)
    warn_of_limit(len(names), f"job {definition.get('Name')}", context)
    lost = describe_lost_columns(lineage, lineage_context)
    return replace(lineage, warnings=(*lineage.warnings, *lost))


async def _look_up_columns(
    lineage: Lineage, descriptions: JobDescriptions, context: UnitContext
) -> Schemas:
    """Ask for the tables that have not been asked for; return all schemas that are known."""
    known = descriptions.inputs.columns
    if lineage.inputs and lineage.outputs:
        used = select_readable_tables((*lineage.inputs, *lineage.outputs), context)
        names = [name for name in used if name not in known][: MOST_TABLES - len(known)]
        found = await look_up_tables(names, context)
        known.update(found.schemas)
        descriptions.has_columns = descriptions.has_columns and len(found.schemas) == len(names)
    return join_schemas(known)


async def _analyse(
    definition: Mapping[str, Any], descriptions: JobDescriptions, lineage_context: LineageContext
) -> Lineage:
    # Reading a script can take its time; other units share the loop.
    script = descriptions.script and descriptions.script.text
    return await asyncio.to_thread(
        read_job_lineage, definition, script, descriptions.dag, lineage_context
    )
