"""Classify AWS errors: the one place that decides whether a call is tried again.

AwsError
├── AwsThrottled    (Retryable)  slow down, then again
├── AwsTransient    (Retryable)  again
├── AwsExpired      (Retryable)  again with fresh credentials
├── AwsSkewed       (Retryable)  again with a signature of the right time
├── AwsCredentials  (Terminal)   there are no usable credentials
├── AwsDenied       (Terminal)   the caller lacks a permission
├── AwsNotFound     (Terminal)   the thing is not there
└── AwsRefused      (Terminal)   everything else that AWS refuses
    └── AwsMisconfigured         no call was made: a setting of this machine is wrong

Codes are matched by name, because throttling is not in the model of GetTables, GetPartitions,
GetJobs or GetDataflowGraph.
"""

import re
from typing import Any

import aiohttp
from botocore import exceptions as boto
from botocore.parsers import ResponseParserError

from glueline.contract.errors import GluelineError, Retryable, Terminal
from glueline_worker.aws.clocks import SKEW_CODES, is_about_time, is_marked_skewed
from glueline_worker.redact import redact_text


class AwsError(GluelineError):
    """A call to AWS failed; ``code`` is AWS's own."""

    retry_after: float | None = None
    """Seconds that the server asked to wait."""
    advice: str = ""
    """What to do once all attempts have failed."""


class AwsThrottled(AwsError, Retryable):
    """Too many calls."""

    advice = "replay the run when less is asked of this account"


class AwsTransient(AwsError, Retryable):
    """A failure that may pass by itself."""

    advice = "replay the run when AWS answers again"


class AwsExpired(AwsError, Retryable):
    """The session's credentials have expired."""

    advice = "renew the credentials and replay the run"


class AwsSkewed(AwsError, Retryable):
    """The signature was too old when it arrived, or from the future."""

    advice = "set the worker's clock (NTP) and replay the run"


class AwsCredentials(AwsError, Terminal):
    """There are no credentials, or AWS does not know them."""

    advice = "repair the source's credentials or roles and replay the run"


class AwsDenied(AwsError, Terminal):
    """A permission is missing."""

    advice = "allow it and replay the run"


class AwsNotFound(AwsError, Terminal):
    """The thing does not exist (any more)."""


class AwsRefused(AwsError, Terminal):
    """AWS refuses the call, and would refuse it again."""


class AwsMisconfigured(AwsRefused):
    """A setting of this machine is wrong, so that no call was made."""

    advice = "repair the setting and replay the run"


_CODES: dict[type[AwsError], frozenset[str]] = {
    AwsThrottled: frozenset(
        {
            "Throttling",
            "ThrottlingException",
            "ThrottledException",
            "RequestThrottled",
            "RequestThrottledException",
            "RequestLimitExceeded",
            "TooManyRequestsException",
            "LimitExceededException",
            "BandwidthLimitExceeded",
            "SlowDown",
            "EC2ThrottledException",
            "OverLimit",
            "KmsThrottled",
            "429",
        }
    ),
    AwsTransient: frozenset(
        {
            "InternalServiceException",
            "InternalFailure",
            "InternalError",
            "InternalServerError",
            "ServiceUnavailable",
            "ServiceUnavailableException",
            "OperationTimeoutException",
            "FederationSourceRetryableException",
            "ConcurrentModificationException",
            "ResourceNotReadyException",
            "RequestTimeout",
            "RequestTimeoutException",
            "PriorRequestNotComplete",
            "IDPCommunicationError",
            "408",
            "500",
            "502",
            "503",
            "504",
        }
    ),
    AwsExpired: frozenset({"ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired"}),
    AwsSkewed: SKEW_CODES,
    AwsCredentials: frozenset(
        {
            "InvalidSignature",
            "InvalidToken",
            "InvalidIdentityToken",
            "InvalidIdentityTokenException",
            "IDPRejectedClaim",
            "InvalidSecurity",
            "MissingAuthenticationToken",
            "NotSignedUp",
            "OptInRequired",
            "RegionDisabledException",
            "UnauthorizedException",
            "UnauthorizedClientException",
            "InvalidClientException",
            "InvalidGrantException",
            "UnrecognizedClientException",
            "InvalidClientTokenId",
            "InvalidAccessKeyId",
            "SignatureDoesNotMatch",
            "InvalidSignatureException",
            "MissingAuthenticationTokenException",
            "IncompleteSignature",
            "AuthFailure",
        }
    ),
    AwsDenied: frozenset(
        {
            "AccessDenied",
            "AccessDeniedException",
            "UnauthorizedOperation",
            "NotAuthorizedException",
            "AllAccessDisabled",
            "KMS.DisabledException",
            "GlueEncryptionException",
            "KmsAccessDenied",
            "KmsDisabled",
            "403",
        }
    ),
    AwsNotFound: frozenset(
        {
            "EntityNotFoundException",
            "ResourceNotFoundException",
            "ParameterNotFound",
            "AWS.SimpleQueueService.NonExistentQueue",
            "QueueDoesNotExist",
            "NoSuchKey",
            "NoSuchBucket",
            "NotFound",
            "404",
        }
    ),
}
_CLASS_BY_CODE = {code: kind for kind, codes in _CODES.items() for code in codes}

