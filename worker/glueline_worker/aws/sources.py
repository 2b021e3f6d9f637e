"""Connections to sources: their identities and their clients.

Both are forgotten some minutes after the last use, so that a worker's memory does not grow with
every source that it has met. All of it lives on one event loop: clients cannot be shared between
loops.
"""

import asyncio
import ctypes
import os
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from typing import Any

from aiobotocore.config import AioConfig

from glueline.contract.errors import Terminal, UsageError
from glueline.settings.settings import Settings
from glueline.settings.sources import Source
from glueline_worker.aws.answers import check_answer
from glueline_worker.aws.calls import AwsCaller
from glueline_worker.aws.errors import (
    AwsCredentials,
    AwsError,
    AwsExpired,
    AwsMisconfigured,
    classify_error,
)
from glueline_worker.aws.iam_actions import QUOTA_OPERATIONS
from glueline_worker.aws.quota import LocalQuota, Quota
from glueline_worker.aws.sessions.clients import ClientPool
from glueline_worker.aws.sessions.http_session import SharedTlsSession
from glueline_worker.aws.sessions.sessions import Sessions, SourceCredentials, find_region
from glueline_worker.aws.sessions.shared_client import SourceClient

_USER_AGENT = f"glueline/{version('glueline-worker')} aiobotocore/{version('aiobotocore')}"

_SERVICES = ("glue", "s3", "sts")
IDLE_SOURCE_SECONDS = 300.0
"""Seconds after which an unused source is forgotten."""
MOST_ENDPOINTS = 16
"""Regions and endpoints whose clients stay open: each takes a megabyte and its connections."""


@dataclass
class Connection:
    """One source with its clients."""

    name: str
    source: Source
    region: str
    account: str | None
    """The account whose jobs are read, from STS; None if STS does not say."""
    caller: AwsCaller
    clients: dict[str, SourceClient] = field(default_factory=dict)

    @property
    def catalog_id(self) -> str | None:
        """The catalogue that is read: the one that the source names, else the caller's own."""
        return self.source.catalog_id or self.account

    async def call(self, service: str, operation: str, **params: Any) -> dict[str, Any]:
        """Make one call; ``operation`` is a name of the API, such as ``GetTables``."""
        client = self.clients[service]

        async def send() -> dict[str, Any]:
            return check_answer(operation, await client.call(operation, params))

        return await self.caller(operation, send)


@dataclass
class _Identity:
    """The identity of a source: found once, and valid for every connection to it."""

    credentials: SourceCredentials
    account: str | None
    used: float = 0.0
    """The time of the last request for a connection, on the clock of the loop."""


