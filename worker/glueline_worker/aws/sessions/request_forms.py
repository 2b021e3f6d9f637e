"""Requests in the form that botocore gave the first one of their kind.

botocore builds each request anew: it resolves the endpoint, calls a dozen handlers and signs with
six hashes, which is three quarters of a call's CPU time. But two requests of one operation differ
only in body or key, time, token and signature. So the form of a request is learnt from one that
botocore has sent, and the next ones fill it in. A form that would not have given the very
signature of the request that it was learnt from is no form: such calls stay with botocore.

Signatures are those of AWS's Signature Version 4 (docs: "Create a signed AWS API request").
"""

import hmac
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Any, Protocol
from urllib.parse import urlsplit
from uuid import uuid4

from glueline_worker.aws.sessions.http_session import FilledRequest

_DATE, _TOKEN, _AUTHORIZATION = "X-Amz-Date", "X-Amz-Security-Token", "Authorization"
_INVOCATION, _LENGTH = "amz-sdk-invocation-id", "Content-Length"
_CONTENT_HASH = "x-amz-content-sha256"
_FILLED = frozenset(name.lower() for name in (_DATE, _TOKEN, _AUTHORIZATION, _INVOCATION, _LENGTH))
_CONSTANT = frozenset(
    {
        "amz-sdk-request",
        "content-type",
        "user-agent",
        "x-amz-checksum-mode",
        _CONTENT_HASH,
        "x-amz-target",
    }
)
"""Headers that do not change from call to call; a request with others has no form."""
_SIGNATURE = re.compile(
    r"AWS4-HMAC-SHA256 Credential=[^/,]+/\d{8}/(?P<region>[^/,]+)/(?P<service>[^/,]+)/aws4_request,"
    r" SignedHeaders=(?P<names>[^,]+), Signature=[0-9a-f]{64}"
)
_EMPTY_HASH = sha256(b"").hexdigest()


class FrozenKeys(Protocol):
    """Keys as botocore gives them to its signers."""

    access_key: str
    secret_key: str
    token: str | None


@dataclass(frozen=True, slots=True)
class RequestForm:
    """The parts that all requests of one kind have in common."""

    method: str
    base: str
    """The URL, up to what each request adds."""
    path: str
    """The path of ``base``."""
    headers: Mapping[str, str]
    stream_output: bool
    signed: Mapping[str, str]
    """The signed headers that do not change, by their names in lower case."""
    region: str
    service: str

    def fill(
        self, keys: FrozenKeys, moment: float, *, tail: str = "", body: bytes | None = None
    ) -> FilledRequest:
        """Make a request, signed at ``moment``, in seconds of the epoch.

        ``tail`` ends the URL and is encoded already.
        """
        date = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(moment))
        headers = {**self.headers, _DATE: date, _INVOCATION: str(uuid4())}
        if keys.token:
            headers[_TOKEN] = keys.token
        if body is not None:
            headers[_LENGTH] = str(len(body))
        headers[_AUTHORIZATION] = self._authorize(keys, date, self.path + tail, body)
        return FilledRequest(self.method, self.base + tail, headers, body, self.stream_output)

    def _authorize(self, keys: FrozenKeys, date: str, path: str, body: bytes | None) -> str:
        """Return the header ``Authorization``."""
        signed = {**self.signed, "x-amz-date": date}
        if keys.token:
            signed["x-amz-security-token"] = keys.token
        names = sorted(signed)
        lines = "".join(f"{name}:{signed[name]}\n" for name in names)
        content = self.signed.get(_CONTENT_HASH) or sha256(body or b"").hexdigest()
        listed = ";".join(names)
        canonical = f"{self.method}\n{path}\n\n{lines}\n{listed}\n{content}"
        scope = f"{date[:8]}/{self.region}/{self.service}/aws4_request"
        digest = sha256(canonical.encode()).hexdigest()
        key = _derive_key(keys.secret_key, date[:8], self.region, self.service)
        text = f"AWS4-HMAC-SHA256\n{date}\n{scope}\n{digest}"
        signature = hmac.digest(key, text.encode(), "sha256").hex()
        return (
            f"AWS4-HMAC-SHA256 Credential={keys.access_key}/{scope}, "
            f"SignedHeaders={listed}, Signature={signature}"
        )


def learn_form(request: Any, keys: FrozenKeys, tail: str = "") -> RequestForm | None:
    """Learn the form of a request that botocore signed with ``keys``; None when it has none.

    ``tail`` is the end of its URL that other requests replace.
    """
    headers = {name: _to_text(value) for name, value in request.headers.items()}
    by_name = {name.lower(): value for name, value in headers.items()}
    match = _SIGNATURE.fullmatch(by_name.get("authorization", ""))
    if match is None or not by_name.keys() <= _FILLED | _CONSTANT:
        return None
    if not request.url.endswith(tail) or not _has_fixed_body(request, by_name):
        return None
    base = request.url.removesuffix(tail)
    parts = urlsplit(base)
    known = {**by_name, "host": _get_host(parts.scheme, parts.netloc)}
    form = RequestForm(
        method=request.method,
        base=base,
        path=parts.path,
        headers={
            # aiobotocore adds it when it sends.
            "Accept-Encoding": "identity",
            **{name: value for name, value in headers.items() if name.lower() in _CONSTANT},
        },
        stream_output=request.stream_output,
        signed={
            name: known.get(name, "")
            for name in match["names"].split(";")
            if name not in ("x-amz-date", "x-amz-security-token")
        },
        region=match["region"],
        service=match["service"],
    )
    path, date = form.path + tail, by_name.get("x-amz-date", "")
    is_same = form._authorize(keys, date, path, request.body) == match[0]  # noqa: SLF001
    return form if is_same else None


def _has_fixed_body(request: Any, headers: Mapping[str, str]) -> bool:
    """Tell whether the body is bytes or empty, and no header but the signature depends on it."""
    if _CONTENT_HASH in headers:
        return not request.body and headers[_CONTENT_HASH] == _EMPTY_HASH
    return request.body is None or isinstance(request.body, bytes)


def _get_host(scheme: str, netloc: str) -> str:
    return netloc.removesuffix(":443" if scheme == "https" else ":80")


def _to_text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


@lru_cache(maxsize=64)
def _derive_key(secret: str, day: str, region: str, service: str) -> bytes:
    """Derive the key that signs the requests of a day."""
    key = f"AWS4{secret}".encode()
    for part in (day, region, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key
