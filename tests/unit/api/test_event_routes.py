"""``POST /v1/events``: changes that EventBridge tells of, over HTTP."""

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest
from tests.support.system import eventually
from tests.unit.api.conftest import DATABASE, NORTH, READER, Api, Service, bearer, problem

from glueline.api.app import make_app
from glueline.settings.settings import Settings

KIND = "Glue Data Catalog Database State Change"


def event(table: str, database: str = DATABASE, **changes: Any) -> dict[str, Any]:
    return {
        "version": "0",
        "id": str(uuid4()),
        "detail-type": KIND,
        "source": "aws.glue",
        "account": "123456789012",
        "time": "2026-01-16T18:08:48Z",
        "region": "eu-west-1",
        "resources": [],
        "detail": {
            "databaseName": database,
            "typeOfChange": "CreateTable",
            "changedTables": [table],
        },
        **changes,
    }


def runs_of(client: httpx.Client, name: str) -> list[dict[str, Any]]:
    found = client.get("/v1/runs").json()["runs"]
    return [run for run in found if name in json.dumps(run["request"]["scope"])]


def test_a_change_that_is_delivered_is_read(service: Service):
    name = f"fresh_{uuid4().hex[:8]}"
    service.simulator.add_table(DATABASE, name, columns={"id": "bigint"})
    notice = event(name)
    answer = service.client.post("/v1/events", json=notice)
    assert answer.status_code == 202, answer.text
    told = answer.json()
    assert (told["events"], told["noted"], told["repeated"], told["ignored"]) == (1, 1, 0, 0)
    scope = {"kind": "table", "database": DATABASE, "name": name}
    assert told["changes"] == [{"source": "default", "scope": scope, "is_gone": False}]
    eventually(lambda: runs_of(service.client, name))
    (run,) = runs_of(service.client, name)
    assert service.system.wait(run["run_id"]).state == "succeeded"
    service.simulator.delete_table(DATABASE, name)
    again = service.client.post("/v1/events", json=[notice]).json()
    assert (again["noted"], again["repeated"]) == (0, 1)
    (line,) = [line for line in service.api.audit() if line["action"] == "events"][-1:]
    assert (line["token"], line["noted"], line["sources"]) == ("all", 1, ["default"])


def test_an_event_goes_to_the_source_of_its_region_or_to_the_one_that_is_named(
    client: httpx.Client,
):
    north = event("a", region="eu-north-1")
    for query, source in (("", "north-1"), ("?source=south", "south")):
        told = client.post(f"/v1/events{query}", json={**north, "id": str(uuid4())}).json()
        assert [change["source"] for change in told["changes"]] == [source]


def test_events_of_what_is_not_read_are_counted(client: httpx.Client):
    others = [event("t", source="my.app"), event("t", **{"detail-type": "Else"})]
    told = client.post("/v1/events", json=others).json()
    assert (told["events"], told["ignored"], told["changes"]) == (2, 2, [])
    assert client.post("/v1/events", json=[]).json()["events"] == 0


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, "body: event 0 is none of EventBridge: id"),
        ([event("t"), {"id": "x"}], "body: event 1"),
        ([[event("t")]], "event 0"),
        ("text", "event 0"),
        (7, "event 0"),
        ({**event("t"), "detail": {"databaseName": 7}}, "databaseName"),
        ([event("t", source="other")] * 1001, "too many events"),
    ],
)
def test_a_bad_event_refuses_the_delivery(client: httpx.Client, body: Any, said: str):
    before = client.get("/metrics").text
    found = problem(client.post("/v1/events", json=body), 422, "invalid")
    assert said in found["detail"]
    counted = [line for line in before.splitlines() if line.startswith("glueline_api_events")]
    assert all(line in client.get("/metrics").text for line in counted)


@pytest.mark.parametrize(
    ("content", "kind", "status", "code"),
    [
        (b"{", "application/json", 400, "malformed_json"),
        (b"[" * 100_000, "application/json", 400, "malformed_json"),
        (rb'{"id": "\ud800"}', "application/json", 400, "malformed_json"),
        (b"[]", "text/plain; charset=UTF-8", 415, "media_type"),
        (b"[" + b" " * 1_000_000 + b"]", "application/json", 413, "too_large"),
    ],
)
def test_a_bad_body_is_a_problem(
    client: httpx.Client, content: bytes, kind: str, status: int, code: str
):
    headers = {"Content-Type": kind}
    problem(client.post("/v1/events", content=content, headers=headers), status, code)


@pytest.mark.parametrize("query", ["source=", "source=a%20b", "source=a&source=b", "sourse=a"])
def test_a_bad_query_is_a_problem(client: httpx.Client, query: str):
    problem(client.post(f"/v1/events?{query}", json=[]), 422, "invalid")


def test_a_token_notes_changes_of_its_own_sources_only(service: Service):
    client = service.client
    problem(client.post("/v1/events", json=[], headers=bearer(READER)), 403, "scope")
    north, south = (event("t", region=f"eu-{where}-1") for where in ("north", "south"))
    of_north = bearer(NORTH)
    answer = client.post("/v1/events", json=north, headers=of_north)
    assert answer.json()["noted"] == 1
    unknown = client.post("/v1/events?source=north-9", json=north, headers=of_north)
    refused = client.post("/v1/events", json=[north, south], headers=of_north)
    for answer in (unknown, refused):
        assert "south" not in problem(answer, 404, "unknown_source")["detail"]
    problem(client.post("/v1/events?source=south", json=south, headers=of_north), 403, "source")
    told = client.post("/v1/events", json=south).json()
    assert (told["noted"], told["repeated"]) == (1, 0)


def test_events_are_counted_for_prometheus(client: httpx.Client):
    client.post("/v1/events", json=event("t", source="other"))
    text = client.get("/metrics").text
    assert 'glueline_api_events_total{outcome="ignored"}' in text
    assert "glueline_ledger_changes " in text


def test_while_redis_is_away_nothing_is_noted_and_the_answer_says_so(
    one_api: Callable[..., Api],
):
    api = one_api(redis_url="redis://127.0.0.1:9/0")
    answer = api.client.post("/v1/events", json=event("t"))
    problem(answer, 503, "ledger_unavailable")
    assert answer.headers["retry-after"]
    assert api.audit() == []


def test_sources_of_templates_are_known_beside_declared_ones():
    template = {"accounts": ["111111111111"], "regions": ["eu-west-1"]}
    settings = Settings(sources={"south": {"region": "eu-south-1"}}, templates={"t": template})
    context = make_app(settings).state.context
    assert context.sources == ["default", "south", "t-111111111111"]


def test_filters_do_not_tell_of_sources_that_a_token_is_not_for(one_api: Callable[..., Api]):
    """Nothing is left of such an event; it is refused like one of an account that nobody knows."""
    sources = {
        "north-1": {"region": "eu-north-1"},
        "south": {"region": "eu-south-1", "filters": {"databases": {"deny": ["*"]}}},
    }
    api = one_api(sources=sources)
    of_north = bearer(NORTH)
    for region in ("eu-south-1", "eu-west-9"):
        answer = api.client.post("/v1/events", json=event("t", region=region), headers=of_north)
        problem(answer, 404, "unknown_source")
    answer = api.client.post("/v1/events", json=event("t", region="eu-south-1"))
    assert answer.json()["ignored"] == 1
