"""Sources: the sessions and clients that reach them, made once for a worker process.

All of it lives on one event loop: sharing a client between loops is unsupported, and a new
session costs some 35 ms of CPU.
"""

import asyncio
import os
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from typing import Any

import aioboto3
from aiobotocore.config import AioConfig

from glueline.contract.errors import Terminal, UsageError
from glueline.settings import Settings
from glueline.sources import Source
from glueline_worker.aws.answers import ensure_promised
from glueline_worker.aws.calls import Caller
from glueline_worker.aws.errors import AwsCredentials, AwsError, AwsMisconfigured, meaning
from glueline_worker.aws.permissions import OPERATIONS
from glueline_worker.aws.quota import Quota
from glueline_worker.aws.sessions import Sessions, region_of
from glueline_worker.observe.tracing import note_answers

USER_AGENT = f"glueline/{version('glueline-worker')} aiobotocore/{version('aiobotocore')}"


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

        async def ask() -> dict[str, Any]:
            return ensure_promised(operation, await method(**params))

        return await self.caller(operation, ask)


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
        attempt = asyncio.create_task(self.connect_as(name, self._settings.source(name)))
        self._attempts[name] = attempt
        attempt.add_done_callback(lambda _: self._attempts.pop(name))
        return attempt

    async def connect_as(self, name: str, source: Source) -> Connection:
        """A new connection to ``source``, which ``name`` stands for from now on."""
        _must_know_operations(name, source)
        async with AsyncExitStack() as stack:
            connection = await self._reach(name, source, stack)
            # Kept until the worker ends: others may be in the midst of a call when it expires.
            self._stack.push_async_exit(stack.pop_all())
        self._open[name] = connection
        return connection

    async def _reach(self, name: str, source: Source, stack: AsyncExitStack) -> Connection:
        config = self._config(source)
        try:
            made = Sessions(self._settings, config).of(source)
            session, region = made.session, region_of(source, made.session)
            if not region:
                raise AwsMisconfigured(
                    f"source {name!r} has no region: give --region, set AWS_REGION, "
                    "or name one in glueline.toml",
                    code="region",
                )
            # One aioboto3 session: each registers its handlers with botocore's.
            aio = aioboto3.Session(botocore_session=session, region_name=region)
            options = {"endpoint_url": source.endpoint_url, "config": config}
            clients = {
                service: await stack.enter_async_context(aio.client(service, **options))
                for service in ("glue", "s3", "sts")
            }
        except Exception as error:  # noqa: BLE001 - `meaning` raises what is not AWS's
            raise meaning(error, "connect") from None
        for client in clients.values():
            note_answers(client)
        caller = Caller(
            self._quota,
            f"{name}:{region}",
            self._settings.worker.call_timeout,
            source.quota,
            made.keys.rotated if made.keys else None,
        )
        connection = Connection(name, source, region, None, caller, clients)
        connection.account = await _account(connection)
        # Sources of one account share its quota; without STS the source's name must do.
        connection.caller = replace(caller, scope=f"{connection.account or name}:{region}")
        return connection

    def _config(self, source: Source) -> AioConfig:
        worker = self._settings.worker
        emulated = source.endpoint_url or any(v.startswith("AWS_ENDPOINT_URL") for v in os.environ)
        return AioConfig(
            retries={"total_max_attempts": 1},
            # AWS shows it in its logs; botocore would put its own together for each call, which
            # takes a tenth of a call's CPU time.
            user_agent=USER_AGENT,
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
        if isinstance(error, AwsCredentials | AwsMisconfigured) or not isinstance(error, Terminal):
            raise
        return connection.source.catalog_id
    account: str | None = answer.get("Account")
    return account


def _must_know_operations(name: str, source: Source) -> None:
    unknown = sorted(source.quota.operations.keys() - OPERATIONS)
    if unknown:
        raise UsageError(
            f"source {name!r}: quota.operations names {unknown[0]}, which is no call that is made; "
            f"these are: {', '.join(sorted(OPERATIONS))}"
        )


def _snake(operation: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in operation).lstrip("_")
