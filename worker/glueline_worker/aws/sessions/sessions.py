"""Sessions: the credentials of a source, from a profile or keys through its chain of roles."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiobotocore.credentials import AioDeferredRefreshableCredentials

from glueline.contract.errors import GluelineError, Terminal
from glueline.settings.settings import Settings
from glueline.settings.sources import Role, Source
from glueline_worker.aws.errors import AwsCredentials, AwsExpired, AwsTransient, classify_error
from glueline_worker.aws.sessions.clients import ClientPool, Credentials, SourceClient
from glueline_worker.aws.sessions.secret_references import SourceKeys
from glueline_worker.aws.sessions.shared_session import LightSession

_SESSION_NAME = "glueline"
_MOST_PROFILES = 64
"""Profiles whose sessions are kept for the next source that begins with them."""


class ProfileCredentials:
    """What botocore finds for a profile, or in its usual places."""

    def __init__(self, session: LightSession) -> None:
        """Look for nothing yet."""
        self._session: LightSession | None = session
        self._found: Credentials | None = None

    async def load(self) -> None:
        """Find the credentials; raises what botocore does about those that are not well."""
        if self._session is not None:
            self._found = await self._session.get_credentials()
            self._session = None

    async def get_frozen_credentials(self) -> Any:
        """The keys as they are now, None when there are none."""
        await self.load()
        return None if self._found is None else await self._found.get_frozen_credentials()


@dataclass(frozen=True, slots=True)
class SourceCredentials:
    """The credentials of a source and what they began with."""

    session: LightSession
    """Whose configuration holds for the clients."""
    credentials: Credentials
    base: ProfileCredentials | None
    """The first credentials, unless they stand by reference."""
    keys: SourceKeys | None
    """The keys that stand by reference."""


class Sessions:
    """Makes the credentials of sources. Sources that begin with the same profile share those."""

    def __init__(self, settings: Settings, pool: ClientPool) -> None:
        """Know the sources of ``settings``; the clients on the way come from ``pool``."""
        self._settings = settings
        self._pool = pool
        self._bases: dict[str | None, tuple[LightSession, ProfileCredentials]] = {}

    def of(self, source: Source) -> SourceCredentials:
        """The credentials of a source; nothing is asked of AWS before its first call."""
        keys = base = None
        credentials: Credentials
        session, credentials = self._base(source.profile)
        if source.access_key is not None:
            keys = SourceKeys(source, lambda *where: self._keeper(source, *where))
            session = self._base(None)[0]
            credentials = _make_renewable(keys.fetch, "keys-by-reference")
        else:
            base = credentials
        for role in source.roles:
            credentials = self._assume(session, credentials, role, source)
            session = self._base(None)[0]
        return SourceCredentials(session, credentials, base, keys)

    def renew(self, made: SourceCredentials) -> None:
        """Begin with fresh credentials in the place of those of ``made``, which have expired."""
        if made.keys is not None:
            self._bases.clear()  # whatever keeps the keys was reached with one of them
            return
        for profile, (_, base) in list(self._bases.items()):
            if base is made.base:
                del self._bases[profile]

    def _base(self, profile: str | None) -> tuple[LightSession, ProfileCredentials]:
        if profile not in self._bases:
            if len(self._bases) >= _MOST_PROFILES:
                del self._bases[next(iter(self._bases))]
            session = LightSession(profile)
            self._bases[profile] = session, ProfileCredentials(session)
        return self._bases[profile]

    @asynccontextmanager
    async def _keeper(
        self, source: Source, service: str, region: str | None
    ) -> AsyncIterator[SourceClient]:
        """A client for what keeps the keys of ``source``, as ``secrets_from`` or as anybody."""
        other = source
        session: LightSession
        credentials: Credentials
        if source.secrets_from is not None:
            other = self._settings.source(source.secrets_from)
            made = self.of(other)
            session, credentials = made.session, made.credentials
        else:
            session, credentials = self._base(None)
        region = region or find_region(other, session) or find_region(source, session)
        with self._pool.borrow(session, region, other.endpoint_url) as clients:
            yield await clients.client(service, credentials)

    def _assume(
        self, session: LightSession, caller: Credentials, role: Role, source: Source
    ) -> Credentials:
        """The credentials of the role, which renew themselves before they expire."""
        asked = {"RoleArn": role.arn, "RoleSessionName": _SESSION_NAME}
        if role.external_id:
            asked["ExternalId"] = role.external_id
        region = find_region(source, session) or "us-east-1"

        async def fetch() -> dict[str, str | None]:
            try:
                with self._pool.borrow(session, region, source.endpoint_url) as clients:
                    sts = await clients.client("sts", caller)
                    return _parse_role_keys(await sts.assume_role(**asked), role)
            except (KeyError, TypeError, AttributeError):
                raise AwsTransient(
                    f"the role {role.arn} cannot be assumed: the answer holds no credentials",
                    code="UnreadableAnswer",
                ) from None
            except Exception as error:  # noqa: BLE001 - an error that is not of AWS is raised again
                raise _make_role_error(role, classify_error(error, "AssumeRole")) from None

        return _make_renewable(fetch, "assume-role")


def find_region(source: Source, session: LightSession) -> str | None:
    """The region of a source; AWS_REGION, which every other SDK reads and botocore does not."""
    found: str | None = (
        source.region or os.environ.get("AWS_REGION") or session.get_config_variable("region")
    )
    return found


def _parse_role_keys(answer: dict[str, Any], role: Role) -> dict[str, str | None]:
    given = answer["Credentials"]
    return {
        "access_key": given["AccessKeyId"],
        "secret_key": given["SecretAccessKey"],
        "token": given["SessionToken"],
        "expiry_time": given["Expiration"].isoformat(),
        "account_id": role.account,
    }


def _make_renewable(fetch: Callable[[], Awaitable[Any]], method: str) -> Credentials:
    made: Credentials = AioDeferredRefreshableCredentials(refresh_using=fetch, method=method)
    return made


def _make_role_error(role: Role, error: GluelineError) -> GluelineError:
    """The failure as one of the credentials: it says nothing of the call that needed them."""
    if isinstance(error, AwsCredentials | AwsExpired):
        return error  # of the caller or of the role before
    kind = AwsCredentials if isinstance(error, Terminal) else AwsTransient
    return kind(f"the role {role.arn} cannot be assumed: {error}", code=error.code)
