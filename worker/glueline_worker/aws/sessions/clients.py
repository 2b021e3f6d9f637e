"""Clients that sources share: one for each service, Region and endpoint.

A client takes much memory, and only its credentials belong to a source. They come with each call
instead (``shared_client``). So a thousand sources of one Region need three clients, one pool of
connections, and a few kilobytes each.

Unused clients are closed after a while, and at once when too many are open. A caller that is in
the middle of a call, or reads the body of an answer, holds its owner, and the clients stay open
while the owner lives.
"""

import asyncio
import weakref
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass

import aioboto3
from aiobotocore.config import AioConfig

from glueline_worker.aws.clocks import Clocks
from glueline_worker.aws.sessions.shared_client import (
    Credentials,
    CurrentCredentials,
    SharedClient,
    SourceClient,
)
from glueline_worker.aws.sessions.shared_session import LightSession
from glueline_worker.observe.tracing import trace_answers

MOST_UNUSED_CLIENTS = 4
"""Sets of unused clients that stay open for ``UNUSED_CLIENT_SECONDS``."""
UNUSED_CLIENT_SECONDS = 60.0
_CREDENTIAL_SETTINGS = (
    "aws_", "role_", "source_profile", "credential_", "external_id", "mfa_", "duration_seconds",
    "web_identity_", "sso_", "login_session", "region", "output", "cli_",
)  # fmt: skip
"""The beginnings of the names of a profile's settings that do not change its clients."""


class _ClientSession(LightSession):
    """A session whose clients sign with the credentials of the caller."""

    def __init__(self, profile: str | None) -> None:
        super().__init__(profile, has_own_handlers=True)
        self._credentials = CurrentCredentials()
        self.clocks = Clocks()
        self.clocks.watch(self)


class _PlainSession(aioboto3.Session):
    """A session whose clients have no methods for files, for which s3transfer would be loaded."""

    def _register_default_handlers(self) -> None:
        return


@dataclass(frozen=True, slots=True)
class _Endpoint:
    """The properties that make two clients of a service different."""

    region: str | None
    url: str | None
    configured: str
    """The settings of the profile, without those of its credentials."""


class ClientSet:
    """The clients of one endpoint, each opened on first use."""

    def __init__(self, endpoint: _Endpoint, profile: str | None, config: AioConfig) -> None:
        """Open no client yet."""
        self.endpoint = endpoint
        self.users = 0
        self.closing: asyncio.TimerHandle | None = None
        self._config = config
        inner = _ClientSession(profile)
        self._clocks = inner.clocks
        self._session = _PlainSession(botocore_session=inner)
        self._stack = AsyncExitStack()
        self._clients: dict[str, asyncio.Task[SharedClient]] = {}

    async def get_client(self, service: str, credentials: Credentials) -> SourceClient:
        """Return the client of a service, for calls with ``credentials``."""
        if service not in self._clients:
            self._clients[service] = asyncio.create_task(self._open(service))
        opening = self._clients[service]
        try:
            return SourceClient(await asyncio.shield(opening), credentials)
        except Exception:
            if self._clients.get(service) is opening:
                del self._clients[service]
            raise

    async def close(self) -> None:
        """Close all clients of the set."""
        for opening in self._clients.values():
            opening.cancel()
        self._clients.clear()
        await self._stack.aclose()

    async def _open(self, service: str) -> SharedClient:
        client = await self._stack.enter_async_context(
            self._session.client(
                service,
                region_name=self.endpoint.region,
                endpoint_url=self.endpoint.url,
                config=self._config,
            )
        )
        trace_answers(client)
        return SharedClient(client, self._clocks)


class ClientPool:
    """The sets of clients of one event loop."""

    def __init__(self, config: Callable[[str | None], AioConfig]) -> None:
        """Configure clients with ``config``, a function of the endpoint's URL."""
        self._config = config
        self._sets: dict[_Endpoint, ClientSet] = {}
        self._ending: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        """Return the number of open sets of clients."""
        return len(self._sets)

    def lease(
        self, owner: object, session: LightSession, region: str | None, url: str | None
    ) -> ClientSet:
        """Return the clients of an endpoint, which stay open as long as ``owner`` lives."""
        found = self._take(session, region, url)
        loop = asyncio.get_running_loop()
        weakref.finalize(owner, _give_back_later, loop, self, found).atexit = False
        return found

    @contextmanager
    def borrow(
        self, session: LightSession, region: str | None, url: str | None
    ) -> Iterator[ClientSet]:
        """Yield the clients of an endpoint for the time of a ``with`` block."""
        found = self._take(session, region, url)
        try:
            yield found
        finally:
            self._give_back(found)

    async def close(self) -> None:
        """Close all clients, also those in use."""
        sets, self._sets = list(self._sets.values()), {}
        for clients in sets:
            if clients.closing is not None:
                clients.closing.cancel()
            await clients.close()
        await asyncio.gather(*self._ending, return_exceptions=True)

    def _take(self, session: LightSession, region: str | None, url: str | None) -> ClientSet:
        endpoint = _Endpoint(region, url, _read_client_settings(session))
        found = self._sets.get(endpoint)
        if found is None:
            found = ClientSet(endpoint, session.get_config_variable("profile"), self._config(url))
            self._sets[endpoint] = found
        if found.closing is not None:
            found.closing.cancel()
            found.closing = None
        found.users += 1
        return found

    def _give_back(self, clients: ClientSet) -> None:
        clients.users -= 1
        if clients.users or self._sets.get(clients.endpoint) is not clients:
            return
        clients.closing = asyncio.get_running_loop().call_later(
            UNUSED_CLIENT_SECONDS, self._end, clients
        )
        unused = [other for other in self._sets.values() if other.closing is not None]
        for oldest in sorted(unused, key=_get_closing_time)[
            : max(0, len(unused) - MOST_UNUSED_CLIENTS)
        ]:
            self._end(oldest)

    def _end(self, clients: ClientSet) -> None:
        if clients.closing is not None:
            clients.closing.cancel()
        if self._sets.get(clients.endpoint) is clients:
            del self._sets[clients.endpoint]
        ending = asyncio.create_task(clients.close())
        self._ending.add(ending)
        ending.add_done_callback(self._ending.discard)


def _give_back_later(loop: asyncio.AbstractEventLoop, pool: ClientPool, clients: ClientSet) -> None:
    # Python may collect the owner in any thread, and after the loop's end.
    if not loop.is_closed():
        loop.call_soon_threadsafe(pool._give_back, clients)  # noqa: SLF001 - a class of this module


def _get_closing_time(clients: ClientSet) -> float:
    return clients.closing.when() if clients.closing is not None else 0.0


def _read_client_settings(session: LightSession) -> str:
    settings = session.get_scoped_config()
    return repr(
        sorted((k, v) for k, v in settings.items() if not k.startswith(_CREDENTIAL_SETTINGS))
    )
