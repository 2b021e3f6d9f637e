"""Without a token nothing answers; with one, just what it is for."""

import httpx
import pytest
from tests.support.system import eventually
from tests.unit.api.conftest import ALL, DATABASE, NORTH, READER, WRITER, Service, bearer, problem

NOBODY = "0" * 32
PATHS = [
    ("GET", "/"),
    ("GET", "/readyz"),
    ("GET", "/metrics"),
    ("GET", "/openapi.json"),
    ("GET", "/static/app.js"),
    ("GET", "/login"),
    ("GET", "/v1/runs"),
    ("GET", f"/v1/runs/{NOBODY}"),
    ("GET", f"/v1/runs/{NOBODY}/failures"),
    ("GET", f"/v1/runs/{NOBODY}/events"),
    ("GET", "/v1/sources"),
    ("GET", "/v1/sources/default"),
    ("GET", "/v1/dead-letters"),
    ("GET", "/nothing/here"),
    ("POST", "/v1/extractions"),
    ("POST", "/v1/events"),
    ("POST", f"/v1/runs/{NOBODY}/cancel"),
    ("POST", f"/v1/runs/{NOBODY}/replay"),
    ("POST", "/v1/sources/default/check"),
    ("POST", "/logout"),
    ("POST", f"/runs/{NOBODY}/cancel"),
    ("DELETE", "/v1/runs"),
    ("OPTIONS", "/v1/runs"),
]
WRONG = [
    {},
    {"Authorization": "Bearer wrong"},
    {"Authorization": "Bearer"},
    {"Authorization": ALL},
    {"Authorization": f"Basic {ALL}"},
    {"Authorization": f"Bearer {ALL}x"},
    {"Authorization": f"Bearer {ALL}, Bearer {ALL}"},
    {"Authorization": b"Bearer \xff\xfe"},
    {"Cookie": "glueline_session=guess"},
    {"Cookie": b"glueline_session=\xc3\xa9"},
]


@pytest.mark.parametrize(("method", "path"), PATHS)
def test_without_a_token_there_is_no_answer(service: Service, method: str, path: str) -> None:
    with httpx.Client(base_url=service.api.url) as anybody:
        for headers in WRONG:
            answer = anybody.request(method, path, headers=headers)
            code = "invalid_token" if "Authorization" in headers else "no_token"
            problem(answer, 401, code)
            assert answer.headers["www-authenticate"].startswith("Bearer")


def test_the_process_says_that_it_lives_to_anybody(service: Service) -> None:
    assert httpx.get(f"{service.api.url}/healthz").json() == {"status": "ok"}


def test_every_documented_operation_is_behind_the_login(service: Service) -> None:
    described = service.client.get("/openapi.json").json()
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            if path != "/healthz":
                assert operation["security"] == [{"token": []}], (method, path)
                filled = path.replace("{run_id}", NOBODY).replace("{name}", "default")
                assert (method.upper(), filled) in PATHS


def test_scopes_are_kept_apart(service: Service) -> None:
    reader, writer = bearer(READER), bearer(WRITER)
    client = service.client
    for path in ("/v1/extractions", f"/v1/runs/{NOBODY}/cancel", "/v1/sources/default/check"):
        problem(client.post(path, headers=reader), 403, "scope")
    for path in ("/v1/runs", f"/v1/runs/{NOBODY}", "/v1/sources", "/metrics", "/", "/readyz"):
        problem(client.get(path, headers=writer), 403, "scope")
    assert client.get("/v1/runs", headers=reader).status_code == 200
    body = {"scope": {"kind": "database", "name": DATABASE}}
    assert client.post("/v1/extractions", json=body, headers=writer).status_code == 202


def test_a_token_learns_nothing_of_other_sources(service: Service) -> None:
    client, north = service.client, bearer(NORTH)
    hidden = service.run(source="south", scope={"kind": "database", "name": DATABASE})
    own = service.run(source="north-1", scope={"kind": "database", "name": DATABASE})

    found = client.get("/v1/runs", headers=north, params={"limit": 1000}).json()["runs"]
    assert own in {run["run_id"] for run in found}
    assert {run["request"]["source"] for run in found} == {"north-1"}

    for path in ("", "/failures", "/events"):
        theirs = problem(client.get(f"/v1/runs/{hidden}{path}", headers=north), 404, "unknown_run")
        nobodys = client.get(f"/v1/runs/{NOBODY}{path}", headers=north).json()
        assert theirs == nobodys
    for path in ("/cancel", "/replay"):
        problem(client.post(f"/v1/runs/{hidden}{path}", headers=north), 404, "unknown_run")

    names = [
        source["name"] for source in client.get("/v1/sources", headers=north).json()["sources"]
    ]
    assert names == ["north-1"]
    for source in ("south", "nowhere"):
        refusals = [
            client.post("/v1/extractions", json={"source": source}, headers=north),
            client.get("/v1/runs", params={"source": source}, headers=north),
            client.get(f"/v1/sources/{source}", headers=north),
            client.post(f"/v1/sources/{source}/check", headers=north),
        ]
        for refusal in refusals:
            assert "south" not in problem(refusal, 403, "source")["detail"]
    told = problem(client.get("/v1/sources/northern", headers=north), 404, "unknown_source")
    assert "north-1" in told["detail"]
    assert "south" not in told["detail"]
    problem(client.get("/v1/dead-letters", headers=north), 403, "source")
    assert client.get("/v1/dead-letters").status_code == 200


def test_each_change_has_one_audit_line_without_the_token(service: Service) -> None:
    before = len(service.api.audit())
    run_id = service.run(scope={"kind": "database", "name": DATABASE})
    service.client.get(f"/v1/runs/{run_id}")
    service.client.post("/v1/extractions", json={"source": "nowhere"})
    service.client.post(f"/v1/runs/{run_id}/replay")
    lines = eventually(lambda: service.api.audit()[before:])
    assert [(line["action"], line["token"], line["run"]) for line in lines] == [
        ("enqueue", "all", run_id)
    ]
    assert lines[0]["address"] == "127.0.0.1"
    text = service.api.log.read_text()
    assert not [token for token in (ALL, READER, WRITER, NORTH) if token in text]
