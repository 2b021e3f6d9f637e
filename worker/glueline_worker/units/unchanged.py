"""Jobs that are as every sink holds them, found without reading them one by one.

A job's records follow from its definition, its script, the connections that it names and the
columns of the tables that it reads. Listings tell all of these: GetJobs, the ETags of
ListObjectsV2, and GetTables by name; only connections are asked for one by one.
"""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from glueline.contract.errors import Terminal
from glueline.contract.messages import JobsUnit
from glueline.contract.records import record_key
from glueline_worker.aws.errors import AwsError, AwsNotFound
from glueline_worker.aws.s3 import Place, script_tags
from glueline_worker.catalog.common_fields import read_raw
from glueline_worker.catalog.jobs import ScriptLocation, find_script_location, read_job_connections
from glueline_worker.catalog.values import to_plain_json
from glueline_worker.redact import redact_parameters
from glueline_worker.sinks.model import StoredEntry
from glueline_worker.units.context import UnitContext
from glueline_worker.units.fingerprints import fingerprint
from glueline_worker.units.table_columns import Columns, columns_of, learn, of_inputs

Job = Mapping[str, Any]

NODES = "CodeGenConfigurationNodes"
_WITH_NODES = "+"
"""Stands between the halves of the fingerprint of a job with visual nodes."""


@dataclass
class Inputs:
    """What a job's lineage follows from beside its definition, as far as it is known."""

    tags: dict[Place, str] = field(default_factory=dict)
    """ETags of scripts, "" for one that is not there."""
    connections: dict[str, Mapping[str, str] | None] = field(default_factory=dict)
    """Properties without secrets; None for a connection that does not exist."""
    columns: dict[str, Columns] = field(default_factory=dict)
    """Of the tables that the job reads."""


async def keep_unchanged(jobs: Mapping[str, Job], unit: JobsUnit, context: UnitContext) -> set[str]:
    """Keep the jobs, given by name, that all sinks hold as they are now; their names."""
    # Without its time, nothing but the job's name is known.
    known = {name: job for name, job in jobs.items() if job.get("LastModifiedOn")}
    names = {record_key(unit.source, context.at.of_jobs, "job", name): name for name in known}
    held = await context.writing.find_stored_entries("job", list(names))
    about = {key: known[names[key]] for key in held}
    inputs = await _inputs(about.values(), held.values(), context)
    same = {}
    for key, one in held.items():
        inputs.columns = await columns_of(of_inputs(one.inputs), context)
        if len(inputs.columns) < len(one.inputs):
            continue
        if _is_same(job_fingerprint(key, about[key], inputs, context), one.fingerprint):
            same[key] = one
    await context.keep("job", same)
    return {names[key] for key in same}


def job_fingerprint(key: str, job: Job, inputs: Inputs, context: UnitContext) -> str | None:
    """The fingerprint of a job; None when the state of something that it needs is not known.

    That of a job with visual nodes has a second half for them: GetJob always gives the nodes,
    GetJobs does not in every account, and then the other half must do. It holds the time of the
    last change, of which a change of the nodes is one.
    """
    facts: list[Any] = [key, *context.place(), _without_nodes(read_raw(job, wanted=True) or {})]
    if context.options.lineage:
        named, places = read_job_connections(job), _places([job])
        if not inputs.connections.keys() >= {*named} or not inputs.tags.keys() >= {*places}:
            return None
        facts.append([inputs.connections[name] for name in named])
        facts.append([inputs.tags[place] for place in places])
        facts.append(inputs.columns)
    print_, nodes = fingerprint(*facts), job.get(NODES)
    if print_ is None or not nodes:
        return print_
    of_nodes = fingerprint(to_plain_json(nodes))
    return f"{print_}{_WITH_NODES}{of_nodes}" if of_nodes else None


def _without_nodes(definition: dict[str, Any]) -> dict[str, Any]:
    """What both GetJob and GetJobs tell; a member that is null is as good as none."""
    return {
        name: value for name, value in definition.items() if name != NODES and value is not None
    }


def _is_same(listed: str | None, held: str) -> bool:
    """Whether a listed job is as it is held; a listing without nodes says nothing of them."""
    if listed is None or _WITH_NODES in listed:
        return listed == held
    return listed == held.partition(_WITH_NODES)[0]


async def _inputs(jobs: Iterable[Job], held: Iterable[StoredEntry], context: UnitContext) -> Inputs:
    """Look at the scripts and connections of all jobs, and at the tables that they read."""
    if not context.options.lineage:
        return Inputs()
    jobs = list(jobs)
    await learn((name for one in held for name in of_inputs(one.inputs)), context)
    return Inputs(
        await script_tags(context.connection, _places(jobs)), await _connections(jobs, context)
    )


def _places(jobs: Iterable[Job]) -> list[Place]:
    found = [find_script_location(job) for job in jobs]
    return [(one.bucket, one.key) for one in found if isinstance(one, ScriptLocation)]


async def _connections(
    jobs: Iterable[Job], context: UnitContext
) -> dict[str, Mapping[str, str] | None]:
    """What is known of the connections that jobs name, without those that cannot be read."""
    names = sorted({name for job in jobs for name in read_job_connections(job)})
    found = await asyncio.gather(*(_connection(name, context) for name in names))
    return {name: one for read in found for name, one in read.items()}


async def _connection(name: str, context: UnitContext) -> dict[str, Mapping[str, str] | None]:
    try:
        answer = await context.glue.connection(name)
    except AwsNotFound:
        return {name: None}
    except AwsError as error:
        if isinstance(error, Terminal):
            return {}
        raise
    return {name: redact_parameters(answer.get("ConnectionProperties") or {})}
