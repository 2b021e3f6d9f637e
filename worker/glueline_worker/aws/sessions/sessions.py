"""Make the credentials of a source: from a profile or keys, through its chain of roles."""

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
from glueline_worker.aws.sessions.clients import ClientPool
from glueline_worker.aws.sessions.secret_references import SourceKeys
from glueline_worker.aws.sessions.shared_client import Credentials, SourceClient
from glueline_worker.aws.sessions.shared_session import LightSession

_SESSION_NAME = "glueline"
_MOST_PROFILES = 64
"""Profiles whose sessions are kept for other sources that use them."""


class ProfileCredentials:
    """The credentials that botocore finds for a profile, or in its usual places."""

    def __init__(self, session: LightSession) -> None:
        """Search later."""
        self._session: LightSession | None = session
        self._found: Credentials | None = None

    async def load(self) -> None:
        """Find the credentials; raises AwsError."""
        if self._session is not None:
            self._found = await self._session.get_credentials()
            self._session = None

    async def get_frozen_credentials(self) -> Any:
        """Return the current keys, None when there are none."""
        await self.load()
        return None if self._found is None else await self._found.get_frozen_credentials()


@dataclass(frozen=True, slots=True)
class SourceCredentials:
    """The credentials of a source, and the profile or the keys that they begin with."""

    session: LightSession
    """The session whose configuration holds for the clients."""
    signing: Credentials
    """The credentials that sign the calls to the source."""
    profile: ProfileCredentials | None
    """The first credentials, unless they are keys by reference."""
    keys: SourceKeys | None
    """The keys by reference."""


class Sessions:
    """Makes the credentials of sources. Sources that begin with the same profile share those."""

    def __init__(self, settings: Settings, pool: ClientPool) -> None:
        """Make credentials for the sources of ``settings``, with clients of ``pool``."""
        self._settings = settings
        self._pool = pool
        self._profiles: dict[str | None, tuple[LightSession, ProfileCredentials]] = {}

    def make_credentials(self, source: Source) -> SourceCredentials:
        """Make the credentials of a source; AWS is first called when they are used."""
        keys = profile = None
        signing: Credentials
        session, signing = self._get_profile(source.profile)
        if source.access_key is not None:
            keys = SourceKeys(source, lambda *where: self._open_secret_client(source, *where))
            session = self._get_profile(None)[0]
            signing = _make_renewable(keys.fetch, "keys-by-reference")
        else:
            profile = signing
        for role in source.roles:
            signing = self._make_role_credentials(session, signing, role, source)
            session = self._get_profile(None)[0]
        return SourceCredentials(session, signing, profile, keys)

    def renew(self, expired: SourceCredentials) -> None:
        """Forget the session behind ``expired`` credentials, so that the next use makes another."""
        if expired.keys is not None:
            self._profiles.clear()  # the store of the keys was reached with one of them
            return
        for name, (_, profile) in list(self._profiles.items()):
            if profile is expired.profile:
                del self._profiles[name]

    def _get_profile(self, name: str | None) -> tuple[LightSession, ProfileCredentials]:
        if name not in self._profiles:
            if len(self._profiles) >= _MOST_PROFILES:
                del self._profiles[next(iter(self._profiles))]
            session = LightSession(name)
            self._profiles[name] = session, ProfileCredentials(session)
        return self._profiles[name]

    @asynccontextmanager
    async def _open_secret_client(
        self, source: Source, service: str, region: str | None
    ) -> AsyncIterator[SourceClient]:
        """Open a client of the service that holds the keys of ``source``.

        It uses the credentials of the source ``secrets_from``, if that is set.
        """
        other = source
        session: LightSession
        signing: Credentials
        if source.secrets_from is not None:
            other = self._settings.source(source.secrets_from)
            credentials = self.make_credentials(other)
            session, signing = credentials.session, credentials.signing
        else:
            session, signing = self._get_profile(None)
        region = region or find_region(other, session) or find_region(source, session)
        with self._pool.borrow(session, region, other.endpoint_url) as clients:
            yield await clients.get_client(service, signing)

    def _make_role_credentials(
        self, session: LightSession, caller: Credentials, role: Role, source: Source
    ) -> Credentials:
        """Make the credentials of a role, which renew themselves before they expire."""
        params = {"RoleArn": role.arn, "RoleSessionName": _SESSION_NAME}
        if role.external_id:
            params["ExternalId"] = role.external_id
        region = find_region(source, session) or "us-east-1"

        async def fetch() -> dict[str, str | None]:
            try:
                with self._pool.borrow(session, region, source.endpoint_url) as clients:
                    sts = await clients.get_client("sts", caller)
                    return _parse_role_keys(await sts.assume_role(**params), role)
            except (KeyError, TypeError, AttributeError):
                raise AwsTransient(
                    f"the role {role.arn} cannot be assumed: the answer holds no credentials",
                    code="UnreadableAnswer",
                ) from None
            except Exception as error:  # noqa: BLE001 - an error that is not of AWS is raised again
                raise _make_role_error(role, classify_error(error, "AssumeRole")) from None

        return _make_renewable(fetch, "assume-role")


def find_region(source: Source, session: LightSession) -> str | None:
    """Find the Region of a source, also in AWS_REGION, which every SDK but botocore reads."""
    found: str | None = (
        source.region or os.environ.get("AWS_REGION") or session.get_config_variable("region")
    )
    return found


def _parse_role_keys(answer: dict[str, Any], role: Role) -> dict[str, str | None]:
    keys = answer["Credentials"]
    return {
        "access_key": keys["AccessKeyId"],
        "secret_key": keys["SecretAccessKey"],
        "token": keys["SessionToken"],
        "expiry_time": keys["Expiration"].isoformat(),
        "account_id": role.account,
    }


def _make_renewable(fetch: Callable[[], Awaitable[Any]], method: str) -> Credentials:
    renewable: Credentials = AioDeferredRefreshableCredentials(refresh_using=fetch, method=method)
    return renewable


def _make_role_error(role: Role, error: GluelineError) -> GluelineError:
    """Turn a failure to assume a role into an error of the credentials.

    It does not name the call that needed them.
    """
    if isinstance(error, AwsCredentials | AwsExpired):
        return error  # an error of the caller or of the role before
    kind = AwsCredentials if isinstance(error, Terminal) else AwsTransient
    return kind(f"the role {role.arn} cannot be assumed: {error}", code=error.code)
