"""Requests that are filled into a learnt form: on the wire, and in their outcome, as botocore's."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from aiobotocore.awsrequest import AioAWSResponse
from aiohttp import web
from aiohttp.test_utils import TestServer

from glueline.settings.settings import Settings
from glueline.settings.sources import Source
from glueline_worker.aws import clocks, sources
from glueline_worker.aws.errors import AwsError, classify_error
from glueline_worker.aws.quota import LocalQuota
from glueline_worker.aws.sessions.http_session import FilledRequest, SharedTlsSession
from glueline_worker.aws.sessions.request_forms import learn_form
from glueline_worker.aws.sessions.shared_client import SourceClient
from glueline_worker.aws.sources import Connection, SourceConnections

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
GLUE_CALLS: list[tuple[str, dict[str, Any]]] = [
    ("GetDatabases", {"MaxResults": 100}),
    ("GetDatabases", {"MaxResults": 100, "CatalogId": "123456789012", "NextToken": "a/b+c=="}),
    ("GetDatabase", {"Name": "sales"}),
    ("GetTables", {"DatabaseName": "sales", "Expression": "a*|b", "AttributesToGet": ["NAME"]}),
    ("GetTable", {"DatabaseName": "sales", "Name": 'ü "quoted" \\ \ud800'}),
    (
        "GetPartitions",
        {
            "DatabaseName": "d",
            "TableName": "t",
            "ExcludeColumnSchema": False,
            "Segment": {"SegmentNumber": 0, "TotalSegments": 10},
        },
    ),
    ("GetJobs", {"MaxResults": 1000}),
    ("ListJobs", {}),
    ("GetJob", {"JobName": "nightly"}),
    ("GetConnection", {"Name": "erp", "HidePassword": True}),
    ("GetDataflowGraph", {"PythonScript": "## @type: DataSource\n" * 50}),
]
KEYS = ["jobs/a.py", "a b/ü+%/../x//y?#&;=.py", "/begins", "ends/", "~.-_*'()!@,:", "名"]
BUCKETS = ["scripts", "scripts.of.sales", "aws-glue-assets-123456789012-eu-west-1"]


class Wire:
    """Takes the requests of both ways and answers each with an empty object."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.sent: list[Any] = []
        self.exchanged: list[FilledRequest] = []

        async def send(_: Any, request: Any) -> AioAWSResponse:
            self.sent.append(request)
            answer = AioAWSResponse(request.url, 200, {}, None)
            answer._content = b"" if request.method == "HEAD" else b"{}"
            return answer

        async def exchange(_: Any, request: FilledRequest) -> dict[str, Any]:
            self.exchanged.append(request)
            body = b"" if request.method == "HEAD" else b"{}"
            return {"headers": {}, "status_code": 200, "body": body, "context": {}}

        monkeypatch.setattr(SharedTlsSession, "send", send)
        monkeypatch.setattr(SharedTlsSession, "exchange", exchange)


def read_headers(request: Any) -> dict[str, str]:
    found = {
        name.lower(): value.decode() if isinstance(value, bytes) else value
        for name, value in request.headers.items()
    }
    assert len(found.pop("amz-sdk-invocation-id")) == 36
    return {**found, "accept-encoding": "identity"}


@asynccontextmanager
async def connect(url: str | None = None) -> AsyncIterator[Connection]:
    source = Source(region="eu-west-1", endpoint_url=url)
    made = SourceConnections(Settings(sources={"a": source}), LocalQuota(1000))
    try:
        yield await made.connect("a")
    finally:
        await made.close()


@pytest.fixture
def _without_sts(monkeypatch: pytest.MonkeyPatch) -> None:
    async def find(_: Connection) -> str:
        return "123456789012"

    monkeypatch.setattr(sources, "_find_account", find)


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIATESTTESTTESTTEST")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret/+secret")


