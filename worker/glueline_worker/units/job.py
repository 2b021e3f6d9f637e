"""``job/<name>``: one job, its script and annotations, and its lineage."""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from glueline.contract.errors import Retryable
from glueline.contract.messages import JobScope, JobUnit
from glueline.contract.records import JobRecord, LineageRecord
from glueline_worker.aws.errors import AwsError, AwsNotFound
from glueline_worker.aws.s3 import Script, read_script
from glueline_worker.catalog.content_hash import sealed
from glueline_worker.catalog.jobs import NO_SCRIPT, ScriptLocation, job_record, script_location
from glueline_worker.lineage.files.file_kinds import PIPELINE_REASON
from glueline_worker.lineage.job import is_pipeline, read_job_lineage
from glueline_worker.lineage.model import Lineage, LineageContext
from glueline_worker.lineage.records import make_lineage_records
from glueline_worker.redact import redact_parameters
from glueline_worker.sinks.base import Part
from glueline_worker.units.context import UnitContext
from glueline_worker.units.table_columns import as_inputs, columns_of, tables_read
from glueline_worker.units.unchanged import Inputs, job_fingerprint

T = TypeVar("T")

ANNOTATION = b"@type"
"""GetDataflowGraph reads nothing but annotations; a script without any needs no call."""


SCRIPT_ENDINGS = (".py", ".scala", ".ipynb", ".json", ".txt", ".sc", ".sql", ".zip")
"""What is not found under another name may be a folder, which GetObject does not tell."""


class LineageUnread(Retryable):
    """A reader failed over a job, by a defect or for a moment."""

    code = "lineage_unread"


@dataclass
class Sources:
    """The descriptions of a job as far as they could be read."""

    script: Script | None = None
    dag: tuple[list[dict[str, Any]], list[dict[str, Any]]] | None = None
    inputs: Inputs = field(default_factory=Inputs)
    warnings: list[str] = field(default_factory=list)
    is_complete: bool = True
    """Whether all there is was read, so that lineage not found is lineage gone."""
    has_columns: bool = True
    """Whether every table that the job reads told its columns, or will tell none."""


async def extract_job(unit: JobUnit, context: UnitContext) -> None:
    """Read one job; what its script or annotations will not tell becomes a warning."""
    try:
        definition = await context.glue.job(unit.job)
    except AwsNotFound:
        if isinstance(context.run.request.scope, JobScope):
            raise
        context.warnings.append(f"job {unit.job} was deleted while it was read")
        return
    region, account = context.at.region, context.at.account
    record = job_record(
        definition,
        source=unit.source,
        region=region,
        catalog_id=account,
        raw=context.options.raw,
    )
    sources = Sources()
    lineage = Lineage()
    if context.options.lineage:
        await _read(definition, record.connections, sources, context)
        lineage = await _lineage(definition, sources, context)
    found = {
        "inputs": lineage.inputs,
        "outputs": lineage.outputs,
        "warnings": (*record.warnings, *sources.warnings, *lineage.warnings),
    }
    edges = make_lineage_records(
        lineage, process=unit.unit_id, source=unit.source, region=region, catalog_id=account
    )
    if lineage.failures:
        note_failure(unit.job, lineage, context)
    sources.is_complete = sources.is_complete and lineage.is_complete
    record = sealed(record.model_copy(update=found))
    await _write(definition, record, edges, sources, context)
    if context.options.lineage and sources.is_complete:
        context.listings.append(unit.unit_id)


def note_failure(job: str, lineage: Lineage, context: UnitContext) -> None:
    """Try the whole unit again; after the last attempt it fails with all its records written."""
    error = LineageUnread(f"the lineage of job {job} is not complete: {lineage.failures[0]}")
    if not context.last_attempt:
        raise error
    context.failure = error


async def _write(
    definition: Mapping[str, Any],
    record: JobRecord,
    edges: Sequence[LineageRecord],
    sources: Sources,
    context: UnitContext,
) -> None:
    is_known = sources.is_complete and sources.has_columns
    print_ = job_fingerprint(record.key, definition, sources.inputs, context) if is_known else None
    if not await context.unchanged("job", {record.key: print_}):
        part = Part(record.key, (record, *edges), print_, as_inputs(sources.inputs.columns))
        await context.write_parts("job", [part])


async def _lineage(
    definition: Mapping[str, Any], sources: Sources, context: UnitContext
) -> Lineage:
    """The job's lineage, and once more with the columns of the tables that it turns out to read."""
    lineage_context = LineageContext(
        region=context.at.region,
        account=context.at.account,
        connections={name: known for name, known in sources.inputs.connections.items() if known},
    )
    lineage = await _analysed(definition, sources, lineage_context)
    names = tables_read(lineage.inputs, context) if lineage.edges else ()
    sources.inputs.columns = await columns_of(names, context)
    sources.has_columns = len(sources.inputs.columns) == len(names)
    schemas = {name: columns for name, columns in sources.inputs.columns.items() if columns}
    if not schemas:
        return lineage
    return await _analysed(definition, sources, replace(lineage_context, schemas=schemas))


async def _analysed(
    definition: Mapping[str, Any], sources: Sources, lineage_context: LineageContext
) -> Lineage:
    # Reading a script can take its time; other units share the loop.
    script = sources.script and sources.script.text
    return await asyncio.to_thread(
        read_job_lineage, definition, script, sources.dag, lineage_context
    )


async def _read(
    definition: Mapping[str, Any],
    connections: Sequence[str],
    sources: Sources,
    context: UnitContext,
) -> None:
    location = script_location(definition)
    if is_pipeline(definition):
        sources.warnings.append(PIPELINE_REASON)
        sources.is_complete = False
        return
    if isinstance(location, ScriptLocation):
        sources.script = await _try(
            read_script(context.connection, location.bucket, location.key), sources, context
        )
        tag = sources.script.tag if sources.script else ""
        sources.inputs.tags[location.bucket, location.key] = tag
        if sources.script is None and not location.key.lower().endswith(SCRIPT_ENDINGS):
            sources.warnings.append("the script location may name a folder, which is not read")
            sources.is_complete = False
    else:
        sources.warnings.append(location)
        # The nodes of a visual job say all there is; nothing else can without a script.
        is_drawn = location == NO_SCRIPT and bool(definition.get("CodeGenConfigurationNodes"))
        sources.is_complete = is_drawn
    if sources.script and ANNOTATION in sources.script.text:
        text = sources.script.text.decode("utf-8", "replace")
        sources.dag = await _try(context.glue.dataflow_graph(text), sources, context)
    for name in connections:
        found = await _try(context.glue.connection(name), sources, context)
        properties = None if found is None else found.get("ConnectionProperties") or {}
        sources.inputs.connections[name] = properties and redact_parameters(properties)


async def _try(step: Awaitable[T], sources: Sources, context: UnitContext) -> T | None:
    """One description more or less: without it the job is still worth its record."""
    try:
        return await step
    except AwsError as error:
        if isinstance(error, Retryable) and not context.last_attempt:
            raise
        sources.warnings.append(str(error))
        # A script that is not there says for certain that it has no lineage.
        sources.is_complete = sources.is_complete and isinstance(error, AwsNotFound)
        return None
