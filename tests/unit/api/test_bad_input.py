"""Whatever comes in, the answer is a problem document and nothing has changed."""

import gzip
import json
import socket
from typing import Any

import httpx
import pytest
from tests.unit.api.conftest import ALL, Api, Service, problem

NOBODY = "0" * 32
JSON = {"Content-Type": "application/json"}
REQUESTS: dict[str, Any] = {
    "a list": [],
    "null": None,
    "a number": 1,
    "an unknown field": {"sourse": "default"},
    "an unknown field inside": {"filters": {"databases": {"alow": ["a"]}}},
    "a scope without its kind": {"scope": {"name": "sales"}},
    "a scope that does not exist": {"scope": {"kind": "planet"}},
    "an empty name": {"scope": {"kind": "database", "name": ""}},
    "a name that is a number": {"scope": {"kind": "database", "name": 7}},
    "a name of megabytes": {"scope": {"kind": "job", "name": "x" * 20_000}},
    "a source with spaces": {"source": "no spaces"},
    "a source that climbs": {"source": "../etc"},
    "a boolean in words": {"options": {"lineage": "yes"}},
    "a share as text": {"options": {"max_deletion_share": "0.5"}},
    "a share that is too large": {"options": {"max_deletion_share": 1.5}},
    "a glob without its bracket": {"filters": {"tables": {"allow": ["[a"]}}},
    "a glob that is null": {"filters": {"tables": {"allow": [None]}}},
    "globs that are no list": {"filters": {"tables": {"allow": "*"}}},
    "a key in the body": {"idempotency_key": "x"},
    "nothing included": {"scope": {"kind": "catalog", "include": []}},
    "an option that does not exist": {"options": {"partitions": "some"}},
    "a secret in the wrong place": {"source": "AKIATESTTESTTESTTEST/secret"},
}
BODIES: dict[str, tuple[bytes, dict[str, str], int, str]] = {
    "nothing": (b"", JSON, 400, "malformed_json"),
    "no JSON": (b"{", JSON, 400, "malformed_json"),
    "two documents": (b"{}{}", JSON, 400, "malformed_json"),
    "Latin-1": ('{"source": "é"}'.encode("latin-1"), JSON, 400, "malformed_json"),
    "UTF-16": ("{}".encode("utf-16"), JSON, 400, "malformed_json"),
    "half a surrogate pair": (rb'{"source": "\ud800"}', JSON, 400, "malformed_json"),
    "a hundred thousand brackets": (b"[" * 100_000, JSON, 400, "malformed_json"),
    "a number without end": (
        b'{"options": {"max_deletion_share": 1' + b"0" * 5000 + b"}}", JSON, 400, "malformed_json",
    ),
    "NaN": (b'{"options": {"max_deletion_share": NaN}}', JSON, 422, "invalid"),
    "no media type": (b"{}", {}, 415, "media_type"),
    "a form": (b"source=default", {"Content-Type": "application/x-www-form-urlencoded"}, 415, "media_type"),
    "another charset": (b"{}", {"Content-Type": "application/json; charset=utf-16"}, 415, "media_type"),
    "a key twice": (b'{"source": "a", "source": "b"}', JSON, 422, "invalid"),
    "a key twice, once escaped": (b'{"source": "a", "s\\u006furce": "b"}', JSON, 422, "invalid"),
    "a key twice far inside": (
        b'{"filters": {"tables": {"allow": ["a"], "allow": ["b"]}}}', JSON, 422, "invalid",
    ),
    "compressed": (gzip.compress(b"{}"), {**JSON, "Content-Encoding": "gzip"}, 415, "content_encoding"),
    "encoded somehow": (b"{}", {**JSON, "Content-Encoding": "identity, x"}, 415, "content_encoding"),
    "too much": (b'{"source": "' + b"x" * 1_000_000 + b'"}', JSON, 413, "too_large"),
}  # fmt: skip
QUERIES = [
    "/v1/runs?limit=0",
    "/v1/runs?limit=1001",
    "/v1/runs?limit=ten",
    "/v1/runs?limit=1e2",
    "/v1/runs?limit=",
    "/v1/runs?limit=1&limit=2",
    "/v1/runs?state=ended",
    "/v1/runs?cursor=1",
    "/v1/runs?cursor=99999999999999999999.00000000000000000000",
    "/v1/runs?source=a%20b",
    "/v1/runs?stat=running",
    "/v1/runs?%00=%ff",
    "/v1/runs/short",
    "/v1/runs/%2e%2e",
    "/v1/runs/" + "A" * 32,
    "/v1/runs/" + "0" * 5000,
    "/v1/runs/%ff%fe",
    f"/v1/runs/{NOBODY}/failures?offset=-1",
    "/v1/sources/a%20b",
    "/v1/sources?verbose=1",
    "/v1/dead-letters?limit=0",
]


@pytest.fixture
def nothing_changes(service: Service) -> Any:
    """The same runs, letters and checks after the test as before it."""

    def now() -> tuple[Any, ...]:
        producer = service.system.producer
        runs = [run.run_id for run in producer.runs(1000)]
        return runs, producer.dead_letters(), len(service.api.audit())

    before = now()
    yield
    assert now() == before


