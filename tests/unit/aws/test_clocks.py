"""Signatures whose time does not suit AWS's clock."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from glueline.settings.settings import Settings
from glueline.settings.sources import Source
from glueline_worker.aws import clocks
from glueline_worker.aws.clocks import Clocks, is_skewed, read_server_time
from glueline_worker.aws.errors import AwsCredentials, AwsError
from glueline_worker.aws.quota import LocalQuota
from glueline_worker.aws.sources import SourceConnections

EXPIRED = (
    "Signature expired: 20261129T200001Z is now earlier than 20261129T201000Z "
    "(20261129T201500Z - 5 min.)"
)
EARLY = "Signature not yet current: 20261129T210001Z is still later than 20261129T202000Z"
MISMATCH = "The request signature we calculated does not match the signature you provided."

ASSUMED = (
    "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIA</AccessKeyId>"
    "<SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>"
    "<Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult>"
    "</AssumeRoleResponse>"
)


@pytest.mark.parametrize(
    ("code", "message", "seconds", "expected"),
    [
        ("InvalidSignatureException", EXPIRED, 0, True),
        ("SignatureDoesNotMatch", EARLY, 0, True),
        ("RequestTimeTooSkewed", "", 0, True),
        ("RequestInTheFuture", "", 0, True),
        ("RequestExpired", "", 0, True),
        ("InvalidSignatureException", MISMATCH, 0, False),
        ("InvalidSignatureException", MISMATCH, 900, True),
        ("SignatureDoesNotMatch", MISMATCH, -900, True),
        ("403", "Forbidden", 900, True),
        ("403", "Forbidden", 10, False),
        ("AccessDenied", "no", 900, False),
    ],
)
def test_a_wrong_clock_is_told_from_a_wrong_key(
    code: str, message: str, seconds: float, *, expected: bool
) -> None:
    error = {"Code": code, "Message": message}
    assert is_skewed(error, 1000.0, 1000.0 + seconds) is expected


@pytest.mark.parametrize(
    ("headers", "error", "expected"),
    [
        ({"date": "Sun, 29 Nov 2026 20:15:00 GMT"}, {}, True),
        ({"date": "no date"}, {"ServerTime": "2026-11-29T20:15:00Z"}, True),
        ({}, {"Message": EXPIRED}, True),
        ({"date": "Sun, 29 Nov 2026 10:00:00 GMT", "age": "9"}, {"Message": EXPIRED}, True),
        ({}, {"Message": "no"}, False),
        ({}, {"ServerTime": "soon"}, False),
    ],
)
def test_the_server_tells_its_time_in_several_ways(
    headers: dict[str, str], error: dict[str, str], *, expected: bool
) -> None:
    answer = {"ResponseMetadata": {"HTTPHeaders": headers}, "Error": error}
    right = datetime(2026, 11, 29, 20, 15, tzinfo=UTC).timestamp()
    assert read_server_time(answer) == (right if expected else None)


def test_only_so_many_endpoints_are_remembered() -> None:
    known = Clocks()
    for number in range(clocks.MOST_CLOCK_ENDPOINTS + 10):
        known._learn(f"host{number}", 600.0)
    assert len(known._ahead) == clocks.MOST_CLOCK_ENDPOINTS
    assert (known.get_offset("host0"), known.get_offset(f"host{clocks.MOST_CLOCK_ENDPOINTS}")) == (
        0.0,
        600.0,
    )


class StrictAws:
    """Glue, S3 and STS whose clock is ahead, and which take no signature that is far from it."""

    def __init__(self, ahead: float, *, takes_keys: bool = True) -> None:
        self.ahead = timedelta(seconds=ahead)
        self.takes_keys = takes_keys
        self.taken = self.refused = 0

    async def answer(self, request: web.Request) -> web.Response:
        now = datetime.now(UTC) + self.ahead
        date = {"Date": format_datetime(now, usegmt=True)}
        signed = datetime.fromisoformat(request.headers["X-Amz-Date"])
        is_far = abs(now - signed) > timedelta(minutes=5)
        target = request.headers.get("X-Amz-Target", "")
        if is_far or not self.takes_keys:
            self.refused += 1
            message = EXPIRED if is_far else MISMATCH
            if target:
                body = {"__type": "InvalidSignatureException", "message": message}
                return web.json_response(body, status=400, headers=date)
            code = "RequestTimeTooSkewed" if is_far and request.method == "GET" else (
                "SignatureDoesNotMatch"
            )  # fmt: skip
            text = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
            if request.method == "POST":
                text = f"<ErrorResponse>{text}</ErrorResponse>"
            return web.Response(text=text, status=403, headers=date, content_type="text/xml")
        self.taken += 1
        if target:
            return web.json_response({"DatabaseList": []}, headers=date)
        if request.method == "GET":
            return web.Response(text="pass", headers={**date, "ETag": '"e"'})
        if "AssumeRole" in await request.text():
            return web.Response(text=ASSUMED, content_type="text/xml", headers=date)
        return web.Response(
            text="<GetCallerIdentityResponse><GetCallerIdentityResult>"
            "<Account>123456789012</Account></GetCallerIdentityResult>"
            "</GetCallerIdentityResponse>",
            content_type="text/xml",
            headers=date,
        )


async def connect(aws: StrictAws, monkeypatch: pytest.MonkeyPatch, **more: Any) -> tuple[Any, Any]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIATESTTESTTESTTEST")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", aws.answer)
    server = TestServer(app)
    await server.start_server()
    source = Source(region="eu-west-1", endpoint_url=str(server.make_url("")).rstrip("/"), **more)
    return server, SourceConnections(Settings(sources={"a": source}), LocalQuota(1000))


@pytest.mark.parametrize("ahead", [3600.0, -3600.0])
async def test_every_service_is_signed_anew_with_its_own_time(
    ahead: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    aws = StrictAws(ahead)
    server, sources = await connect(aws, monkeypatch)
    try:
        connection = await sources.connect("a")
        assert connection.account == "123456789012"
        for _ in range(3):
            await connection.call("glue", "GetDatabases")
            await connection.call("s3", "GetObject", Bucket="b", Key="k")
        # What one service told of the endpoint's clock holds for all of them.
        assert (aws.refused, aws.taken) == (1, 7)
    finally:
        await sources.close()
        await server.close()


async def test_a_role_is_assumed_with_the_right_time(monkeypatch: pytest.MonkeyPatch) -> None:
    aws = StrictAws(3600)
    role = {"arn": "arn:aws:iam::123456789012:role/reader"}
    server, sources = await connect(aws, monkeypatch, roles=[role])
    try:
        connection = await sources.connect("a")
        assert connection.account == "123456789012"
        assert aws.refused == 1  # the role signs with what its caller has learnt
    finally:
        await sources.close()
        await server.close()


async def test_a_wrong_key_stays_one(monkeypatch: pytest.MonkeyPatch) -> None:
    aws = StrictAws(0, takes_keys=False)
    server, sources = await connect(aws, monkeypatch)
    try:
        with pytest.raises(AwsError) as caught:
            await sources.connect("a")
        assert isinstance(caught.value, AwsCredentials)
        assert aws.refused == 1
    finally:
        await sources.close()
        await server.close()
