"""The ``[api]`` part of the settings: tokens of the HTTP API, and its limits.

A token is 256 random bits, so that a plain SHA-256 of it is safe to keep: it cannot be guessed, and
no slow hash is needed for each request.
"""

import hmac
import secrets
from collections.abc import Iterable
from fnmatch import fnmatchcase
from hashlib import sha256
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from glueline.contract.filters import Glob
from glueline.contract.model import StrictModel

TokenScope = Literal["read", "enqueue"]
TOKEN_SCOPES: tuple[TokenScope, ...] = ("read", "enqueue")
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Token(StrictModel):
    """One token of the HTTP API. ``glueline api token NAME`` makes one."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
    """The name in the audit lines."""
    hash: Annotated[str, Field(pattern="^sha256:[0-9a-f]{64}$")]
    """The token's SHA-256; the token itself is not kept."""
    scopes: Annotated[tuple[TokenScope, ...], Field(min_length=1)] = ("read",)
    """``read``: see runs and sources. ``enqueue``: enqueue, cancel, replay, check, send events."""
    sources: Annotated[tuple[Glob, ...], Field(min_length=1)] = ("*",)
    """Globs of the sources that the token is for; it sees nothing of others."""

    def admits(self, source: str) -> bool:
        """Tell whether the token is for ``source``."""
        return any(fnmatchcase(source, glob) for glob in self.sources)

    @property
    def is_for_all(self) -> bool:
        """Tell whether the token is for all sources."""
        return "*" in self.sources


class ApiSettings(StrictModel):
    """Settings of the HTTP API."""

    host: str = "127.0.0.1"
    """Where to listen. For another address than loopback put a proxy with TLS in front."""
    port: Annotated[int, Field(ge=0, le=65535)] = 8080
    tokens: tuple[Token, ...] = ()
    """The tokens, see below; in a variable as JSON."""
    max_body: Annotated[int, Field(ge=1)] = 1_000_000
    """Bytes of a request's body."""
    rate: Positive = 20
    """Requests per second of one token, and of one address without a token, in each process."""
    burst: Annotated[int, Field(ge=1)] = 100
    """Requests that may come at once before ``rate`` applies."""
    streams: Annotated[int, Field(ge=1)] = 200
    """Streams of events at the same time in one process."""
    streams_per_token: Annotated[int, Field(ge=1)] = 50
    """Of these, the streams of one token; a client address has the same limit."""
    connections: Annotated[int, Field(ge=1)] = 1000
    """Open connections of one process. Another one closes the oldest that has sent no request."""
    connections_per_address: Annotated[int, Field(ge=1)] = 100
    """Of these, the connections of one client address; trusted proxies have no such limit."""
    header_timeout: Positive = 10
    """Seconds until the header of a request must be complete."""
    body_timeout: Positive = 30
    """Seconds from its header until the body of a request must be complete."""
    write_timeout: Positive = 60
    """Seconds that a client may leave an answer unread before its connection is cut."""
    session: Positive = 12 * 3600
    """Seconds that a login to the page lasts."""
    grace: Positive = 10
    """Seconds for running requests to end when the server is stopped."""
    trusted_proxies: str = ""
    """Addresses or networks, separated by commas, whose ``X-Forwarded-For`` and ``-Proto`` are
    believed. By default none are: any local process could invent addresses."""

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        for field in ("name", "hash"):
            if len({getattr(token, field) for token in self.tokens}) < len(self.tokens):
                raise ValueError(f"two tokens have the same {field}; each needs its own")
        return self


def make_token() -> str:
    """Make a random token; scanners for leaked secrets know it by its prefix."""
    return f"glueline_{secrets.token_urlsafe(32)}"


def hash_token(token: str) -> str:
    """Return the hash of a token, which is all that is kept."""
    return f"sha256:{sha256(token.encode(errors='surrogatepass')).hexdigest()}"


def find_token(tokens: Iterable[Token], presented: str) -> Token | None:
    """Return the token that was presented; takes the same time for each, and for none."""
    digest, found = hash_token(presented), None
    for token in tokens:
        if hmac.compare_digest(token.hash, digest):
            found = token
    return found
