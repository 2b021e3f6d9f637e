"""The progress of a run as a stream that can break and go on."""

import json
import signal
import threading
from collections.abc import Iterator
from typing import Any

import httpx
from tests.support.system import eventually
from tests.unit.api.conftest import DATABASE, Api, Service, bearer, problem

ONE = {"scope": {"kind": "database", "name": DATABASE}}


def events(answer: httpx.Response) -> Iterator[dict[str, Any]]:
    """The events of a stream, each with its id, kind and data."""
    event: dict[str, Any] = {}
    for line in answer.iter_lines():
        name, _, value = line.partition(": ")
        if not line and "data" in event:
            yield event
        if not line:
            event = {}
        elif name:
            event[name] = json.loads(value) if name == "data" else value


def test_a_stream_tells_of_progress_and_ends_with_the_run(service: Service) -> None:
    service.simulator.configure(latency=0.2)
    try:
        run_id = service.client.post("/v1/extractions", json={}).json()["run_id"]
        with service.client.stream("GET", f"/v1/runs/{run_id}/events") as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            heard = list(events(answer))
    finally:
        service.simulator.configure(latency=0)
    assert [event["event"] for event in heard][-1] == "end"
    assert {event["event"] for event in heard[:-1]} == {"progress"}
    assert len({event["id"] for event in heard}) == len(heard) > 2
    assert heard[0]["data"]["state"] == "running"
    assert heard[-1]["data"]["state"] == "succeeded"
    assert heard[-1]["data"] == service.client.get(f"/v1/runs/{run_id}").json()


def test_who_comes_back_hears_nothing_twice(service: Service) -> None:
    service.simulator.configure(latency=0.3)
    try:
        run_id = service.client.post("/v1/extractions", json={}).json()["run_id"]
        path = f"/v1/runs/{run_id}/events"
        with service.client.stream("GET", path) as answer:
            first = next(events(answer))  # and the connection is cut
        with service.client.stream("GET", path, headers={"Last-Event-ID": first["id"]}) as answer:
            rest = list(events(answer))
    finally:
        service.simulator.configure(latency=0)
    assert first["id"] not in {event["id"] for event in rest}
    assert rest[-1]["event"] == "end"
    known = {"Last-Event-ID": rest[-1]["id"]}
    assert service.client.get(path, headers=known).status_code == 204
    stranger = service.client.get(path, headers={"Last-Event-ID": "something"})
    assert [event["event"] for event in events(stranger)] == ["end"]


def test_streams_have_a_limit_and_give_their_place_back(one_api: Any) -> None:
    api: Api = one_api(streams=1)
    run_id = api.client.post("/v1/extractions", json=ONE).json()["run_id"]
    path = f"/v1/runs/{run_id}/events"
    with api.client.stream("GET", path) as answer:
        stream = events(answer)  # the connection goes with it
        next(stream)
        refused = api.client.get(path)
        problem(refused, 429, "too_many_streams")
        assert refused.headers["retry-after"]
        assert "glueline_api_streams 1.0" in api.client.get("/metrics").text
    eventually(lambda: "glueline_api_streams 0.0" in api.client.get("/metrics").text)


def test_a_token_has_its_share_of_streams(one_api: Any) -> None:
    api: Api = one_api(streams_per_token=1, trusted_proxies="127.0.0.1")
    run_id = api.client.post("/v1/extractions", json=ONE).json()["run_id"]
    path, readers = f"/v1/runs/{run_id}/events", bearer("token-to-read")
    places = [{"X-Forwarded-For": f"203.0.113.{number}"} for number in range(3)]
    with api.client.stream("GET", path, headers=places[0]) as answer:
        stream = events(answer)  # the connection goes with it
        next(stream)
        refused = api.client.get(path, headers=places[1])
        assert "api.streams_per_token" in problem(refused, 429, "too_many_streams")["detail"]
        problem(api.client.get(path, headers=places[0] | readers), 429, "too_many_streams")
        with api.client.stream("GET", path, headers=places[2] | readers) as other:
            assert next(events(other))["event"] == "progress"


def test_a_stream_ends_with_its_login(one_api: Any) -> None:
    api: Api = one_api()
    run_id = api.client.post("/v1/extractions", json=ONE).json()["run_id"]
    with httpx.Client(base_url=api.url, headers={"Origin": api.url}, timeout=60) as browser:
        browser.post("/login", data={"token": "token-of-all"})
        with browser.stream("GET", f"/v1/runs/{run_id}/events") as answer:
            stream = events(answer)
            assert next(stream)["event"] == "progress"
            session = {"Cookie": f"glueline_session={browser.cookies['glueline_session']}"}
            assert httpx.post(
                f"{api.url}/logout", headers={"Origin": api.url, **session}
            ).is_redirect
            assert not list(stream)


def test_a_server_that_is_told_to_stop_ends_its_streams_and_then_itself(one_api: Any) -> None:
    api: Api = one_api(grace=15)
    run_id = api.client.post("/v1/extractions", json=ONE).json()["run_id"]
    heard: list[dict[str, Any]] = []
    is_open = threading.Event()

    def listen() -> None:
        with httpx.stream(
            "GET", f"{api.url}/v1/runs/{run_id}/events", headers=bearer("token-of-all"), timeout=30
        ) as answer:
            for event in events(answer):
                heard.append(event)
                is_open.set()

    listener = threading.Thread(target=listen)
    listener.start()
    assert is_open.wait(60)
    assert api.stop(signal.SIGTERM) == 0
    listener.join(timeout=60)
    assert not listener.is_alive()
    assert [event["event"] for event in heard] == ["progress"]
    assert api.lines()[-1]["event"] == "api.stopped"
    assert "timeout graceful shutdown" not in api.log.read_text()
