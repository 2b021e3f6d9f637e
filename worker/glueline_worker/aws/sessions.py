"""Sessions: the credentials of a source, from a profile or keys through its chain of roles."""

import os
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

from aiobotocore.config import AioConfig
from aiobotocore.credentials import (
    AioAssumeRoleCredentialFetcher,
    AioDeferredRefreshableCredentials,
)
from aiobotocore.session import AioSession

from glueline.contract.errors import GluelineError, Terminal
from glueline.settings import Settings
from glueline.sources import Role, Source
from glueline_worker.aws.clocks import Clocks
from glueline_worker.aws.credentials import ProfileSession, check_settings
from glueline_worker.aws.errors import AwsCredentials, AwsExpired, AwsTransient, meaning
from glueline_worker.aws.parsing import ParserFactory
from glueline_worker.aws.references import Keys

SESSION_NAME = "glueline"


@dataclass(frozen=True, slots=True)
class Made:
    """A session, and the keys it began with when they stand by reference."""

    session: AioSession
    keys: Keys | None


class Sessions:
    """Makes sessions; none is shared, so that a new one begins with fresh credentials."""

    def __init__(self, settings: Settings, config: AioConfig) -> None:
        """Know the sources of ``settings``; ``config`` is for the clients made on the way."""
        self._settings = settings
        self._config = config

    def of(self, source: Source) -> Made:
        """The session of a source; nothing is asked of AWS before its first call."""
        keys = None
        session = _plain(source.profile)
        if source.access_key is not None:
            keys = Keys(source, lambda *where: self._keeper(source, *where))
            session = _renewing(_plain(None), keys.fetch, "keys-by-reference")
        for role in source.roles:
            session = self._assume(session, role, source)
        return Made(session, keys)

    def _keeper(
        self, source: Source, service: str, region: str | None
    ) -> AbstractAsyncContextManager[Any]:
        """A client for what keeps the keys of ``source``, as ``secrets_from`` or as anybody."""
        if source.secrets_from is None:
            other, session = source, _plain(None)
        else:
            other = self._settings.source(source.secrets_from)
            session = self.of(other).session
        client: AbstractAsyncContextManager[Any] = session.create_client(
            service,
            region_name=region or region_of(other, session) or region_of(source, session),
            endpoint_url=other.endpoint_url,
            config=self._config,
        )
        return client

    def _assume(self, session: AioSession, role: Role, source: Source) -> AioSession:
        """A session whose credentials are the role's and renew themselves before they expire."""

        def client(service: str, **options: Any) -> Any:
            return session.create_client(
                service,
                region_name=region_of(source, session) or "us-east-1",
                endpoint_url=source.endpoint_url,
                config=self._config,
                **{k: v for k, v in options.items() if not k.startswith("aws_")},
            )

        async def fetch() -> Any:
            fetcher = AioAssumeRoleCredentialFetcher(
                client_creator=client,
                source_credentials=await session.get_credentials(),
                role_arn=role.arn,
                extra_args={
                    "RoleSessionName": SESSION_NAME,
                    **({"ExternalId": role.external_id} if role.external_id else {}),
                },
            )
            try:
                return await fetcher.fetch_credentials()
            except (KeyError, TypeError):
                raise AwsTransient(
                    f"the role {role.arn} cannot be assumed: the answer holds no credentials",
                    code="UnreadableAnswer",
                ) from None
            except Exception as error:  # noqa: BLE001 - `meaning` raises what is not AWS's
                raise _unassumable(role, meaning(error, "AssumeRole")) from None

        return _renewing(_plain(None), fetch, "assume-role")


def region_of(source: Source, session: AioSession) -> str | None:
    """The region of a source; AWS_REGION, which every other SDK reads and botocore does not."""
    found: str | None = (
        source.region or os.environ.get("AWS_REGION") or session.get_config_variable("region")
    )
    return found


def _plain(profile: str | None) -> AioSession:
    if os.environ.get("AWS_PROFILE") == "":
        # As Compose hands on a variable that is not set; botocore would look for that profile.
        del os.environ["AWS_PROFILE"]
    session = ProfileSession(profile=profile)
    session.register_component("response_parser_factory", ParserFactory())
    Clocks().watch(session)
    check_settings(session)
    return session


def _renewing(session: AioSession, fetch: Any, method: str) -> AioSession:
    session._credentials = AioDeferredRefreshableCredentials(  # noqa: SLF001 - as botocore does
        refresh_using=fetch, method=method
    )
    return session


def _unassumable(role: Role, error: GluelineError) -> GluelineError:
    """The failure as one of the credentials: it says nothing of the call that needed them."""
    if isinstance(error, AwsCredentials | AwsExpired):
        return error  # of the caller or of the role before
    kind = AwsCredentials if isinstance(error, Terminal) else AwsTransient
    return kind(f"the role {role.arn} cannot be assumed: {error}", code=error.code)
