"""Many sources in one worker: what they share, what is forgotten, and what nobody may cut."""

import asyncio
import gc
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from glueline.settings.settings import Settings
from glueline.settings.sources import Source
from glueline_simulator import Simulator
from glueline_worker.aws import sources
from glueline_worker.aws.errors import AwsExpired
from glueline_worker.aws.quota import MOST_QUOTA_FAMILIES, LocalQuota
from glueline_worker.aws.s3 import fetch_script
from glueline_worker.aws.sessions import clients
from glueline_worker.aws.sources import Connection, SourceConnections

Simulate = Callable[..., Simulator]
ACCOUNTS = [str(100000000000 + number) for number in range(1000)]


@asynccontextmanager
async def opened(sim: Simulator, count: int, **fields: Any) -> AsyncIterator[SourceConnections]:
    declared = {
        f"a{account}": Source.model_validate(
            {
                "endpoint_url": sim.url,
                "roles": [{"arn": f"arn:aws:iam::{account}:role/reader"}],
                **fields,
            }
        )
        for account in ACCOUNTS[:count]
    }
    made = SourceConnections(Settings(sources=declared), LocalQuota(100_000))
    try:
        yield made
    finally:
        await made.close()


async def collected(pool: clients.ClientPool, expected: int) -> None:
    """Wait until what nobody holds has been let go of."""
    async with asyncio.timeout(60):
        while len(pool) != expected:
            gc.collect()
            await asyncio.sleep(0.01)


async def test_sources_share_clients_and_call_as_themselves(simulator: Simulate) -> None:
    async with opened(simulator(databases=1), 20) as made:
        found = await asyncio.gather(*(made.connect(f"a{account}") for account in ACCOUNTS[:20]))
        assert [one.account for one in found] == ACCOUNTS[:20]
        again = await asyncio.gather(*(one.call("sts", "GetCallerIdentity") for one in found * 3))
        assert [answer["Account"] for answer in again] == ACCOUNTS[:20] * 3
        assert len(made._pool) == 1
        shared = {id(client._client) for one in found for client in one.clients.values()}
        assert len(shared) == 3


async def test_the_first_use_by_many_at_once_makes_one_client(simulator: Simulate) -> None:
    sim = simulator(databases=1)
    async with opened(sim, 1) as made:
        found = await asyncio.gather(*(made.connect(f"a{ACCOUNTS[0]}") for _ in range(30)))
    assert len({id(one) for one in found}) == 1
    assert sim.stats()["operations"]["AssumeRole"]["calls"] == 1


async def test_revoked_sessions_are_replaced_and_leave_nothing(simulator: Simulate) -> None:
    sim = simulator(databases=1)
    async with opened(sim, 10) as made:
        names = [f"a{account}" for account in ACCOUNTS[:10]]
        for _ in range(3):
            for name in names:
                await (await made.connect(name)).call("glue", "GetDatabases")
            sim.expire_sessions()
            for name in names:
                connection = await made.connect(name)
                with pytest.raises(AwsExpired):
                    await connection.call("glue", "GetDatabases")
                made.refresh(connection)
        del connection
        gc.collect()
        left = [one for one in gc.get_objects() if isinstance(one, Connection)]
        assert not [one for one in left if one.name in names]
        assert len(made._pool) == 1


async def test_an_idle_source_is_forgotten_and_comes_back(
    simulator: Simulate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clients, "UNUSED_CLIENT_SECONDS", 0)
    sim = simulator(databases=1)
    async with opened(sim, 5) as made:
        for account in ACCOUNTS[:5]:
            await made.connect(f"a{account}")
        monkeypatch.setattr(sources, "IDLE_SOURCE_SECONDS", 0)
        made._forget_idle()
        assert not made._open
        assert not made._identities
        await collected(made._pool, 0)
        connection = await made.connect(f"a{ACCOUNTS[0]}")
        assert await connection.call("glue", "GetDatabases")


async def test_nothing_in_flight_is_cut_when_its_source_is_forgotten(
    simulator: Simulate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clients, "UNUSED_CLIENT_SECONDS", 0)
    monkeypatch.setattr(sources, "IDLE_SOURCE_SECONDS", 0)
    sim = simulator(databases=1, latency=0.3)
    async with opened(sim, 1) as made:
        calls = asyncio.gather(*(_list_databases(made) for _ in range(5)))
        while "GetDatabases" not in sim.stats()["operations"]:  # noqa: ASYNC110 - of another process
            await asyncio.sleep(0.01)
        made._forget_idle()
        gc.collect()
        assert all("DatabaseList" in answer for answer in await calls)
        del calls
        await collected(made._pool, 0)