@pytest.mark.usefixtures("_without_sts")
@pytest.mark.parametrize("token", ["", "token/+=="])
@pytest.mark.parametrize(
    ("url", "variables"),
    [
        (None, {}),
        (None, {"AWS_USE_FIPS_ENDPOINT": "true", "AWS_USE_DUALSTACK_ENDPOINT": "true"}),
        (None, {"AWS_ENDPOINT_URL_GLUE": "https://vpce-1.glue.eu-west-1.vpce.amazonaws.com"}),
        ("http://127.0.0.1:4566", {}),
        ("https://emulator.example:443/aws", {}),
    ],
)
async def test_a_filled_request_is_the_one_that_botocore_sends(
    url: str | None, variables: dict[str, str], token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {**variables, "AWS_SESSION_TOKEN": token}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda: NOW)
    monkeypatch.setattr(clocks, "time", SimpleNamespace(time=NOW.timestamp))
    wire = Wire(monkeypatch)
    objects = [
        (operation, {"Bucket": bucket, "Key": key})
        for operation in ("GetObject", "HeadObject")
        for bucket in BUCKETS
        for key in KEYS
    ]
    async with connect(url) as connection:
        for service, calls in (("glue", GLUE_CALLS), ("s3", objects)):
            client = connection.clients[service]
            for operation, params in calls:  # the first of each form teaches it
                await client.call(operation, params)
            wire.sent.clear()
            wire.exchanged.clear()
            for operation, params in calls:
                await client.call(operation, params)
            filled = list(wire.exchanged)
            for operation, params in calls:
                client._client._forms.clear()
                await client.call(operation, params)
            assert len(filled) == len(wire.sent) == len(calls)
            for ours, theirs in zip(filled, wire.sent, strict=True):
                assert ours[:2] == (theirs.method, theirs.url)
                assert ours.body == theirs.body
                assert ours.stream_output == theirs.stream_output
                assert read_headers(ours) == read_headers(theirs)


