"""Sources: the sessions and clients that reach them, made once for a worker process.

All of it lives on one event loop: sharing a client between loops is unsupported, and a new
session costs some 35 ms of CPU.
"""

import asyncio
import os
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

import aioboto3
from aiobotocore.config import AioConfig
from aiobotocore.credentials import (
    AioAssumeRoleCredentialFetcher,
    AioDeferredRefreshableCredentials,
)
from aiobotocore.session import AioSession

from glueline.contract.errors import GluelineError, Terminal
from glueline.settings import Role, Settings, Source
from glueline_worker.aws.calls import Caller
from glueline_worker.aws.errors import (
    AwsCredentials,
    AwsError,
    AwsExpired,
    AwsRefused,
    AwsTransient,
    meaning,
)
from glueline_worker.aws.parsing import ParserFactory
from glueline_worker.aws.quota import Quota

SESSION_NAME = "glueline"


@dataclass
class Connection:
    """One source: its clients, and how calls to it are made."""

    name: str
    source: Source
    region: str
    account: str | None
    """The account whose jobs are read, as STS told; None when it would not."""
    caller: Caller
    clients: dict[str, Any] = field(default_factory=dict)

    @property
    def catalog_id(self) -> str | None:
        """The catalogue that is read: the caller's own unless the source names another."""
        return self.source.catalog_id or self.account

    async def call(self, service: str, operation: str, **params: Any) -> dict[str, Any]:
        """Make one call; ``operation`` is the API's name, ``GetTables``."""
        method = getattr(self.clients[service], _snake(operation))
        answer: dict[str, Any] = await self.caller(operation, lambda: method(**params))
        return answer


class Sources:
    """Opens the connection of a source on first use and keeps it."""

    def __init__(self, settings: Settings, quota: Quota) -> None:
        """Know the sources that ``settings`` declare."""
        self._settings = settings
        self._quota = quota
        self._open: dict[str, Connection] = {}
        self._stack = AsyncExitStack()
        self._attempts: dict[str, asyncio.Task[Connection]] = {}

    async def connect(self, name: str) -> Connection:
        """The connection of a source; raises UsageError or AwsError with what is missing."""
        if name in self._open:
            return self._open[name]
        # All who wait share one attempt and its failure: a session is dear.
        return await asyncio.shield(self._attempts.get(name) or self._begin(name))

    def refresh(self, expired: Connection) -> None:
        """Forget a connection whose credentials have expired; the next use makes a new one.

        Many units notice at once; those that come late must not forget the new one.
        """
        if self._open.get(expired.name) is expired:
            del self._open[expired.name]

    async def close(self) -> None:
        """Close all clients."""
        for attempt in self._attempts.values():
            attempt.cancel()
        await self._stack.aclose()

    def _begin(self, name: str) -> asyncio.Task[Connection]:
        attempt = asyncio.create_task(self._connect(name, self._settings.source(name)))
        self._attempts[name] = attempt
        attempt.add_done_callback(lambda _: self._attempts.pop(name))
        return attempt

    async def _connect(self, name: str, source: Source) -> Connection:
        async with AsyncExitStack() as stack:
            connection = await self._reach(name, source, stack)
            # Kept until the worker ends: others may be in the midst of a call when it expires.
            self._stack.push_async_exit(stack.pop_all())
        self._open[name] = connection
        return connection

    async def _reach(self, name: str, source: Source, stack: AsyncExitStack) -> Connection:
        config = self._config(source)
        try:
            session = _session(source, config)
            region = _region(source, session)
            if not region:
                raise AwsRefused(
                    f"source {name!r} has no region: give --region, set AWS_REGION, "
                    "or name one in glueline.toml",
                    code="region",
                )
            # One aioboto3 session: each registers its handlers with botocore's.
            made = aioboto3.Session(botocore_session=session, region_name=region)
            options = {"endpoint_url": source.endpoint_url, "config": config}
            clients = {
                service: await stack.enter_async_context(made.client(service, **options))
                for service in ("glue", "s3", "sts")
            }
        except Exception as error:  # noqa: BLE001 - `meaning` raises what is not AWS's
            raise meaning(error, "connect") from None
        caller = Caller(self._quota, f"{name}:{region}", self._settings.worker.call_timeout)
        connection = Connection(name, source, region, None, caller, clients)
        connection.account = await _account(connection)
        # Sources of one account share its quota; without STS the source's name must do.
        connection.caller = Caller(
            self._quota, f"{connection.account or name}:{region}", caller.timeout
        )
        return connection

    def _config(self, source: Source) -> AioConfig:
        worker = self._settings.worker
        emulated = source.endpoint_url or any(v.startswith("AWS_ENDPOINT_URL") for v in os.environ)
        return AioConfig(
            retries={"total_max_attempts": 1},
            connect_timeout=5,
            read_timeout=worker.read_timeout,
            max_pool_connections=max(10, worker.concurrency * 2),
            # An emulator's host name has no buckets before it.
            s3={"addressing_style": "path"} if emulated else None,
        )


async def _account(connection: Connection) -> str | None:
    try:
        answer = await connection.call("sts", "GetCallerIdentity")
    except AwsError as error:
        # An endpoint without STS, or a policy without it, is no reason to stop.
        if isinstance(error, AwsCredentials) or not isinstance(error, Terminal):
            raise
        return connection.source.catalog_id
    account: str | None = answer.get("Account")
    return account


def _region(source: Source, session: AioSession) -> str | None:
    """The region of a source; AWS_REGION, which every other SDK reads and botocore does not."""
    found: str | None = (
        source.region or os.environ.get("AWS_REGION") or session.get_config_variable("region")
    )
    return found


def _session(source: Source, config: AioConfig) -> AioSession:
    session = _plain_session(source.profile)
    for role in source.roles:
        session = _assume(session, role, source, config)
    return session


def _plain_session(profile: str | None) -> AioSession:
    if os.environ.get("AWS_PROFILE") == "":
        # As Compose hands on a variable that is not set; botocore would look for that profile.
        del os.environ["AWS_PROFILE"]
    session = AioSession(profile=profile)
    session.register_component("response_parser_factory", ParserFactory())
    return session


def _assume(session: AioSession, role: Role, source: Source, config: AioConfig) -> AioSession:
    """A session whose credentials are the role's and renew themselves before they expire."""

    def client(service: str, **options: Any) -> Any:
        return session.create_client(
            service,
            region_name=_region(source, session) or "us-east-1",
            endpoint_url=source.endpoint_url,
            config=config,
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
        except Exception as error:  # noqa: BLE001 - `meaning` raises what is not AWS's
            raise _unassumable(role, meaning(error, "AssumeRole")) from None

    assumed = _plain_session(None)
    assumed._credentials = AioDeferredRefreshableCredentials(  # noqa: SLF001 - as botocore does
        refresh_using=fetch, method="assume-role"
    )
    return assumed


def _unassumable(role: Role, error: GluelineError) -> GluelineError:
    """The failure as one of the credentials: it says nothing of the call that needed them."""
    if isinstance(error, AwsCredentials | AwsExpired):
        return error  # of the caller or of the role before
    kind = AwsCredentials if isinstance(error, Terminal) else AwsTransient
    return kind(f"the role {role.arn} cannot be assumed: {error}", code=error.code)


def _snake(operation: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in operation).lstrip("_")
