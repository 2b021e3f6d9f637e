"""An HTTP service that a sink posts to, with retries and one sentence for each error."""

import asyncio
import gzip
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

import aiohttp
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, stop_after_delay
from tenacity.wait import wait_random_exponential

from glueline.contract.errors import UsageError
from glueline.contract.terminal import clean_line
from glueline_worker.sinks.errors import SinkRefused, SinkUnavailable
from glueline_worker.sinks.push.tokens import SecretReference
from glueline_worker.sinks.sink_url import SinkUrl

_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
_LONGEST_ANSWER = 200
"""Characters of an answer that an error shows."""
_LARGEST_ANSWER = 1 << 20
_PATIENCE = 20.0
"""Seconds of retries within one attempt at a unit; then the unit is tried again later."""
_LONGEST_PAUSE = 10.0
_REQUEST_SECONDS = 30.0


class Address(NamedTuple):
    """The place of a service: a URL without options, and what a connection needs."""

    url: str
    host: str
    port: int

    @classmethod
    def parse(cls, sink_url: SinkUrl, default_path: str) -> "Address":
        """Return the address behind ``name+http(s)://host/path``; raises UsageError."""
        scheme = sink_url.scheme.partition("+")[2]
        parts = urlsplit(sink_url.url)
        try:
            port = parts.port or (443 if scheme == "https" else 80)
        except ValueError:
            raise UsageError(
                f"the sink {sink_url.name!r} has no valid port; write a number up to 65535"
            ) from None
        if parts.username is not None or parts.password is not None:
            raise UsageError(
                f"the sink {sink_url.name!r} holds a user or password; give a token by reference, "
                "as token=env:NAME"
            )
        if not parts.hostname:
            raise UsageError(
                f"the sink {sink_url.name!r} names no host; write {sink_url.scheme}://HOST/PATH"
            )
        path = parts.path if parts.path not in ("", "/") else default_path
        return cls(f"{scheme}://{parts.netloc}{path}", parts.hostname, port)


class _PassingError(SinkUnavailable):
    """An error after which the request is repeated, not before ``seconds`` have passed."""

    def __init__(self, message: str, seconds: float = 0.0) -> None:
        """Keep the message for the case that all attempts fail."""
        super().__init__(message)
        self.seconds = seconds


class Receiver:
    """Posts JSON to one service. It is made before there is a loop, and opened on it."""

    def __init__(
        self,
        name: str,
        address: Address,
        token: SecretReference | None,
        *,
        is_compressed: bool = False,
    ) -> None:
        """Post to ``address``, with gzip or as it is; errors call the sink ``name``."""
        self._name = name
        self._is_compressed = is_compressed
        self._address = address
        self._token = token
        self._session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        """Try to connect. Raises SinkUnavailable, or SinkRefused for a token that is missing."""
        self._read_token()
        try:
            async with asyncio.timeout(_LONGEST_PAUSE):
                _, writer = await asyncio.open_connection(self._address.host, self._address.port)
                writer.close()
        except OSError as error:  # a timeout is one too
            reason = error.strerror or "no answer"
            raise SinkUnavailable(
                f"{self._name} cannot be reached at {self._address.host}:{self._address.port}: "
                f"{clean_line(reason)}"
            ) from None

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def post(
        self, body: bytes, what: str, suffix: str = "", headers: Mapping[str, str] | None = None
    ) -> bytes:
        """Post a JSON text to the path with ``suffix``; return the answer's body.

        Raises SinkRefused when the service will not take it, naming ``what`` was sent, and
        SinkUnavailable when it could not for as long as one attempt is worth.
        """
        headers = dict(headers or {})
        if self._is_compressed:
            body = gzip.compress(body, mtime=0)
            headers["Content-Encoding"] = "gzip"
        async for attempt in AsyncRetrying(
            retry=retry_if_exception_type(_PassingError),
            stop=stop_after_delay(_PATIENCE),
            wait=_wait,
            reraise=True,
        ):
            with attempt:
                return await self._post_once(body, what, suffix, headers)
        raise AssertionError("unreachable")  # pragma: no cover

    async def _post_once(
        self, body: bytes, what: str, suffix: str, headers: Mapping[str, str]
    ) -> bytes:
        token = self._read_token()
        fixed = {"Content-Type": "application/json", **headers}
        if token:
            fixed["Authorization"] = f"Bearer {token}"
        try:
            async with self._open_session().post(
                self._address.url + suffix, data=body, headers=fixed, allow_redirects=False
            ) as response:
                answer = await response.content.read(_LARGEST_ANSWER)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            reason = clean_line(str(error)) or type(error).__name__
            raise _PassingError(f"{self._name} did not answer: {_hide(reason, token)}") from None
        if response.status < 300:  # noqa: PLR2004
            return answer
        text = _hide(clean_line(answer.decode(errors="replace"))[:_LONGEST_ANSWER], token)
        sentence = f"{self._name} answered {response.status} to {what}: {text}".rstrip(": ")
        if response.status in _PASSING:
            raise _PassingError(sentence, _read_seconds(response.headers.get("Retry-After")))
        raise SinkRefused(sentence)

    def _read_token(self) -> str:
        return self._token.read(self._name) if self._token else ""

    def _open_session(self) -> aiohttp.ClientSession:
        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=_REQUEST_SECONDS)
            self._session = aiohttp.ClientSession(timeout=timeout)
        return self._session


_backoff = wait_random_exponential(multiplier=0.2, max=_LONGEST_PAUSE)


def _wait(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    asked = error.seconds if isinstance(error, _PassingError) else 0.0
    return max(min(asked, _LONGEST_PAUSE), _backoff(state))


def _read_seconds(text: str | None) -> float:
    return float(text) if text and text.isascii() and text.isdecimal() else 0.0


def _hide(text: str, token: str) -> str:
    return text.replace(token, "***") if token else text