@pytest.mark.usefixtures("_without_sts")
@pytest.mark.parametrize(
    ("service", "operation", "params"),
    [
        ("glue", "GetJob", {"JobName": ""}),
        ("glue", "GetJob", {"JobName": 1.5}),
        ("s3", "GetObject", {"Bucket": "scripts", "Key": "a", "Range": "bytes=0-0"}),
        ("s3", "GetObject", {"Bucket": "no/bucket", "Key": "a"}),
        ("s3", "ListObjectsV2", {"Bucket": "scripts"}),
        ("sts", "GetCallerIdentity", {}),
    ],
)
async def test_what_is_out_of_the_ordinary_stays_with_botocore(
    service: str, operation: str, params: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    wire = Wire(monkeypatch)
    async with connect() as connection:
        for _ in range(2):
            await connection.clients["glue"].call("GetJob", {"JobName": "a"})
            await connection.clients["s3"].call("GetObject", {"Bucket": "scripts", "Key": "a"})
        wire.exchanged.clear()
        try:
            await connection.clients[service].call(operation, params)
        except Exception as error:  # noqa: BLE001 - whatever botocore says
            classify_error(error, operation)
        assert not wire.exchanged


def test_a_request_in_another_form_teaches_nothing() -> None:
    keys = SimpleNamespace(access_key="A", secret_key="s", token=None)
    signed = (
        "AWS4-HMAC-SHA256 Credential=A/20261130/eu-west-1/glue/aws4_request, "
        f"SignedHeaders=host;x-amz-date, Signature={'0' * 64}"
    )
    request = SimpleNamespace(
        method="POST", url="https://x/", headers={}, body=b"", stream_output=False
    )
    for headers in (
        {},
        {"Authorization": "AWS A:signature"},
        {"Authorization": signed, "X-Amz-Date": "20261130T120000Z"},
        {"Authorization": signed, "X-Amz-Date": "20261130T120000Z", "X-Amzn-Trace-Id": "t"},
    ):
        request.headers = headers
        assert learn_form(request, keys) is None


Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


def json(status: int, body: Any, **headers: str) -> Answer:
    async def answer(_: web.Request) -> web.StreamResponse:
        return web.json_response(body, status=status, headers=headers)

    return answer


def text(status: int, body: str, **headers: str) -> Answer:
    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(text=body, status=status, headers=headers)

    return answer


async def cut(request: web.Request) -> web.StreamResponse:
    answer = web.StreamResponse(headers={"Content-Length": "1000"})
    await answer.prepare(request)
    await answer.write(b'{"Job": {"Name"')
    assert request.transport is not None
    request.transport.close()
    return answer


async def close(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.close()
    return web.Response()


def refuse(code: str) -> Answer:
    return json(400, {"__type": f"x#{code}", "message": "why"}, **{"x-amzn-requestid": "r"})


def xml(status: int, code: str, **headers: str) -> Answer:
    return text(status, f"<Error><Code>{code}</Code><Region>eu-west-2</Region></Error>", **headers)


class Server:
    """Gives one answer; a bucket that has moved is found in its Region."""

    def __init__(self) -> None:
        self.answer: Answer = json(200, {"Job": {"Name": "a"}})

    async def respond(self, request: web.Request) -> web.StreamResponse:
        if "/sts/" in request.headers["Authorization"]:
            return web.Response(status=501)
        if "/eu-west-2/s3/" in request.headers["Authorization"]:
            return web.Response(text="moved", headers={"ETag": '"moved"'})
        return await self.answer(request)


@asynccontextmanager
async def connect_to(server: Server) -> AsyncIterator[Connection]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", server.respond)
    async with TestServer(app) as running, connect(str(running.make_url("")).rstrip("/")) as found:
        yield found


async def try_call(
    client: SourceClient, operation: str, params: dict[str, Any]
) -> tuple[object, ...]:
    """Make a call; return the answer or the error as the rest of Glueline sees it."""
    try:
        answer = await client.call(operation, params)
        if "Body" in answer:
            async with answer.pop("Body") as body:
                answer["Body"] = await body.content.read()
    except Exception as error:  # noqa: BLE001 - compared
        known = classify_error(error, operation)
        assert isinstance(known, AwsError)
        return type(known), str(known), known.code, known.retry_after
    for volatile in ("date", "server", "x-amzn-requestid"):
        answer["ResponseMetadata"]["HTTPHeaders"].pop(volatile, None)
    answer["ResponseMetadata"].pop("RetryAttempts", None)
    return tuple(answer.items())


async def test_both_ways_have_the_same_outcome() -> None:
    server = Server()
    job, script = {"JobName": "a"}, {"Bucket": "scripts", "Key": "a.py"}
    glue_answers = (
        json(200, {"Job": {"Name": "a"}, "New": 1.5}, **{"x-amzn-requestid": "r"}),
        json(200, []),
        text(200, "<html>"),
        refuse("ThrottlingException"),
        refuse("EntityNotFoundException"),
        refuse("InvalidSignatureException"),
        refuse("ExpiredTokenException"),
        json(503, {}, **{"Retry-After": "7"}),
        text(500, "<html>", **{"Content-Type": "text/html"}),
        text(502, ""),
        cut,
        close,
    )
    object_answers = (
        text(200, "pass", ETag='"e"'),
        xml(404, "NoSuchKey"),
        xml(403, "AccessDenied"),
        xml(503, "SlowDown", **{"Retry-After": "3"}),
        xml(400, "ExpiredToken"),
        xml(301, "PermanentRedirect", **{"x-amz-bucket-region": "eu-west-2"}),
        xml(400, "AuthorizationHeaderMalformed", **{"x-amz-bucket-region": "eu-west-2"}),
        text(500, ""),
        close,
    )
    cases = [("glue", "GetJob", job, one) for one in glue_answers] + [
        ("s3", operation, script, one)
        for operation in ("GetObject", "HeadObject")
        for one in object_answers
    ]
    async with connect_to(server) as connection:
        outcomes = set()
        for service, operation, params, answer in cases:
            client = connection.clients[service]
            server.answer = text(200, '{"Job": {"Name": "a"}}', ETag='"e"')
            await try_call(client, operation, params)
            forms = client._client._forms
            assert forms
            server.answer = answer
            learnt = await try_call(client, operation, params)
            forms.clear()
            usual = await try_call(client, operation, params)
            assert learnt == usual
            outcomes.add(str(usual[0]))
        assert len(outcomes) > 8


async def test_calls_that_meet_a_moved_bucket_together_all_follow() -> None:
    server = Server()
    params = {"Bucket": "scripts", "Key": "a.py"}
    async with connect_to(server) as connection:
        client = connection.clients["s3"]
        server.answer = text(200, "here")
        await try_call(client, "GetObject", params)
        server.answer = xml(301, "PermanentRedirect", **{"x-amz-bucket-region": "eu-west-2"})
        found = await asyncio.gather(*(try_call(client, "GetObject", params) for _ in range(8)))
    assert all(("Body", b"moved") in answer for answer in found)