@pytest.mark.parametrize("name", REQUESTS)
def test_a_wrong_request_says_where_and_repeats_nothing(
    service: Service, nothing_changes: None, name: str
) -> None:
    content = json.dumps(REQUESTS[name]).encode()
    answer = service.client.post("/v1/extractions", content=content, headers=JSON)
    found = problem(answer, 422, "invalid")
    assert found["errors"]
    assert found["errors"][0]["where"].startswith("body")
    assert len(answer.content) < 3000
    assert "AKIATEST" not in answer.text


@pytest.mark.parametrize("name", BODIES)
def test_a_wrong_body_is_a_problem(service: Service, nothing_changes: None, name: str) -> None:
    content, headers, status, code = BODIES[name]
    problem(service.client.post("/v1/extractions", content=content, headers=headers), status, code)


def test_a_body_that_is_said_to_be_unchanged_is_read(service: Service) -> None:
    headers = {**JSON, "Content-Encoding": "identity"}
    answer = service.client.post(
        "/v1/extractions", content=b'{"source": "nowhere"}', headers=headers
    )
    problem(answer, 404, "unknown_source")


@pytest.mark.parametrize("path", QUERIES)
def test_a_wrong_path_or_query_is_a_problem(service: Service, path: str) -> None:
    answer = service.client.get(path)
    found = answer.json()
    assert answer.status_code in (404, 422), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert found["detail"]


@pytest.mark.parametrize("units", [[], [""], [1], "database/a", {"a": 1}, None])
def test_wrong_units_to_replay(service: Service, nothing_changes: None, units: object) -> None:
    answer = service.client.post(f"/v1/runs/{NOBODY}/replay", json={"units": units})
    assert answer.status_code in (404, 422)
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("key", ["", "a" * 201, "é".encode("latin-1"), "a\tb"])
def test_a_wrong_idempotency_key(service: Service, nothing_changes: None, key: Any) -> None:
    answer = service.client.post("/v1/extractions", json={}, headers={"Idempotency-Key": key})
    problem(answer, 422, "invalid")


def test_a_body_where_none_belongs(service: Service, nothing_changes: None) -> None:
    for path in (f"/v1/runs/{NOBODY}/cancel", "/v1/sources/default/check"):
        problem(service.client.post(path, json={"force": True}), 422, "invalid")
        problem(service.client.post(path, content=iter([b"x"])), 422, "invalid")


def test_a_body_that_grows_while_it_is_read(service: Service, nothing_changes: None) -> None:
    chunks = (b" " * 100_000 for _ in range(100))
    problem(service.client.post("/v1/extractions", content=chunks, headers=JSON), 413, "too_large")


def test_a_body_that_never_ends_comes_to_nothing(service: Service, nothing_changes: None) -> None:
    head = (
        f"POST /v1/extractions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {ALL}\r\n"
        "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
    )
    with socket.create_connection(("127.0.0.1", service.api.port)) as connection:
        connection.sendall(head.encode())
    assert service.client.get("/healthz").status_code == 200


@pytest.mark.parametrize(
    "raw",
    [
        b"\x00\x01\x02\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /v1/runs HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"GET /v1/runs HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 200_000 + b"\r\n\r\n",
    ],
)
def test_what_is_no_http_ends_its_connection_only(service: Service, raw: bytes) -> None:
    with socket.create_connection(("127.0.0.1", service.api.port), timeout=10) as connection:
        try:
            connection.sendall(raw)
            said = connection.recv(1000)
        except ConnectionError:
            said = b""
    assert not said or b" 400 " in said or b" 505 " in said or b" 401 " in said
    assert service.client.get("/healthz").status_code == 200


def test_other_methods_and_paths(client: httpx.Client) -> None:
    answer = client.delete("/v1/runs")
    problem(answer, 405, "method_not_allowed")
    assert answer.headers["allow"] == "GET"
    problem(client.get("/v2/runs"), 404, "not_found")
    problem(client.get("/v1/runs/"), 404, "not_found")
    problem(client.get("/static/../app.py"), 404, "not_found")


def test_an_unknown_source_is_named_beside_the_known_ones(
    service: Service, nothing_changes: None
) -> None:
    found = problem(
        service.client.post("/v1/extractions", json={"source": "nowhere"}), 404, "unknown_source"
    )
    assert "default, north-1, south" in found["detail"]
    problem(service.client.post("/v1/sources/nowhere/check"), 404, "unknown_source")


def test_without_redis_the_answer_is_503_and_says_when_to_ask_again(one_api: Any) -> None:
    api: Api = one_api(redis_url="redis://:hunter2@127.0.0.1:9/0")
    for answer in (
        api.client.get("/v1/runs"),
        api.client.get("/readyz"),
        api.client.post("/v1/extractions", json={}),
        api.client.get("/v1/sources"),
        api.client.post("/v1/sources/default/check"),
    ):
        problem(answer, 503, "ledger_unavailable")
        assert answer.headers["retry-after"] == "2"
        assert "127.0.0.1" not in answer.text
    assert api.client.get("/healthz").status_code == 200
    assert "hunter2" not in api.log.read_text()


def test_nothing_of_it_was_a_surprise(service: Service) -> None:
    lines = service.api.lines()
    assert not [line for line in lines if line["level"] in ("error", "critical")], json.dumps(lines)
