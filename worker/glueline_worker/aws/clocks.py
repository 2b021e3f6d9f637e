"""Correct signatures for the difference between this machine's clock and AWS's.

AWS takes a signature that is at most some minutes old, and none from the future. A wrong clock, or
a process that was paused between signing and sending, gets an error that looks like a wrong key.
The other SDKs of AWS correct the clock from the answer's ``Date`` and sign again; botocore does
not. A correction holds for one session and one endpoint.
"""

import re
import time
from collections import OrderedDict
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from botocore.auth import SIGV4_TIMESTAMP, S3SigV4Auth, SigV4Auth

_TOLERATED_SKEW = 240.0
"""Seconds of difference for which no clock is to blame, as in other SDKs."""
MOST_CLOCK_ENDPOINTS = 64
"""Endpoints whose clocks one session remembers."""

SKEW_CODES = frozenset({"RequestTimeTooSkewed", "RequestInTheFuture", "RequestExpired"})
"""Codes that mean a wrong time and nothing else."""
_AMBIGUOUS = frozenset(
    {
        "InvalidSignatureException",
        "InvalidSignature",
        "SignatureDoesNotMatch",
        "AuthFailure",
        # The answer to a HEAD has no body that could say more.
        "400",
        "403",
    }
)
"""Codes that a wrong key causes as well."""
_SENTENCE = re.compile(r"signature (?:is )?(?:expired|not yet (?:current|valid))", re.IGNORECASE)
_SERVER_TIME = re.compile(r"\((\d{8}T\d{6}Z) [-+] \d+ min")
_SIGNED, _CLOCK, _VERDICT = "glueline_signed", "glueline_clock", "ClockSkewed"

_SIGNERS = {"v4": SigV4Auth, "s3v4": S3SigV4Auth}


class Clocks:
    """The offsets of the clocks of one session's endpoints from this machine's clock."""

    def __init__(self) -> None:
        """Begin without offsets."""
        self._ahead: OrderedDict[str, float] = OrderedDict()

    def watch(self, session: Any) -> None:
        """Correct the signatures of all clients that ``session`` makes from now on."""
        session.register("before-sign", self._before_sign)
        session.register("response-received", self._on_response)

    def get_offset(self, endpoint: str) -> float:
        """Return the seconds that the endpoint's clock is ahead."""
        return self._ahead.get(endpoint, 0.0)

    def begin_signing(self, endpoint: str, context: dict[str, Any]) -> float:
        """Return the endpoint's time, in seconds of the epoch.

        ``context`` is the request's, and remembers it for the event of the answer.
        """
        context[_CLOCK] = endpoint
        context[_SIGNED] = moment = time.time() + self.get_offset(endpoint)
        return moment

    def _before_sign(self, request: Any = None, request_signer: Any = None, **_: Any) -> None:
        if request is None or request_signer is None:
            return
        bucket = (request.context.get("s3_redirect") or {}).get("bucket")
        endpoint = get_clock_endpoint(str(request.url), bucket)
        self.begin_signing(endpoint, request.context)
        if self.get_offset(endpoint) and not hasattr(request_signer, "glueline_clocks"):
            _correct_signer(request_signer, self)

    def _on_response(
        self, parsed_response: Any = None, context: Mapping[str, Any] | None = None, **_: Any
    ) -> None:
        error = (parsed_response or {}).get("Error")
        if not error or not context or _SIGNED not in context:
            return
        server = read_server_time(parsed_response)
        if is_skewed(error, context[_SIGNED], server):
            parsed_response["ResponseMetadata"][_VERDICT] = True
            if server is not None:
                self._learn(context[_CLOCK], server - time.time())

    def _learn(self, endpoint: str, ahead: float) -> None:
        # Less than a second may be the time of the answer's way; a Date has no fractions.
        self._ahead[endpoint] = ahead if abs(ahead) > 1 else 0.0
        self._ahead.move_to_end(endpoint)
        if len(self._ahead) > MOST_CLOCK_ENDPOINTS:
            self._ahead.popitem(last=False)


def is_marked_skewed(answer: Mapping[str, Any]) -> bool:
    """Tell whether a clock was found to be the reason of an error answer."""
    return bool(answer.get("ResponseMetadata", {}).get(_VERDICT))


def is_about_time(error: Mapping[str, Any]) -> bool:
    """Tell whether an error names time as its reason."""
    code, message = str(error.get("Code")), str(error.get("Message") or "")
    return code in SKEW_CODES or (code in _AMBIGUOUS and bool(_SENTENCE.search(message)))


def is_skewed(error: Mapping[str, Any], signed: float, server: float | None) -> bool:
    """Tell whether the reason of an error is time: it says so, or the times are far apart.

    ``signed`` and ``server`` are in seconds of the epoch. ``signed`` is corrected already: an
    error that stays after the correction is one of the key.
    """
    if is_about_time(error):
        return True
    is_far = server is not None and abs(server - signed) > _TOLERATED_SKEW
    return is_far and str(error.get("Code")) in _AMBIGUOUS


def read_server_time(answer: Mapping[str, Any]) -> float | None:
    """Read the server's clock from an error answer, in seconds of the epoch.

    The ``Date`` of an answer with an ``Age`` comes from a cache and does not count.
    """
    headers = answer.get("ResponseMetadata", {}).get("HTTPHeaders") or {}
    error = answer.get("Error") or {}
    sentence = _SERVER_TIME.search(str(error.get("Message") or ""))
    found = None
    if "age" not in headers:
        found = _parse_http_date(headers.get("date"))
    if found is None:
        found = _parse_iso_time(error.get("ServerTime"))
    return _parse_iso_time(sentence[1]) if found is None and sentence else found


def _parse_http_date(text: Any) -> float | None:
    try:
        return parsedate_to_datetime(str(text)).timestamp() if text else None
    except (TypeError, ValueError, OverflowError):
        return None


def _parse_iso_time(text: Any) -> float | None:
    try:
        moment = datetime.fromisoformat(str(text)) if text else None
    except ValueError:
        return None
    if moment is None:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def get_clock_endpoint(url: str, bucket: str | None) -> str:
    """Return the host of a request, without a bucket before it: all buckets share a clock."""
    host = url.split("/", 3)[2]
    return host.removeprefix(f"{bucket}.") if bucket else host


def _correct_signer(signer: Any, clocks: Clocks) -> None:
    """Make a client's signer sign with the endpoint's time."""
    choose = signer.get_auth_instance

    async def get_auth_instance(*args: Any, **kwargs: Any) -> Any:
        auth = await choose(*args, **kwargs)
        version = kwargs.get("signature_version")
        if version in _SIGNERS and not isinstance(auth, SigV4Auth):
            # The C library reads the clock itself.
            region, service = kwargs["region_name"], kwargs["signing_name"]
            auth = _SIGNERS[version](auth.credentials, service, region)
        if isinstance(auth, SigV4Auth):
            _correct_auth(auth, clocks)
        return auth

    signer.get_auth_instance = get_auth_instance
    signer.glueline_clocks = clocks


def _correct_auth(auth: Any, clocks: Clocks) -> None:
    modify = auth._modify_request_before_signing  # noqa: SLF001 - runs once the time is set

    def modify_with_offset(request: Any) -> Any:
        ahead = clocks.get_offset(request.context.get(_CLOCK) or "")
        moment = datetime.now(UTC) + timedelta(seconds=ahead)
        request.context["timestamp"] = moment.strftime(SIGV4_TIMESTAMP)
        return modify(request)

    auth._modify_request_before_signing = modify_with_offset  # noqa: SLF001
