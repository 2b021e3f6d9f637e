"""The shapes of job definitions in files, and their conversion to the API's shape.

There are three: an answer of the API (``GetJob``, or a list of jobs), the JSON that Glue's source
control commits (lower camel case, the visual nodes often as JSON inside a text), and the file of
Glue Studio's Download button (``jobConfig`` and ``dag``).
"""

import json
from collections.abc import Mapping
from typing import Any

from glueline.contract.errors import UsageError
from glueline_worker.lineage.state_machines import resolve_expressions

_LISTS = ("Jobs", "jobs")
_WRAPPERS = ("Job", "job", "JobUpdate", "Properties")
"""Around one job: GetJob, source control, UpdateJob's input, a CloudFormation resource."""
_NODES = "CodeGenConfigurationNodes"
_STUDIO_FIELDS = {
    "name": "Name",
    "description": "Description",
    "role": "Role",
    "version": "GlueVersion",
    "glueVersion": "GlueVersion",
    "workerType": "WorkerType",
    "numberOfWorkers": "NumberOfWorkers",
    "maxCapacity": "MaxCapacity",
    "maxRetries": "MaxRetries",
    "timeout": "Timeout",
}
_STUDIO_MODES = {"VISUAL_MODE": "VISUAL", "DEVELOPER_MODE": "SCRIPT", "NOTEBOOK_MODE": "NOTEBOOK"}
_CLASSES = {"datasource": "Source", "datasink": "Target", "datatarget": "Target"}


def normalise_job(document: Any) -> dict[str, Any]:
    """Return the one job of ``document`` in the shape of GetJob's ``Job``.

    Raises UsageError if there is none, or several. The script of Glue Studio's download stands
    under ``Script``, which the API does not have.
    """
    jobs = normalise_jobs(document)
    if len(jobs) != 1:
        raise UsageError(f"the file holds {len(jobs)} jobs where one was expected")
    return jobs[0]


def normalise_jobs(document: Any) -> list[dict[str, Any]]:
    """Return all jobs of ``document``, in the shape of `normalise_job`."""
    if isinstance(document, list):
        return [job for entry in document for job in normalise_jobs(entry)]
    if not isinstance(document, Mapping):
        raise UsageError("not a job definition: the file holds no JSON object")
    if isinstance(document.get("States"), Mapping):
        return [job for inputs in _list_inputs(document) for job in normalise_jobs(inputs)]
    for wrapper in _LISTS:
        if isinstance(document.get(wrapper), list):
            return normalise_jobs(document[wrapper])
    for wrapper in _WRAPPERS:
        if isinstance(document.get(wrapper), Mapping):
            named = {"Name": document["JobName"]} if "JobName" in document else {}
            return normalise_jobs(resolve_expressions({**named, **document[wrapper]}))
    return [_normalise(document)]


def _list_inputs(machine: Any) -> list[Mapping[str, Any]]:
    """List what the states of a state machine of Step Functions give CreateJob or UpdateJob."""
    found: list[Mapping[str, Any]] = []
    states = machine.get("States") if isinstance(machine, Mapping) else None
    for state in states.values() if isinstance(states, Mapping) else ():
        if not isinstance(state, Mapping):
            continue
        if str(state.get("Resource", "")).endswith((":glue:updateJob", ":glue:createJob")):
            inputs = state.get("Parameters", state.get("Arguments"))
            found += [resolve_expressions(inputs)] if isinstance(inputs, Mapping) else []
        inner = state.get("Branches", [state.get("ItemProcessor", state.get("Iterator"))])
        for branch in inner if isinstance(inner, list) else ():
            found += _list_inputs(branch)
    return found


def _normalise(document: Mapping[str, Any]) -> dict[str, Any]:
    if isinstance(document.get("dag"), list | Mapping) or (
        isinstance(document.get("jobConfig"), Mapping) and "script" in document
    ):
        return _convert_studio_job(document)
    job = {_to_pascal_case(str(key)): value for key, value in document.items()}
    if _NODES in job:
        job[_NODES] = _parse_nodes(job[_NODES])
    elif document and all(map(_is_node, document.values())):
        return {_NODES: dict(document)}
    elif not job.keys() & {"Name", "Command", "DefaultArguments"}:
        raise UsageError(
            "not a job definition: it has no Name, no Command and no CodeGenConfigurationNodes"
        )
    if isinstance(job.get("Command"), Mapping):
        job["Command"] = {_to_pascal_case(str(key)): value for key, value in job["Command"].items()}
    return job


def _convert_studio_job(document: Mapping[str, Any]) -> dict[str, Any]:
    found = document.get("jobConfig")
    config: Mapping[str, Any] = found if isinstance(found, Mapping) else document
    job = {name: config[key] for key, name in _STUDIO_FIELDS.items() if key in config}
    location, file = (str(config.get(key) or "") for key in ("scriptLocation", "scriptName"))
    if location and file and not location.endswith(file):
        location = f"{location.rstrip('/')}/{file}"
    return {
        **job,
        "Command": {"Name": config.get("command"), "ScriptLocation": location},
        "DefaultArguments": _read_studio_arguments(config),
        "JobMode": _STUDIO_MODES.get(str(config.get("jobMode")), "VISUAL"),
        _NODES: _read_studio_nodes(document.get("dag")),
        "Script": document.get("script"),
    }


def _read_studio_arguments(config: Mapping[str, Any]) -> dict[str, Any]:
    entries = config.get("jobParameters")
    arguments = {
        str(entry.get("key")): entry.get("value")
        for entry in (entries if isinstance(entries, list) else ())
        if isinstance(entry, Mapping)
    }
    if str(config.get("language")).lower().startswith("scala"):
        arguments["--job-language"] = "scala"
    return arguments


def _read_studio_nodes(dag: Any) -> dict[str, Any]:
    """Return the nodes by id; the API's kind is ``type`` and ``classification`` (``S3Source``)."""
    named = (
        dag if isinstance(dag, Mapping) else dict(enumerate(dag if isinstance(dag, list) else ()))
    )
    nodes: dict[str, Any] = {}
    for name, node in named.items():
        if isinstance(node, Mapping):
            ending = _CLASSES.get(str(node.get("classification")).lower(), "")
            kind = f"{node.get('type') or ''}{ending}"
            nodes[str(node.get("nodeId") or name)] = {kind: node}
        else:
            nodes[str(name)] = node
    return nodes


def _to_pascal_case(key: str) -> str:
    return key[:1].upper() + key[1:]


def _parse_nodes(nodes: Any) -> Any:
    """Parse the visual nodes, which source control writes as JSON inside a text."""
    if not isinstance(nodes, str):
        return nodes
    try:
        return json.loads(nodes) if nodes.strip() else {}
    except (ValueError, RecursionError):
        return nodes


def _is_node(value: Any) -> bool:
    return (
        isinstance(value, Mapping)
        and len(value) == 1
        and all(isinstance(fields, Mapping) for fields in value.values())
    )
