"""Find jobs that have not changed since every sink stored them, without reading each job.

A job's records follow from its definition, its script, the connections that it names and the
columns of the tables that it reads and writes. Listings give all of these: GetJobs, the ETags of
ListObjectsV2, and GetTables by name. Only connections are read one by one.
"""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from glueline.contract.errors import Terminal
from glueline.contract.messages import JobsUnit
from glueline.contract.records import record_key
from glueline_worker.aws.errors import AwsError, AwsNotFound
from glueline_worker.aws.s3 import ObjectPlace, fetch_script_tags
from glueline_worker.catalog.common_fields import read_raw
from glueline_worker.catalog.jobs import ScriptLocation, find_script_location, read_job_connections
from glueline_worker.catalog.values import to_plain_json
from glueline_worker.lineage.schemas import TableSchema
from glueline_worker.redact import redact_parameters
from glueline_worker.sinks.model import StoredEntry
from glueline_worker.units.context import UnitContext
from glueline_worker.units.fingerprints import make_fingerprint
from glueline_worker.units.modules import decode_places
from glueline_worker.units.table_columns import (
    decode_table_names,
    look_up_tables,
    prefetch_columns,
)

_Job = Mapping[str, Any]

_NODES = "CodeGenConfigurationNodes"
_WITH_NODES = "+"
"""Stands between the halves of the fingerprint of a job with visual nodes."""


@dataclass
class JobInputs:
    """The inputs of a job's lineage beside its definition, as far as they are known."""

    tags: dict[ObjectPlace, str] = field(default_factory=dict)
    """ETags of scripts, "" for one that does not exist."""
    connections: dict[str, Mapping[str, str] | None] = field(default_factory=dict)
    """Properties without secrets; None for a connection that does not exist."""
    modules: tuple[ObjectPlace, ...] = ()
    """The places of the modules that the script imports, also of those that are not there."""
    columns: dict[str, TableSchema] = field(default_factory=dict)
    """The columns of the tables that the job reads and writes, by ``database/table``."""


async def mark_unchanged_jobs(
    jobs: Mapping[str, _Job], unit: JobsUnit, context: UnitContext
) -> set[str]:
    """Mark as unchanged the jobs that all sinks hold as they are; return their names.

    ``jobs`` are by name. One without the time of its last change comes from a listing of names.
    """
    known = {name: job for name, job in jobs.items() if job.get("LastModifiedOn")}
    names = {record_key(unit.source, context.at.of_jobs, "job", name): name for name in known}
    stored = await context.writing.find_stored_entries("job", list(names))
    definitions = {key: known[names[key]] for key in stored}
    inputs = await _read_inputs(definitions.values(), stored.values(), context)
    same = {}
    for key, entry in stored.items():
        tables, places = _split_inputs(entry)
        inputs.columns = (await look_up_tables(tables, context)).schemas
        inputs.modules = tuple(places)
        if len(inputs.columns) < len(tables):
            continue
        fingerprint = make_job_fingerprint(key, definitions[key], inputs, context)
        if _is_same(fingerprint, entry.fingerprint):
            same[key] = entry
    await context.mark_unchanged("job", same)
    return {names[key] for key in same}


def make_job_fingerprint(
    key: str, job: _Job, inputs: JobInputs, context: UnitContext
) -> str | None:
    """Return the fingerprint of a job; None when the state of one of its inputs is not known.

    For a job with visual nodes it has a second half. GetJob always gives the nodes, GetJobs does
    not in every account, and then the first half must do: it holds the time of the last change,
    and a change of the nodes is one.
    """
    definition = _drop_nodes(read_raw(job, wanted=True) or {})
    facts: list[Any] = [key, *context.fingerprint_base, definition]
    if context.options.lineage:
        named, places = read_job_connections(job), [*_find_scripts([job]), *inputs.modules]
        if not inputs.connections.keys() >= {*named} or not inputs.tags.keys() >= {*places}:
            return None
        facts.append([inputs.connections[name] for name in named])
        facts.append([inputs.tags[place] for place in places])
        facts.append(inputs.columns)
    fingerprint, nodes = make_fingerprint(*facts), job.get(_NODES)
    if fingerprint is None or not nodes:
        return fingerprint
    of_nodes = make_fingerprint(to_plain_json(nodes))
    return f"{fingerprint}{_WITH_NODES}{of_nodes}" if of_nodes else None


def _drop_nodes(definition: dict[str, Any]) -> dict[str, Any]:
    """Return what both GetJob and GetJobs give; a null counts as a missing member."""
    return {
        name: value for name, value in definition.items() if name != _NODES and value is not None
    }


def _is_same(listed: str | None, stored: str) -> bool:
    """Compare two fingerprints; that of a job listed without nodes says nothing about them."""
    if listed is None or _WITH_NODES in listed:
        return listed == stored
    return listed == stored.partition(_WITH_NODES)[0]


async def _read_inputs(
    jobs: Iterable[_Job], stored: Iterable[StoredEntry], context: UnitContext
) -> JobInputs:
    """Read the states of the scripts and connections of all jobs, and prefetch their tables."""
    if not context.options.lineage:
        return JobInputs()
    jobs = list(jobs)
    others = [_split_inputs(entry) for entry in stored]
    await prefetch_columns((name for tables, _ in others for name in tables), context)
    places = {*_find_scripts(jobs), *(place for _, modules in others for place in modules)}
    return JobInputs(
        await fetch_script_tags(context.connection, places),
        await _read_connections(jobs, context),
    )


def _split_inputs(entry: StoredEntry) -> tuple[list[str], list[ObjectPlace]]:
    """Return the tables and the places of modules that a job was read with."""
    places = decode_places(entry.inputs)
    tables = [name for name in entry.inputs if not name.startswith("s3://")]
    return decode_table_names(tables), places


def _find_scripts(jobs: Iterable[_Job]) -> list[ObjectPlace]:
    locations = [find_script_location(job) for job in jobs]
    return [(at.bucket, at.key) for at in locations if isinstance(at, ScriptLocation)]


async def _read_connections(
    jobs: Iterable[_Job], context: UnitContext
) -> dict[str, Mapping[str, str] | None]:
    """Return the properties of the connections that jobs name, without unreadable ones."""
    names = sorted({name for job in jobs for name in read_job_connections(job)})
    found = await asyncio.gather(*(_read_connection(name, context) for name in names))
    return {name: properties for read in found for name, properties in read.items()}


async def _read_connection(name: str, context: UnitContext) -> dict[str, Mapping[str, str] | None]:
    try:
        answer = await context.glue.read_connection(name)
    except AwsNotFound:
        return {name: None}
    except AwsError as error:
        if isinstance(error, Terminal):
            return {}
        raise
    return {name: redact_parameters(answer.get("ConnectionProperties") or {})}
