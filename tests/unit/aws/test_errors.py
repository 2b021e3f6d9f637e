"""What an error of AWS means, and what is said of it."""

import asyncio
from typing import Any

import aiohttp
import pytest
from botocore import exceptions as boto
from hypothesis import given
from hypothesis import strategies as st

from glueline.contract.errors import Retryable, Terminal, UsageError
from glueline_worker.aws.errors import (
    AwsCredentials,
    AwsDenied,
    AwsError,
    AwsExpired,
    AwsMisconfigured,
    AwsNotFound,
    AwsRefused,
    AwsSkewed,
    AwsThrottled,
    AwsTransient,
    classify_error,
)

CODES: dict[type[AwsError], str] = {
    AwsThrottled: """Throttling ThrottlingException ThrottledException RequestThrottled
        RequestLimitExceeded TooManyRequestsException SlowDown EC2ThrottledException 429""",
    AwsTransient: """InternalServiceException InternalFailure InternalError ServiceUnavailable
        OperationTimeoutException FederationSourceRetryableException RequestTimeout
        ConcurrentModificationException ResourceNotReadyException 500 502 503 504""",
    AwsExpired: "ExpiredToken ExpiredTokenException",
    AwsSkewed: "RequestTimeTooSkewed RequestInTheFuture RequestExpired",
    AwsCredentials: """UnrecognizedClientException InvalidClientTokenId InvalidAccessKeyId
        SignatureDoesNotMatch InvalidSignatureException IncompleteSignature""",
    AwsDenied: "AccessDenied AccessDeniedException GlueEncryptionException KMS.DisabledException 403",
    AwsNotFound: "EntityNotFoundException NoSuchKey NoSuchBucket 404",
    AwsRefused: """InvalidInputException FederationSourceException ValidationException Unknown
        PermanentRedirect InvalidObjectState 400""",
}
SECRET = "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEYx1"


def refusal(code: Any, message: Any = "no", status: int = 400, **headers: str) -> boto.ClientError:
    answer = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {
            "HTTPStatusCode": status,
            "HTTPHeaders": {name.replace("_", "-"): value for name, value in headers.items()},
        },
    }
    return boto.ClientError(answer, "GetTables")


@pytest.mark.parametrize(
    ("code", "kind"), [(code, kind) for kind, codes in CODES.items() for code in codes.split()]
)
def test_the_code_decides(code: str, kind: type[AwsError]):
    understood = classify_error(refusal(code), "GetTables")
    assert type(understood) is kind
    assert understood.code == code
    assert str(understood) == f"GetTables: {code}: no"


@pytest.mark.parametrize("kind", [AwsThrottled, AwsTransient, AwsExpired, AwsSkewed])
def test_what_passes_is_tried_again(kind: type[AwsError]):
    assert issubclass(kind, Retryable)
    assert not issubclass(kind, Terminal)


@pytest.mark.parametrize("kind", [AwsCredentials, AwsDenied, AwsNotFound, AwsRefused])
def test_what_stays_is_not_tried_again(kind: type[AwsError]):
    assert issubclass(kind, Terminal)
    assert not issubclass(kind, Retryable)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, AwsRefused),
        (403, AwsDenied),
        (404, AwsNotFound),
        (429, AwsThrottled),
        (500, AwsTransient),
        (599, AwsTransient),
    ],
)
def test_the_status_decides_about_a_code_that_nobody_knows(status: int, kind: type[AwsError]):
    assert type(classify_error(refusal("BrandNewException", status=status), "GetTables")) is kind


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("3", 3), ("0.5", 0.5), ("-2", 0), ("Wed, 21 Oct 2015 07:28:00 GMT", None), ("", None)],
)
def test_the_time_that_the_server_asks_for_is_read(value: str, seconds: float | None):
    understood = classify_error(refusal("ThrottlingException", retry_after=value), "GetTables")
    assert isinstance(understood, AwsError)
    assert understood.retry_after == seconds


@pytest.mark.parametrize(
    "answer",
    [{}, {"Error": {}}, {"Error": {"Code": None, "Message": None}}, {"ResponseMetadata": {}}],
)
def test_an_answer_that_says_nothing_is_a_refusal(answer: dict[str, Any]):
    understood = classify_error(boto.ClientError(answer, "GetTables"), "GetTables")
    assert type(understood) is AwsRefused
    assert str(understood) == "GetTables: Unknown"


