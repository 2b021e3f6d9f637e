"""The difference between this machine's clock and AWS's, which signatures have to allow for.

AWS takes a signature that is at most some minutes old, and none from the future. A clock that is
wrong, or a process that was paused between signing and sending, gets an error that looks like a
wrong key. The other SDKs of AWS correct the clock from the answer's ``Date`` and sign anew;
botocore does not. What is learnt holds for one session and one endpoint.
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
"""Seconds of difference, as other SDKs have it, within which no clock is to blame."""
MOST_CLOCK_ENDPOINTS = 64
"""Endpoints whose difference one session remembers."""

SKEW_CODES = frozenset({"RequestTimeTooSkewed", "RequestInTheFuture", "RequestExpired"})
"""Codes that speak of time alone."""
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
"""Codes that a wrong key has as well."""
_SENTENCE = re.compile(r"signature (?:is )?(?:expired|not yet (?:current|valid))", re.IGNORECASE)
_SERVER_TIME = re.compile(r"\((\d{8}T\d{6}Z) [-+] \d+ min")
_SIGNED, _CLOCK, _VERDICT = "glueline_signed", "glueline_clock", "ClockSkewed"

_SIGNERS = {"v4": SigV4Auth, "s3v4": S3SigV4Auth}


class Clocks:
    """How far the clocks of one session's endpoints are ahead of this machine's."""

    def __init__(self) -> None:
        """Begin with the machine's own clock."""
        self._ahead: OrderedDict[str, float] = OrderedDict()

    def watch(self, session: Any) -> None:
        """Correct what all clients sign that ``session`` makes from now on."""
        session.register("before-sign", self._before_sign)
        session.register("response-received", self._received)

    def ahead(self, endpoint: str) -> float:
        """Seconds that the endpoint's clock is ahead."""
        return self._ahead.get(endpoint, 0.0)

    def _before_sign(self, request: Any = None, request_signer: Any = None, **_: Any) -> None:
        if request is None or request_signer is None:
            return
        endpoint = _get_endpoint(request)
        ahead = self.ahead(endpoint)
        request.context[_CLOCK] = endpoint
        request.context[_SIGNED] = time.time() + ahead
        if ahead and not hasattr(request_signer, "glueline_clocks"):
            _correct_signer(request_signer, self)

    def _received(
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
        # Below a second it is the way of the answer, not the clock; a Date has no fractions.
        self._ahead[endpoint] = ahead if abs(ahead) > 1 else 0.0
        self._ahead.move_to_end(endpoint)
        if len(self._ahead) > MOST_CLOCK_ENDPOINTS:
            self._ahead.popitem(last=False)


def is_marked_skewed(answer: Mapping[str, Any]) -> bool:
    """Whether a clock was found to be the reason of an error answer."""
    return bool(answer.get("ResponseMetadata", {}).get(_VERDICT))


def is_about_time(error: Mapping[str, Any]) -> bool:
    """Whether an error names time as its reason."""
    code, message = str(error.get("Code")), str(error.get("Message") or "")
    return code in SKEW_CODES or (code in _AMBIGUOUS and bool(_SENTENCE.search(message)))


def is_skewed(error: Mapping[str, Any], signed: float, server: float | None) -> bool:
    """Whether an error comes of time: it says so, or the times are far apart.

    ``signed`` and ``server`` are in seconds of the epoch, the first corrected already: an error
    that stays after the correction is one of the key.
    """
    if is_about_time(error):
        return True
    is_far = server is not None and abs(server - signed) > _TOLERATED_SKEW
    return is_far and str(error.get("Code")) in _AMBIGUOUS


def read_server_time(answer: Mapping[str, Any]) -> float | None:
    """The server's clock as an error answer tells it, in seconds of the epoch.

    The ``Date`` of an answer from a cache is that of another answer.
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


def _get_endpoint(request: Any) -> str:
    """The host that is asked, without a bucket before it."""
    host = str(request.url).split("/", 3)[2]
    bucket = (request.context.get("s3_redirect") or {}).get("bucket")
    return host.removeprefix(f"{bucket}.") if bucket else host


def _correct_signer(signer: Any, clocks: Clocks) -> None:
    """Let a client's signer sign with the endpoint's time."""
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

    def shifted(request: Any) -> Any:
        ahead = clocks.ahead(request.context.get(_CLOCK) or "")
        moment = datetime.now(UTC) + timedelta(seconds=ahead)
        request.context["timestamp"] = moment.strftime(SIGV4_TIMESTAMP)
        return modify(request)

    auth._modify_request_before_signing = shifted  # noqa: SLF001