_NETWORK = (
    boto.HTTPClientError,
    boto.ConnectionError,
    boto.IncompleteReadError,
    boto.ResponseStreamingError,
    ResponseParserError,
    aiohttp.ClientError,
    OSError,
    TimeoutError,
)
_CREDENTIALS = (
    boto.NoCredentialsError,
    boto.PartialCredentialsError,
    boto.CredentialRetrievalError,
    boto.ProfileNotFound,
    boto.ConfigParseError,
    boto.ConfigNotFound,
    boto.InvalidConfigError,
    boto.UnknownCredentialError,
    boto.RefreshWithMFAUnsupportedError,
    boto.MetadataRetrievalError,
    boto.TokenRetrievalError,
    boto.SSOError,
    boto.NoAuthTokenError,
    # Newer releases know logins of `aws login` as well.
    getattr(boto, "LoginError", boto.NoAuthTokenError),
)


def classify_error(error: BaseException, operation: str) -> GluelineError:
    """Return the AwsError for an ``error`` of a call of ``operation``.

    An error of Glueline's comes back as it is; one that does not come from AWS is raised again.
    """
    if isinstance(error, GluelineError):
        return error
    if isinstance(error, boto.ClientError):
        return _classify_client_error(error, operation)
    if isinstance(error, _CREDENTIALS):
        return AwsCredentials(
            f"{operation}: no usable AWS credentials ({_shorten(redact_text(str(error)))})",
            code="credentials",
        )
    if isinstance(error, boto.NoRegionError):
        return AwsMisconfigured(
            "no AWS region is known: give --region, set AWS_REGION or name one in the source",
            code="region",
        )
    if isinstance(error, _NETWORK):
        return AwsTransient(
            f"{operation}: {_describe_network_error(error)}", code=type(error).__name__
        )
    # botocore raises a plain ValueError for a malformed endpoint.
    if isinstance(error, boto.BotoCoreError) or str(error).startswith("Invalid endpoint"):
        text = _shorten(redact_text(str(error)))
        return AwsMisconfigured(f"{operation}: {text}", code=type(error).__name__)
    raise error


def _classify_client_error(error: boto.ClientError, operation: str) -> AwsError:
    answer: dict[str, Any] = error.response
    code = str(answer.get("Error", {}).get("Code") or "Unknown")
    status = answer.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    message = redact_text(str(answer.get("Error", {}).get("Message") or ""))
    kind = _CLASS_BY_CODE.get(code) or _CLASS_BY_CODE.get(str(status)) or _classify_status(status)
    if is_marked_skewed(answer) or is_about_time(answer.get("Error", {})):
        kind = AwsSkewed
    if _is_unknown_to_emulator(answer, code, status):
        kind, message = AwsRefused, "the endpoint does not know this operation"
    text = f"{operation}: {code}: {_shorten(message)}" if message else f"{operation}: {code}"
    known = kind(text)
    known.code = code
    known.retry_after = _read_retry_after(answer)
    return known


def _classify_status(status: int) -> type[AwsError]:
    """Classify an unknown code; an error in an answer of success is no answer at all."""
    is_garbled = 200 <= status < 300  # noqa: PLR2004
    return AwsTransient if status >= 500 or is_garbled else AwsRefused  # noqa: PLR2004


def _is_unknown_to_emulator(answer: dict[str, Any], code: str, status: int) -> bool:
    """Tell whether an emulator says that it lacks an operation: a 501, or moto's page of HTML.

    AWS gives its 500s a code, and a gateway in between answers 502, 503 or 504.
    """
    headers = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    is_page = str(headers.get("content-type", "")).startswith("text/html")
    return status == 501 or (code == "500" and is_page)  # noqa: PLR2004


def _describe_network_error(error: BaseException) -> str:
    """Describe the failure, without the whole request that botocore quotes."""
    if isinstance(error, boto.EndpointConnectionError):
        return f"cannot reach {redact_text(str(error.kwargs.get('endpoint_url', 'the endpoint')))}"
    if isinstance(error, ResponseParserError):
        return "the answer does not come from AWS"  # botocore quotes all of it
    return _shorten(redact_text(str(error))) or type(error).__name__


def _shorten(text: str) -> str:
    line = re.sub(r"\s+", " ", text).strip()
    return line if len(line) <= 500 else line[:499] + "…"  # noqa: PLR2004


def _read_retry_after(answer: dict[str, Any]) -> float | None:
    headers = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    try:
        return max(0.0, float(headers["retry-after"]))
    except (KeyError, TypeError, ValueError):
        return None
