"""Sources and their checks, which a worker carries out."""

from tests.support.system import eventually
from tests.unit.api.conftest import Api, Service

from glueline.celery_app import make_celery_app


def test_a_check_is_carried_out_by_a_worker_and_remembered(service: Service) -> None:
    path = "/v1/sources/north-1"
    answer = service.client.post(f"{path}/check")
    assert answer.status_code == 202
    assert answer.headers["location"] == path
    assert answer.json()["name"] == "north-1"
    assert answer.json()["region"] == "eu-north-1"
    found = eventually(lambda: _read_checked_source(service, path))
    assert found["check"]["ok"] is True
    assert found["check"]["source"] == "north-1"
    assert found["check"]["items"][0]["state"] == "allowed"
    listed = service.client.get("/v1/sources").json()["sources"]
    assert found in listed
    assert [source["name"] for source in listed] == ["default", "north-1", "south"]


def test_a_denied_permission_is_told_with_its_reason(service: Service) -> None:
    service.simulator.configure(deny=["GetDatabases"])
    try:
        service.client.post("/v1/sources/south/check")
        check = eventually(lambda: _read_checked_source(service, "/v1/sources/south"))["check"]
    finally:
        service.simulator.configure(deny=[])
    assert check["ok"] is False
    (item,) = [item for item in check["items"] if item["state"] == "denied"]
    assert item["permission"] == "glue:GetDatabases"
    assert item["needed_for"]
    assert item["detail"]


def test_a_check_that_nobody_carries_out_is_asked_for_once(one_api) -> None:
    api: Api = one_api()
    answers = [api.client.post("/v1/sources/default/check") for _ in range(5)]
    assert {answer.status_code for answer in answers} == {202}
    assert all(answer.json()["is_checking"] for answer in answers)
    assert [line["action"] for line in api.audit()] == ["check"]


def test_dead_letters_are_listed(service: Service) -> None:
    with make_celery_app(service.system.settings) as app:
        app.send_task("glueline.check", args=({"kind": "check"},))
    found = eventually(lambda: service.client.get("/v1/dead-letters").json()["dead_letters"])
    assert "source" in found[0]["reason"]


def _read_checked_source(service: Service, path: str) -> dict | None:
    found = service.client.get(path).json()
    return None if found["is_checking"] or not found["check"] else found