class SourceConnections:
    """Opens the connection of a source on first use, and forgets it when it is unused."""

    def __init__(self, settings: Settings, quota: Quota) -> None:
        """Connect to the sources that ``settings`` declare."""
        self._settings = settings
        self._quota = quota
        self._pool = ClientPool(self._config)
        self._sessions = Sessions(settings, self._pool)
        self._identities: OrderedDict[str, _Identity] = OrderedDict()
        """The most recently used one comes last."""
        self._open: dict[str, Connection] = {}
        self._attempts: dict[str, asyncio.Task[Connection]] = {}
        self._sweep: asyncio.TimerHandle | None = None

    async def connect(self, name: str) -> Connection:
        """Return the connection of a source; raises UsageError or AwsError."""
        if name in self._open:
            self._record_use(name)
            return self._open[name]
        # All callers that wait share one attempt and its failure.
        return await asyncio.shield(self._attempts.get(name) or self._start_attempt(name))

    def refresh(self, expired: Connection) -> None:
        """Forget a connection whose credentials have expired; the next use makes a new one.

        Many units notice this at once. A late one does not make the new connection forgotten.
        """
        if self._open.get(expired.name) is expired:
            del self._open[expired.name]
            identity = self._identities.pop(expired.name, None)
            if identity is not None:
                self._sessions.renew(identity.credentials)

    async def close(self) -> None:
        """Close all clients."""
        for attempt in self._attempts.values():
            attempt.cancel()
        if self._sweep is not None:
            self._sweep.cancel()
        self._open.clear()
        await self._pool.close()

    async def connect_as(self, name: str, source: Source) -> Connection:
        """Make a new connection to ``source``, which has the ``name`` from now on."""
        self._identities.pop(name, None)
        return await self._connect(name, source)

    def _start_attempt(self, name: str) -> asyncio.Task[Connection]:
        attempt = asyncio.create_task(self._connect(name, self._settings.source(name)))
        self._attempts[name] = attempt
        attempt.add_done_callback(lambda _: self._attempts.pop(name))
        return attempt

    async def _connect(self, name: str, source: Source) -> Connection:
        _check_operations(name, source)
        connection = await self._reach(name, source)
        self._open[name] = connection
        self._record_use(name)
        self._close_least_used()
        return connection

    async def _reach(self, name: str, source: Source) -> Connection:
        known = self._identities.get(name)
        credentials = None
        try:
            credentials = known.credentials if known else self._sessions.make_credentials(source)
            connection = await self._open_clients(name, source, credentials)
            if known is None:
                known = _Identity(credentials, await _find_account(connection))
        except (AwsCredentials, AwsExpired):
            if credentials is not None:
                self._sessions.renew(credentials)
            raise
        self._identities[name] = known
        connection.account = known.account
        # Sources of one account share its quota; without STS, each source has its own.
        scope = f"{connection.account or name}:{connection.region}"
        connection.caller = replace(connection.caller, scope=scope)
        return connection

    async def _open_clients(
        self, name: str, source: Source, credentials: SourceCredentials
    ) -> Connection:
        try:
            region = find_region(source, credentials.session)
            if not region:
                raise AwsMisconfigured(
                    f"source {name!r} has no region: give --region, set AWS_REGION, "
                    "or name one in glueline.toml",
                    code="region",
                )
            if credentials.profile is not None:
                await credentials.profile.load()
            caller = AwsCaller(
                self._quota,
                f"{name}:{region}",
                self._settings.worker.call_timeout,
                source.quota,
                credentials.keys.have_changed if credentials.keys else None,
            )
            connection = Connection(name, source, region, None, caller)
            clients = self._pool.lease(connection, credentials.session, region, source.endpoint_url)
            for service in _SERVICES:
                connection.clients[service] = await clients.get_client(service, credentials.signing)
        except Exception as error:  # noqa: BLE001 - an error that is not of AWS is raised again
            raise classify_error(error, "connect") from None
        return connection

    def _record_use(self, name: str) -> None:
        loop = asyncio.get_running_loop()
        if name in self._identities:
            self._identities[name].used = loop.time()
            self._identities.move_to_end(name)
        if self._sweep is None:
            self._sweep = loop.call_later(IDLE_SOURCE_SECONDS, self._forget_idle)

    def _forget_idle(self) -> None:
        """Forget unused sources; units in progress keep their connections."""
        now = asyncio.get_running_loop().time()
        self._sweep = None
        while self._identities:
            name, identity = next(iter(self._identities.items()))
            left = identity.used + IDLE_SOURCE_SECONDS - now
            if left > 0:
                self._sweep = asyncio.get_running_loop().call_later(left, self._forget_idle)
                return
            del self._identities[name]
            self._open.pop(name, None)
        _trim_memory()

    def _close_least_used(self) -> None:
        """Forget the least recently used connections while too many endpoints are open.

        Their identities stay known, so that they are opened again without a call.
        """
        if len(self._pool) <= MOST_ENDPOINTS:
            return
        open_endpoints: set[tuple[str, str | None]] = set()
        for name in reversed(self._identities):
            connection = self._open.get(name)
            if connection is None:
                continue
            endpoint = connection.region, connection.source.endpoint_url
            if endpoint in open_endpoints or len(open_endpoints) < MOST_ENDPOINTS:
                open_endpoints.add(endpoint)
            else:
                del self._open[name]

    def _config(self, url: str | None) -> AioConfig:
        worker = self._settings.worker
        emulated = url or any(v.startswith("AWS_ENDPOINT_URL") for v in os.environ)
        return AioConfig(
            retries={"total_max_attempts": 1},
            # AWS shows it in its logs. botocore would build its own for each call, which takes a
            # tenth of a call's CPU time.
            user_agent=_USER_AGENT,
            connect_timeout=5,
            read_timeout=worker.read_timeout,
            max_pool_connections=max(10, worker.concurrency * 2),
            # An emulator's host name has no buckets before it.
            s3={"addressing_style": "path"} if emulated else None,
            http_session_cls=SharedTlsSession,
            # A session of S3 Express would be shared with sources that have no right to it.
            client_context_params={"disable_s3_express_session_auth": True},
        )


def make_quick_connections(settings: Settings, seconds: float, rate: float) -> SourceConnections:
    """Make connections for a check: a call fails after ``seconds``, and Redis is not needed.

    ``rate`` is in calls per second, for each operation.
    """
    limits = {"call_timeout": seconds, "read_timeout": seconds}
    worker = settings.worker.model_copy(update=limits)
    return SourceConnections(settings.model_copy(update={"worker": worker}), LocalQuota(rate))


async def _find_account(connection: Connection) -> str | None:
    try:
        answer = await connection.call("sts", "GetCallerIdentity")
    except AwsError as error:
        # An endpoint or a policy without STS is no reason to stop.
        if isinstance(error, AwsCredentials | AwsMisconfigured) or not isinstance(error, Terminal):
            raise
        return connection.source.catalog_id
    account: str | None = answer.get("Account")
    return account


def _trim_memory() -> None:
    """Make glibc return freed memory to the system; other C libraries do it by themselves."""
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)


def _check_operations(name: str, source: Source) -> None:
    unknown = sorted(source.quota.operations.keys() - QUOTA_OPERATIONS)
    if unknown:
        raise UsageError(
            f"source {name!r}: quota.operations names {unknown[0]}, a call that Glueline does not "
            f"make; it makes: {', '.join(sorted(QUOTA_OPERATIONS))}"
        )
