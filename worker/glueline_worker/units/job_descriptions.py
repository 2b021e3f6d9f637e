"""What describes a job's lineage beside its definition: its script, and what that hangs on."""

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from glueline.contract.errors import Retryable
from glueline_worker.aws.errors import AwsError, AwsNotFound
from glueline_worker.aws.s3 import Script, fetch_script
from glueline_worker.catalog.jobs import NO_SCRIPT_LOCATION, ScriptLocation, find_script_location
from glueline_worker.lineage.files.file_kinds import PIPELINE_REASON
from glueline_worker.lineage.job import is_pipeline
from glueline_worker.redact import redact_parameters
from glueline_worker.units.context import UnitContext
from glueline_worker.units.modules import read_modules
from glueline_worker.units.unchanged import JobInputs

T = TypeVar("T")

_ANNOTATION = b"@type"
"""The mark of an annotation, which GetDataflowGraph reads; a script without it needs no call."""
_SCRIPT_ENDINGS = (".py", ".scala", ".ipynb", ".json", ".txt", ".sc", ".sql")
_ARCHIVE_ENDINGS = (".zip", ".egg", ".jar", ".whl", ".gz")
"""A missing object with another ending may be a folder, which GetObject does not show."""


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


async def read_descriptions(
    definition: Mapping[str, Any],
    connections: Sequence[str],
    descriptions: JobDescriptions,
    context: UnitContext,
) -> None:
    """Read the script, the modules, the annotations and the connections of a job.

    What cannot be read becomes a warning.
    """
    location = find_script_location(definition)
    if is_pipeline(definition):
        descriptions.warnings.append(PIPELINE_REASON)
        descriptions.is_complete = False
        return
    if isinstance(location, ScriptLocation):
        await _read_script(definition, location, descriptions, context)
    else:
        descriptions.warnings.append(location)
        # Without a script, only the nodes of a visual job describe its lineage completely.
        is_drawn = bool(definition.get("CodeGenConfigurationNodes"))
        descriptions.is_complete = is_drawn and location == NO_SCRIPT_LOCATION
    if descriptions.script and _ANNOTATION in descriptions.script.text:
        text = descriptions.script.text.decode("utf-8", "replace")
        descriptions.dag = await _try(context.glue.read_dataflow_graph(text), descriptions, context)
    for name in connections:
        found = await _try(context.glue.read_connection(name), descriptions, context)
        properties = None if found is None else found.get("ConnectionProperties") or {}
        descriptions.inputs.connections[name] = properties and redact_parameters(properties)


async def _read_script(
    definition: Mapping[str, Any],
    location: ScriptLocation,
    descriptions: JobDescriptions,
    context: UnitContext,
) -> None:
    script = await _try(
        fetch_script(context.connection, location.bucket, location.key), descriptions, context
    )
    descriptions.script = script
    descriptions.inputs.tags[location.bucket, location.key] = script.tag if script else ""
    if script is not None:
        await _read_modules(definition, script, location, descriptions, context)
    elif not location.key.lower().endswith(_SCRIPT_ENDINGS):
        is_archive = location.key.lower().endswith(_ARCHIVE_ENDINGS)
        kind = "an archive" if is_archive else "a folder"
        descriptions.warnings.append(f"the script location may name {kind}, which is not read")
        descriptions.is_complete = False


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
