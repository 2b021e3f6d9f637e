"""The sinks that send events, to a real service."""

import json
from pathlib import Path

import pytest
from tests.support.receiver import Answer, RecordingReceiver
from tests.unit.openlineage.edges import lineage_edge
from tests.unit.sinks.samples import job, run, store

from glueline_worker.sinks.base import Sink
from glueline_worker.sinks.errors import SinkRefused, SinkUnavailable
from glueline_worker.sinks.push import receiver as push_receiver
from glueline_worker.sinks.registry import parse_sink

RECORDS = (job("load"), lineage_edge("a", "x"), lineage_edge("b", "y"))


async def send(url: str, *records: object) -> Sink:
    sink = parse_sink(url)
    await sink.open()
    try:
        await store(sink, run(), "job/load", *(records or RECORDS))
    finally:
        await sink.close()
    return sink


async def test_each_event_is_posted_with_the_token(
    receiver: RecordingReceiver, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("LINEAGE_TOKEN", "letmein")
    await send(f"openlineage+{receiver.url}?token=env:LINEAGE_TOKEN")
    assert [event["job"]["name"] for event in receiver.documents] == [
        "job/load.s3://lake/x",
        "job/load.s3://lake/y",
    ]
    assert receiver.paths == ["/api/v1/lineage"] * 2
    assert {headers["Authorization"] for headers in receiver.headers} == {"Bearer letmein"}


async def test_a_repeated_unit_posts_the_same_run_ids(receiver: RecordingReceiver):
    for _ in range(2):
        await send(f"openlineage+{receiver.url}/lineage")
    first, second = receiver.documents[:2], receiver.documents[2:]
    assert first == second
    assert receiver.paths[0] == "/lineage"


async def test_a_batch_holds_several_events(receiver: RecordingReceiver):
    edges = [lineage_edge(name, name.upper()) for name in "abcde"]
    await send(f"openlineage+{receiver.url}?batch=2", job("load"), *edges)
    assert [len(each["events"]) for each in receiver.documents] == [2, 2, 1]
    assert set(receiver.paths) == {"/api/v1/lineage/batch"}


async def test_events_are_compressed_on_request_also_when_they_are_posted_again(
    receiver: RecordingReceiver,
):
    await send(f"openlineage+{receiver.url}")
    plain = receiver.documents
    receiver.answers = [Answer(503)]
    await send(f"openlineage+{receiver.url}?compression=gzip")
    assert receiver.documents == plain * 2
    encodings = [headers.get("Content-Encoding") for headers in receiver.headers]
    assert encodings == [None, None, "gzip", "gzip", "gzip"]


async def test_a_service_that_fails_for_a_moment_gets_everything(receiver: RecordingReceiver):
    receiver.answers = [Answer(503), Answer(429, headers={"Retry-After": "0"}), Answer(500)]
    await send(f"openlineage+{receiver.url}")
    assert len(receiver.documents) == 2


async def test_a_service_that_goes_on_failing_leaves_the_unit_to_be_tried_again(
    receiver: RecordingReceiver, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(push_receiver, "_PATIENCE", 0.0)
    receiver.answers = [Answer(500, b"out of order")] * 2
    with pytest.raises(SinkUnavailable, match="answered 500 to the events of job/load: out of ord"):
        await send(f"openlineage+{receiver.url}")
    assert receiver.asked == 1


@pytest.mark.parametrize("status", [301, 307, 400, 401, 403, 404, 413, 422])
async def test_an_answer_that_will_not_change_is_told(receiver: RecordingReceiver, status: int):
    receiver.answers = [Answer(status, b"no such\nthing", {"Location": "/elsewhere"})]
    with pytest.raises(SinkRefused, match=f"answered {status} to the events of job/load: no such"):
        await send(f"openlineage+{receiver.url}")
    assert receiver.asked == 1


async def test_no_error_shows_the_token(
    receiver: RecordingReceiver, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("LINEAGE_TOKEN", "letmein")
    receiver.answers = [Answer(401, b"bad token letmein")]
    with pytest.raises(SinkRefused) as refused:
        await send(f"openlineage+{receiver.url}?token=env:LINEAGE_TOKEN")
    assert "letmein" not in str(refused.value)
    assert "LINEAGE_TOKEN" not in parse_sink("openlineage+http://h?token=env:LINEAGE_TOKEN").name


@pytest.mark.parametrize(
    ("failed", "kind"),
    [
        ({"index": 1, "reason": "unknown table", "retriable": False}, SinkRefused),
        ({"index": 1, "reason": "busy", "retriable": True}, SinkUnavailable),
    ],
)
async def test_a_batch_that_is_taken_in_part_is_an_error(
    receiver: RecordingReceiver, failed: dict[str, object], kind: type[Exception]
):
    body = json.dumps({"status": "partial_success", "failedEvents": [failed]}).encode()
    receiver.answers = [Answer(200, body)]
    with pytest.raises(kind, match=str(failed["reason"])):
        await send(f"openlineage+{receiver.url}?batch=10")


async def test_a_batch_with_an_event_that_is_refused_for_good_is_not_sent_again(
    receiver: RecordingReceiver,
):
    failed = [{"reason": "busy", "retriable": True}, {"reason": "unknown", "retriable": False}]
    receiver.answers = [Answer(200, json.dumps({"failedEvents": failed}).encode())]
    with pytest.raises(SinkRefused, match="2 of the events of job/load were not taken: unknown"):
        await send(f"openlineage+{receiver.url}?batch=10")


async def test_a_service_that_is_not_there_is_told_before_the_run(receiver: RecordingReceiver):
    sink = parse_sink("openlineage+http://127.0.0.1:9")
    with pytest.raises(SinkUnavailable, match=r"cannot be reached at 127\.0\.0\.1:9"):
        await sink.open()


@pytest.mark.parametrize("content", [None, "", "two\nlines", "\u00e4"])
async def test_a_token_that_cannot_be_read_is_told_before_the_run(
    receiver: RecordingReceiver, tmp_path: Path, content: str | None
):
    file = tmp_path / "token"
    if content is not None:
        file.write_text(content)
    with pytest.raises(SinkRefused, match="token"):
        await send(f"openlineage+{receiver.url}?token=file:{file}")
    assert receiver.asked == 0


async def test_a_variable_that_is_missing_is_told_before_the_run(receiver: RecordingReceiver):
    with pytest.raises(SinkRefused, match="the worker has no variable NO_SUCH_TOKEN"):
        await parse_sink(f"openlineage+{receiver.url}?token=env:NO_SUCH_TOKEN").open()


async def test_the_client_of_openlineage_sends_by_its_own_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    log = tmp_path / "events.jsonl"
    config = tmp_path / "openlineage.yml"
    config.write_text(f"transport:\n  type: file\n  log_file_path: {log}\n  append: true\n")
    monkeypatch.setenv("OPENLINEAGE_CONFIG", str(config))
    await send("openlineage+config:")
    names = [json.loads(line)["job"]["name"] for line in log.read_text().splitlines()]
    assert names == ["job/load.s3://lake/x", "job/load.s3://lake/y"]


async def test_a_client_without_a_transport_is_told_before_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(SinkRefused, match="has no transport; set OPENLINEAGE_CONFIG"):
        await parse_sink("openlineage+config:").open()


async def test_a_transport_that_fails_leaves_the_unit_to_be_tried_again(
    receiver: RecordingReceiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    config = tmp_path / "openlineage.yml"
    config.write_text(f"transport:\n  type: http\n  url: {receiver.url}\n  retry:\n    total: 0\n")
    monkeypatch.setenv("OPENLINEAGE_CONFIG", str(config))
    receiver.answers = [Answer(500)] * 20
    with pytest.raises(SinkUnavailable, match="the events of job/load were not sent"):
        await send("openlineage+config:")


def use_transport(monkeypatch: pytest.MonkeyPatch, folder: Path, transport: str) -> None:
    config = folder / "openlineage.yml"
    config.write_text(f"transport: {transport}")
    monkeypatch.setenv("OPENLINEAGE_CONFIG", str(config))


QUEUEING = "{{type: async_http, url: '{url}', timeout: 5, retry: {{total: 0}}}}"
"""A transport that takes an event before it is sent, and only logs that it was not."""


@pytest.mark.parametrize("form", [QUEUEING, f"{{{{type: composite, transports: [{QUEUEING}]}}}}"])
async def test_a_transport_that_fails_after_it_took_an_event_is_told_too(
    receiver: RecordingReceiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str
):
    use_transport(monkeypatch, tmp_path, form.format(url=receiver.url))
    receiver.answers = [Answer(400)]
    with pytest.raises(SinkUnavailable, match="job/load were not sent: the transport lost 1 of"):
        await send("openlineage+config:")


async def test_a_unit_is_complete_when_a_transport_has_sent_what_it_took(
    receiver: RecordingReceiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    use_transport(monkeypatch, tmp_path, QUEUEING.format(url=receiver.url))
    sink = parse_sink("openlineage+config:")
    await sink.open()
    try:
        writer = await sink.begin(run(), "job/load")
        await writer.write(RECORDS)
        await writer.complete()
        assert len(receiver.documents) == 2
    finally:
        await sink.close()
