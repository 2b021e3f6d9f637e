"""Enqueue, list, look, cancel and replay over HTTP, with a real worker behind it."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import httpx
from tests.support.system import eventually
from tests.unit.api.conftest import DATABASE, Service, problem


def test_an_extraction_is_accepted_followed_and_ends(service: Service) -> None:
    answer = service.client.post("/v1/extractions", json={})
    assert answer.status_code == 202
    assert answer.json()["is_new"] is True
    where = answer.headers["location"]
    assert where == f"/v1/runs/{answer.json()['run_id']}"
    run = eventually(lambda: _read_ended_run(service.client, where))
    assert run["state"] == "succeeded"
    assert run["counts"]["table"] == 12
    assert run["request"]["scope"]["kind"] == "catalog"
    problems = service.client.get(f"{where}/failures").json()
    assert problems["failures"] == []
    assert problems["total"] == 0


def test_an_idempotency_key_gives_one_run_also_when_many_ask_at_once(service: Service) -> None:
    key = {"Idempotency-Key": f"nightly {uuid4().hex}"}
    body = {"scope": {"kind": "database", "name": DATABASE}}

    def ask(_: int) -> httpx.Response:
        return service.client.post("/v1/extractions", json=body, headers=key)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(8)))
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["run_id"] for answer in answers}) == 1
    assert sum(answer.json()["is_new"] for answer in answers) == 1
    before = len(_all_runs(service.client))
    other = service.client.post("/v1/extractions", json={}, headers=key)
    problem(other, 409, "idempotency_key")
    assert len(_all_runs(service.client)) == before


def test_pages_hold_every_run_once_and_filters_hold(service: Service) -> None:
    for number in range(5):
        service.run(
            source="south" if number % 2 else "north-1",
            scope={"kind": "database", "name": DATABASE},
        )
    every = _all_runs(service.client)
    pages: list[str] = []
    cursor: str | None = None
    while True:
        query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = service.client.get("/v1/runs", params=query).json()
        assert len(page["runs"]) <= 2
        pages += [run["run_id"] for run in page["runs"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert pages == [run["run_id"] for run in every]
    assert len(set(pages)) == len(pages)

    south = service.client.get("/v1/runs", params={"source": "south"}).json()["runs"]
    assert {run["request"]["source"] for run in south} == {"south"}
    assert len(south) == sum(run["request"]["source"] == "south" for run in every)
    running = service.client.get("/v1/runs", params={"state": "superseded"}).json()["runs"]
    assert {run["state"] for run in running} <= {"superseded"}


def test_what_failed_says_why_and_runs_again(service: Service) -> None:
    name = DATABASE
    service.simulator.configure(deny=[f"GetDatabase:{name}", f"GetTables:{name}"])
    try:
        run_id = service.run("failed", scope={"kind": "database", "name": name})
        found = service.client.get(f"/v1/runs/{run_id}/failures").json()
        (failure,) = found["failures"]
        assert failure["unit_id"] == f"database/{name}"
        assert "glue:Get" in failure["message"]
        assert found["total"] == 1
        assert service.client.get(f"/v1/runs/{run_id}/failures?offset=1").json()["failures"] == []
        wrong = service.client.post(f"/v1/runs/{run_id}/replay", json={"units": ["database/no"]})
        problem(wrong, 409, "usage")
    finally:
        service.simulator.configure(deny=[])
    replayed = service.client.post(f"/v1/runs/{run_id}/replay")
    assert replayed.status_code == 202
    assert replayed.json() == {"run_id": run_id, "replayed": 1}
    assert service.system.wait(run_id).state == "succeeded"
    problem(service.client.post(f"/v1/runs/{run_id}/replay"), 409, "usage")


def test_a_run_is_cancelled_once_and_one_that_ended_stays_as_it_is(service: Service) -> None:
    service.simulator.configure(latency=0.5)
    try:
        run_id = service.client.post("/v1/extractions", json={"source": "south"}).json()["run_id"]
        answer = service.client.post(f"/v1/runs/{run_id}/cancel")
        assert answer.json() == {"run_id": run_id, "state": "cancelled"}
    finally:
        service.simulator.configure(latency=0)
    run = service.system.wait(run_id)
    assert run.reason == "cancelled by all"
    again = service.client.post(f"/v1/runs/{run_id}/cancel")
    assert again.status_code == 200
    assert again.json()["state"] == "cancelled"
    ended = service.run(scope={"kind": "database", "name": DATABASE})
    assert service.client.post(f"/v1/runs/{ended}/cancel").json()["state"] == "succeeded"
    actions = [line["action"] for line in service.api.audit() if line.get("run") == run_id]
    assert actions == ["enqueue", "cancel"]


def test_an_unknown_run_is_a_problem_everywhere(client: httpx.Client) -> None:
    nobody = "0" * 32
    for path in ("", "/failures", "/events"):
        problem(client.get(f"/v1/runs/{nobody}{path}"), 404, "unknown_run")
    for path in ("/cancel", "/replay"):
        problem(client.post(f"/v1/runs/{nobody}{path}"), 404, "unknown_run")


def _read_ended_run(client: httpx.Client, where: str) -> dict[str, object] | None:
    run = client.get(where).json()
    return run if run["state"] != "running" else None


def _all_runs(client: httpx.Client) -> list[dict[str, object]]:
    found: list[dict[str, object]] = client.get("/v1/runs", params={"limit": 1000}).json()["runs"]
    return found
