"""``job/<name>``: one job, its script and annotations, and its lineage."""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from glueline.contract.errors import Retryable
from glueline.contract.messages import JobScope, JobUnit
from glueline.contract.records import JobRecord, LineageRecord
from glueline_worker.aws.errors import AwsError, AwsNotFound
from glueline_worker.aws.s3 import Script, fetch_script
from glueline_worker.catalog.content_hash import with_content_hash
from glueline_worker.catalog.jobs import (
    NO_SCRIPT_LOCATION,
    ScriptLocation,
    find_script_location,
    make_job_record,
)
from glueline_worker.lineage.files.file_kinds import PIPELINE_REASON
from glueline_worker.lineage.job import is_pipeline, read_job_lineage
from glueline_worker.lineage.lost_columns import describe_lost_columns
from glueline_worker.lineage.model import Lineage, LineageContext, Schemas
from glueline_worker.lineage.records import make_lineage_records
from glueline_worker.lineage.schemas import join_schemas
from glueline_worker.redact import redact_parameters
from glueline_worker.sinks.model import Part
from glueline_worker.units.context import UnitContext
from glueline_worker.units.modules import encode_places, read_modules
from glueline_worker.units.table_columns import (
    MOST_TABLES,
    encode_table_names,
    look_up_tables,
    select_readable_tables,
    warn_of_limit,
)
from glueline_worker.units.unchanged import JobInputs, make_job_fingerprint

T = TypeVar("T")

_ANNOTATION = b"@type"
"""The mark of an annotation, which GetDataflowGraph reads; a script without it needs no call."""
_SCRIPT_ENDINGS = (".py", ".scala", ".ipynb", ".json", ".txt", ".sc", ".sql")
_ARCHIVE_ENDINGS = (".zip", ".egg", ".jar", ".whl", ".gz")
"""A missing object with another ending may be a folder, which GetObject does not show."""

_ROUNDS = 2
"""How often a job's tables are asked for: with columns it may show further ones."""


class LineageUnread(Retryable):
    """A lineage reader failed on a job, through a defect or for a moment only."""

    code = "lineage_unread"


@dataclass
class JobDescriptions:
    """The descriptions of a job's lineage, as far as they could be read."""

    script: Script | None = None
    dag: tuple[list[dict[str, Any]], list[dict[str, Any]]] | None = None
    inputs: JobInputs = field(default_factory=JobInputs)
    warnings: list[str] = field(default_factory=list)
    is_complete: bool = True
    """True when every description was read, so that lineage which is not found is gone."""
    modules: Mapping[str, str] = field(default_factory=dict)
    """The sources of the modules that the script imports, by name."""
    has_columns: bool = True
    """True when the columns of every table of the job are known, or never will be."""


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
        await _read_descriptions(definition, record.connections, descriptions, context)
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
    record = with_content_hash(record.model_copy(update=found))
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


async def _read_descriptions(
    definition: Mapping[str, Any],
    connections: Sequence[str],
    descriptions: JobDescriptions,
    context: UnitContext,
) -> None:
    location = find_script_location(definition)
    if is_pipeline(definition):
        descriptions.warnings.append(PIPELINE_REASON)
        descriptions.is_complete = False
        return
    if isinstance(location, ScriptLocation):
        descriptions.script = await _try(
            fetch_script(context.connection, location.bucket, location.key), descriptions, context
        )
        tag = descriptions.script.tag if descriptions.script else ""
        descriptions.inputs.tags[location.bucket, location.key] = tag
        if descriptions.script is not None:
            await _read_modules(definition, descriptions.script, location, descriptions, context)
        elif not location.key.lower().endswith(_SCRIPT_ENDINGS):
            is_archive = location.key.lower().endswith(_ARCHIVE_ENDINGS)
            kind = "an archive" if is_archive else "a folder"
            descriptions.warnings.append(f"the script location may name {kind}, which is not read")
            descriptions.is_complete = False
    else:
        descriptions.warnings.append(location)
        # Without a script, only the nodes of a visual job describe its lineage completely.
        is_drawn = location == NO_SCRIPT_LOCATION and bool(
            definition.get("CodeGenConfigurationNodes")
        )
        descriptions.is_complete = is_drawn
    if descriptions.script and _ANNOTATION in descriptions.script.text:
        text = descriptions.script.text.decode("utf-8", "replace")
        descriptions.dag = await _try(context.glue.read_dataflow_graph(text), descriptions, context)
    for name in connections:
        found = await _try(context.glue.read_connection(name), descriptions, context)
        properties = None if found is None else found.get("ConnectionProperties") or {}
        descriptions.inputs.connections[name] = properties and redact_parameters(properties)


async def _read_modules(
    definition: Mapping[str, Any],
    script: Script,
    location: ScriptLocation,
    descriptions: JobDescriptions,
    context: UnitContext,
) -> None:
    found = await read_modules(definition, script, location, context)
    descriptions.modules = found.sources
    descriptions.warnings += found.warnings
    descriptions.is_complete = descriptions.is_complete and found.is_complete
    descriptions.inputs.tags |= found.tags
    descriptions.inputs.modules = tuple(found.tags)


async def _try(step: Awaitable[T], descriptions: JobDescriptions, context: UnitContext) -> T | None:
    """Return a description, or None with a warning: the job is worth its record without it."""
    try:
        return await step
    except AwsError as error:
        if isinstance(error, Retryable) and not context.last_attempt:
            raise
        descriptions.warnings.append(str(error))
        # A script that does not exist has no lineage for certain.
        descriptions.is_complete = descriptions.is_complete and isinstance(error, AwsNotFound)
        return None
