"""Logins to the page. The cookie holds random bits; Redis holds their digest and the token's hash.

A login ends when its time is over, with a logout, and when its token is no longer in the settings.
"""

import asyncio
import secrets
from hashlib import sha256

from redis.exceptions import RedisError

from glueline.ledger import Keys
from glueline.ledger.ledger import ledger_unavailable
from glueline.ledger.parsing import parse_text
from glueline.queue import make_redis_client
from glueline.settings.api import Token
from glueline.settings.settings import Settings

COOKIE = "glueline_session"


class Sessions:
    """Logins in Redis; every method raises LedgerUnavailable while Redis is away."""

    def __init__(self, settings: Settings) -> None:
        """Connect on first use."""
        self._client = make_redis_client(settings)
        self._keys = Keys(settings.key_prefix)
        self._seconds = int(settings.api.session)
        self._tokens = settings.api.tokens

    async def open(self, token: Token) -> str:
        """Log in and return the secret for the cookie."""
        secret = secrets.token_urlsafe(32)
        await asyncio.to_thread(self._set, secret, token.hash)
        return secret

    async def find(self, secret: str) -> Token | None:
        """Return the token that a secret logs in with, if any."""
        kept = await asyncio.to_thread(self._get, secret)
        return next((token for token in self._tokens if token.hash == kept), None)

    async def end(self, secret: str) -> None:
        """Log out."""
        await asyncio.to_thread(self._delete, secret)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _key(self, secret: str) -> str:
        return self._keys.session(sha256(secret.encode()).hexdigest())

    def _set(self, secret: str, value: str) -> None:
        try:
            self._client.set(self._key(secret), value, ex=max(1, self._seconds))
        except RedisError as error:
            raise ledger_unavailable(error) from None

    def _get(self, secret: str) -> str | None:
        try:
            return parse_text(self._client.get(self._key(secret)))
        except RedisError as error:
            raise ledger_unavailable(error) from None

    def _delete(self, secret: str) -> None:
        try:
            self._client.delete(self._key(secret))
        except RedisError as error:
            raise ledger_unavailable(error) from None