async def _list_databases(made: SourceConnections) -> dict[str, Any]:
    connection = await made.connect(f"a{ACCOUNTS[0]}")
    answer = await connection.call("glue", "GetDatabases")
    # Work goes on with what the unit holds, however long ago the source was forgotten.
    await connection.call("glue", "GetDatabases")
    return answer


async def test_credentials_are_renewed_before_they_expire(simulator: Simulate) -> None:
    sim = simulator(databases=1)
    async with opened(sim, 1) as made:
        connection = await made.connect(f"a{ACCOUNTS[0]}")
        credentials: Any = made._identities[connection.name].credentials.signing
        first = await credentials.get_frozen_credentials()
        credentials._time_fetcher = lambda: credentials._expiry_time
        answers = await asyncio.gather(*(connection.call("glue", "GetDatabases") for _ in range(5)))
        assert all("DatabaseList" in answer for answer in answers)
        assert await credentials.get_frozen_credentials() != first


async def test_only_some_endpoints_stay_open_and_identities_outlive_them(
    simulator: Simulate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clients, "MOST_UNUSED_CLIENTS", 0)
    monkeypatch.setattr(sources, "MOST_ENDPOINTS", 2)
    sim = simulator(databases=1)
    async with opened(sim, 6) as made:
        names = [f"a{account}" for account in ACCOUNTS[:6]]
        for number, name in enumerate(names):
            source = made._settings.source(name)
            made._settings.sources[name] = source.model_copy(update={"region": f"eu-west-{number}"})
            await (await made.connect(name)).call("glue", "GetDatabases")
        await collected(made._pool, 2)
        before = sim.stats()["operations"]["AssumeRole"]["calls"]
        await (await made.connect(names[0])).call("glue", "GetDatabases")
        assert sim.stats()["operations"]["AssumeRole"]["calls"] == before


async def test_profiles_that_differ_in_credentials_only_share_clients(
    simulator: Simulate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "".join(
        f"[profile p{n}]\naws_access_key_id=AKIA{n}\naws_secret_access_key=x\n" for n in range(20)
    )
    text += "[profile other]\naws_access_key_id=AKIA\naws_secret_access_key=x\nmax_attempts = 7\n"
    (tmp_path / "config").write_text(text)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    sim = simulator(databases=1)
    declared = {
        name: Source(profile=name, endpoint_url=sim.url, region="eu-west-1")
        for name in [*(f"p{n}" for n in range(20)), "other"]
    }
    made = SourceConnections(Settings(sources=declared), LocalQuota(1000))
    try:
        for name in declared:
            await made.connect(name)
        assert len(made._pool) == 2
        keys = [
            (
                await made._identities[f"p{n}"].credentials.signing.get_frozen_credentials()
            ).access_key
            for n in range(20)
        ]
        assert keys == [f"AKIA{n}" for n in range(20)]
    finally:
        await made.close()


async def test_a_script_is_read_to_its_end_although_its_source_was_forgotten(
    simulator: Simulate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clients, "UNUSED_CLIENT_SECONDS", 0)
    monkeypatch.setattr(sources, "IDLE_SOURCE_SECONDS", 0)
    sim = simulator(databases=1, jobs=1)
    async with opened(sim, 1, roles=[]) as made:
        connection = await made.connect(f"a{ACCOUNTS[0]}")
        job = (await connection.call("glue", "GetJobs"))["Jobs"][0]
        bucket, _, key = job["Command"]["ScriptLocation"].removeprefix("s3://").partition("/")
        made._forget_idle()
        script = await fetch_script(connection, bucket, key)
    assert script.text


async def test_the_memory_of_a_source_is_some_kilobytes(simulator: Simulate) -> None:
    sim = simulator(databases=1)
    async with opened(sim, 60) as made:
        await made.connect(f"a{ACCOUNTS[0]}")
        before = psutil.Process().memory_info().rss
        for account in ACCOUNTS[1:60]:
            await (await made.connect(f"a{account}")).call("glue", "GetDatabases")
        grown = psutil.Process().memory_info().rss - before
    assert grown / 59 < 300_000


async def test_a_pace_forgets_families_whose_turn_has_passed() -> None:
    pace = LocalQuota(1e6)
    for number in range(5 * MOST_QUOTA_FAMILIES):
        await pace.acquire(str(number))
    assert len(pace._next) <= 2 * MOST_QUOTA_FAMILIES + 1