@given(code=st.text(max_size=30), message=st.text(max_size=1200), status=st.integers(100, 599))
def test_any_answer_is_understood_in_one_bounded_line(code: str, message: str, status: int):
    understood = classify_error(refusal(code, message, status), "GetTables")
    assert isinstance(understood, AwsError)
    assert "\n" not in str(understood).removeprefix(f"GetTables: {code}")
    assert len(str(understood)) < 600


@pytest.mark.parametrize(
    "message",
    [
        f"User: AKIAIOSFODNN7EXAMPLE with secret {SECRET} is not authorized",
        f'Invalid option password="{SECRET}"',
        f"cannot connect to jdbc:postgresql://admin:{SECRET}@db/x",
        f"url https://b.s3.amazonaws.com/k?X-Amz-Signature={SECRET}&a=1",
    ],
)
def test_secrets_that_aws_repeats_are_left_out(message: str):
    assert SECRET not in str(classify_error(refusal("InvalidInputException", message), "GetJob"))


NETWORK = [
    boto.EndpointConnectionError(endpoint_url="https://glue.eu-west-1.amazonaws.com/"),
    boto.ConnectTimeoutError(endpoint_url="https://x"),
    boto.ReadTimeoutError(endpoint_url="https://x"),
    boto.ConnectionClosedError(endpoint_url="https://x"),
    boto.SSLError(endpoint_url="https://x", error="bad certificate"),
    boto.ProxyConnectionError(proxy_url="http://proxy"),
    boto.IncompleteReadError(actual_bytes=1, expected_bytes=2),
    boto.ResponseStreamingError(error="reset"),
    aiohttp.ServerDisconnectedError(),
    aiohttp.ClientPayloadError("cut"),
    ConnectionResetError(104, "reset by peer"),
    TimeoutError(),
]


@pytest.mark.parametrize("error", NETWORK, ids=lambda error: type(error).__name__)
def test_a_failure_of_the_network_passes(error: Exception):
    understood = classify_error(error, "GetTables")
    assert type(understood) is AwsTransient
    assert understood.code == type(error).__name__
    assert str(understood).startswith("GetTables: ")
    assert "\n" not in str(understood)
    assert str(understood) != "GetTables: "


CREDENTIALS = [
    boto.NoCredentialsError(),
    boto.PartialCredentialsError(provider="env", cred_var="AWS_SECRET_ACCESS_KEY"),
    boto.CredentialRetrievalError(provider="custom-process", error_msg="exit 1"),
    boto.ProfileNotFound(profile="prod"),
    boto.UnauthorizedSSOTokenError(),
    boto.NoAuthTokenError(),
]


@pytest.mark.parametrize("error", CREDENTIALS, ids=lambda error: type(error).__name__)
def test_missing_credentials_are_said_and_not_tried_again(error: Exception):
    understood = classify_error(error, "GetTables")
    assert type(understood) is AwsCredentials
    assert understood.code == "credentials"
    assert "no usable AWS credentials" in str(understood)


def test_a_missing_region_says_where_to_name_one():
    understood = classify_error(boto.NoRegionError(), "connect")
    assert type(understood) is AwsMisconfigured
    assert "AWS_REGION" in str(understood)


def test_what_botocore_itself_refuses_is_a_refusal():
    understood = classify_error(boto.InvalidRegionError(region_name="eu west"), "connect")
    assert type(understood) is AwsMisconfigured
    assert understood.code == "InvalidRegionError"


def test_what_the_libraries_say_becomes_one_line_without_secrets():
    wrong = boto.ParamValidationError(report="Invalid length\nfor parameter Name")
    denied = boto.CredentialRetrievalError(
        provider="custom-process", error_msg=f'line one\npassword="{SECRET}"'
    )
    for error in (wrong, denied):
        text = str(classify_error(error, "GetTables"))
        assert "\n" not in text
        assert SECRET not in text


def test_an_error_of_ours_stays_what_it_is():
    error = UsageError("no such source")
    assert classify_error(error, "GetTables") is error


@pytest.mark.parametrize("error", [KeyError("x"), ZeroDivisionError(), asyncio.CancelledError()])
def test_what_is_not_of_aws_is_raised_as_it_is(error: BaseException):
    with pytest.raises(type(error)) as raised:
        classify_error(error, "GetTables")
    assert raised.value is error
