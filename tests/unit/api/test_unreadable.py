"""What another version or a hand left in Redis is shown as such, beside all that is well."""

import json
from collections.abc import Callable
from uuid import uuid4

import pytest
import redis
from tests.unit.api.conftest import Api, problem

from glueline import ExtractionRequest, Settings
from glueline.contract.messages import JobScope
from glueline.ledger import Ledger
from glueline.queue import make_commands, make_redis_client

HTML = {"Accept": "text/html"}


@pytest.fixture
def runs(settings: Settings) -> list[str]:
    """A run that is well and four that are not."""
    calls, client = make_commands(settings), make_redis_client(settings)
    found = [
        Ledger(client)(
            calls.open_run(uuid4().hex, ExtractionRequest(scope=JobScope(name=name)))
        ).run_id
        for name in "abcde"
    ]
    _, request, state, units, entry = (calls.keys.run(run_id) for run_id in found)
    newer = json.dumps({"kind": "request", "newer": 1})
    client.hset(request, mapping={"request": newer, "summary": newer})
    client.hset(state, mapping={"state": "paused", "settled": "many", "count:table": ""})
    client.delete(f"{units}:units")
    client.hset(f"{units}:failures", "job/d", "{")
    client.delete(f"{entry}:open")
    client.set(f"{entry}:open", "by hand")
    client.lpush(calls.keys.dead, "{")
    client.set(calls.keys.check_report("default"), "{")
    client.close()
    return found


def test_listings_the_page_and_probes_go_on(
    one_api: Callable[..., Api], runs: list[str], client: redis.Redis
) -> None:
    api = one_api()
    listed = api.client.get("/v1/runs")
    assert listed.status_code == 200
    by_id = {run["run_id"]: run for run in listed.json()["runs"]}
    good, request, state, units, _ = runs
    assert by_id[good]["is_readable"]
    assert {run_id for run_id, run in by_id.items() if not run["is_readable"]} == {request, state}
    for path in (
        "/readyz",
        "/v1/sources",
        "/v1/dead-letters",
        f"/v1/runs/{good}",
        f"/v1/runs/{request}",
        f"/v1/runs/{units}/failures",
    ):
        answer = api.client.get(path)
        assert answer.status_code == 200, (path, answer.text)
    assert "options" in (api.client.get(f"/v1/runs/{good}").json()["request"])
    reason = api.client.get(f"/v1/runs/{request}").json()["reason"]
    assert "this version of Glueline cannot read the request" in reason
    for path in ("/", f"/runs/{request}", f"/runs/{units}"):
        assert api.client.get(path, headers=HTML).status_code == 200
    problem(api.client.post(f"/v1/runs/{request}/replay"), 409, "usage")
    assert api.client.post(f"/v1/runs/{request}/cancel").json()["state"] == "cancelled"


def test_too_many_globs_are_refused(one_api: Callable[..., Api]) -> None:
    api = one_api(max_body=5_000_000)
    for globs in (["a*"] * 1001, ["x" * 255] * 200):
        answer = api.client.post("/v1/extractions", json={"filters": {"tables": {"deny": globs}}})
        found = problem(answer, 422, "invalid")
        assert "at most" in found["detail"]
    assert api.client.get("/v1/runs").json()["runs"] == []
