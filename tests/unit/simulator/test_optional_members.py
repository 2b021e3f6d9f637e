"""Members that a catalogue file leaves out or sets to null are served, or refused with a place."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import orjson
import pytest

from glueline_simulator.catalogue.load import load_text
from glueline_simulator.errors import AwsError, CatalogueError
from glueline_simulator.glue.service import GlueService
from glueline_simulator.glue.validation import load_service_model
from glueline_simulator.services.call import ServiceCall
from glueline_simulator.settings import Settings

ACCOUNT = "123456789012"
IN = {"DatabaseName": "d"}
CALLS: list[tuple[str, dict[str, Any]]] = [
    ("GetDatabases", {}),
    ("GetDatabase", {"Name": "d"}),
    ("GetTables", IN),
    ("GetTables", {**IN, "AttributesToGet": ["NAME"]}),
    ("GetTable", {**IN, "Name": "t"}),
    ("GetPartitions", {**IN, "TableName": "t"}),
    ("GetPartitions", {**IN, "TableName": "t", "ExcludeColumnSchema": True}),
    ("GetPartitionIndexes", {**IN, "TableName": "t"}),
    ("SearchTables", {}),
    ("GetJobs", {}),
    ("ListJobs", {}),
    ("GetJob", {"JobName": "j"}),
    ("GetJobRuns", {"JobName": "j"}),
    ("GetJobRun", {"JobName": "j", "RunId": "r"}),
    ("GetConnections", {}),
    ("GetConnection", {"Name": "c", "HidePassword": True}),
    ("GetTriggers", {}),
    ("ListTriggers", {}),
    ("ListWorkflows", {}),
    ("GetCrawlers", {}),
]


def catalogue(place: str, raw: Any) -> dict[str, Any]:
    """One of everything, with ``raw`` at ``place``."""
    table: dict[str, Any] = {
        "columns": {"a": "int"},
        "partition_keys": {"k": "int"},
        "partitions": [["1"]],
    }
    job: dict[str, Any] = {"script": "pass"}
    whole: dict[str, Any] = {
        "databases": {"d": {"tables": {"t": table}}},
        "jobs": {"j": job},
        "connections": {"c": {}},
        "triggers": {"r": {}},
        "workflows": {"w": {}},
        "crawlers": {"l": {}},
    }
    at: dict[str, dict[str, Any]] = {
        "Table": table,
        "Database": whole["databases"]["d"],
        "Job": job,
        "Connection": whole["connections"]["c"],
    }
    if place in at:
        at[place]["raw"] = raw
    elif place == "JobRun":
        job["runs"] = [raw]
    else:
        whole[f"{place.lower()}s"] = {"x": raw}
    return whole


def serve(definition: dict[str, Any]) -> dict[str, Any]:
    """The answers to all calls; an error of AWS is an answer as well."""
    state = load_text(orjson.dumps(definition).decode(), "c.json", "eu-west-1", ACCOUNT, Path())
    glue, answers = GlueService(state, 1), {}
    for operation, given in CALLS:
        request: Any = SimpleNamespace(body=orjson.dumps(given), headers={})
        call = ServiceCall(request, Settings(), operation, parameters=given)
        call.caller = SimpleNamespace(account=ACCOUNT, arn="x")  # type: ignore[assignment]
        try:
            answers[operation] = orjson.loads(glue.answer(call).body)
        except AwsError as error:
            answers[operation] = error.code
    return answers


def gaps() -> Iterator[Any]:
    """Every member of every kind as null, and every structure without members."""
    for place in ("Table", "Database", "Job", "JobRun", "Connection", "Trigger", "Workflow"):
        for name, shape in load_service_model().shape_for(place).members.items():
            yield pytest.param(place, {name: None}, id=f"{place}.{name}=null")
            if shape.type_name == "structure":
                yield pytest.param(place, {name: {}}, id=f"{place}.{name}=empty")
                nulls = dict.fromkeys(shape.members)
                yield pytest.param(place, {name: nulls}, id=f"{place}.{name}=nulls")


@pytest.mark.parametrize(("place", "raw"), list(gaps()))
def test_a_member_that_is_null_or_empty_is_served_or_refused_with_its_place(
    place: str, raw: dict[str, Any]
) -> None:
    try:
        answers = serve(catalogue(place, raw))
    except CatalogueError as error:
        assert "line" in str(error)  # noqa: PT017
        assert "raw" in str(error) or place.lower() in str(error).lower()  # noqa: PT017
        return
    assert answers["GetJobs"]["Jobs"][0]["Name"] == "j"
    assert answers["GetDatabase"]["Database"]["Name"] == "d"
    assert answers["SearchTables"]["TableList"][0]["Name"] == "t"


@pytest.mark.parametrize(
    "raw", [{"Command": {"Name": "glueetl"}}, {"Command": None}, {"Command": {}}]
)
def test_a_job_without_a_script_location_is_served_as_it_is(raw: dict[str, Any]) -> None:
    job = serve(catalogue("Job", raw))["GetJob"]["Job"]
    assert job.get("Command") == raw["Command"]
