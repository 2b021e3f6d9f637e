"""Redis with TLS and behind Sentinels, for the ledger and the queue, in producers and workers."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from tests.support.sentinels import Failover
from tests.support.system import System, eventually
from tests.support.tls import Authority, TlsProxy

from glueline import Producer, RunState
from glueline.contract.messages import DatabasesUnit
from glueline.ledger import Keys
from glueline.ledger.ledger import AsyncLedger, LedgerUnavailable
from glueline.queue import (
    Publisher,
    QueueUnavailable,
    make_async_redis_client,
    make_commands,
    make_redis_client,
)
from glueline.redis.auto_pipeline import AutoPipeline
from glueline.settings.settings import Settings
from glueline_simulator import Simulator
from glueline_worker.local.server import EmbeddedRedis

UNIT = DatabasesUnit(run_id="0" * 32, source="default")


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


def answers(producer: Producer) -> bool:
    try:
        producer.runs(1)
    except LedgerUnavailable:
        return False
    return True


def secure(server: EmbeddedRedis, port: int, options: str = "") -> str:
    password = urlsplit(server.url).password
    return f"rediss://:{password}@127.0.0.1:{port}/0{options}"


def test_a_run_over_tls(
    system: Callable[..., System],
    simulator: Callable[..., Simulator],
    redis_server: EmbeddedRedis,
    authority: Authority,
):
    with TlsProxy(redis_server.port, authority) as proxy:
        url = secure(redis_server, proxy.port, f"?ssl_ca_certs={authority.ca}")
        the_system = system(simulator(databases=2, tables=3, jobs=1), redis_url=url)
        run = the_system.producer.enqueue_catalog()
        assert the_system.wait(run.run_id).state is RunState.SUCCEEDED
        assert the_system.kinds(run.run_id)["table"] == 6
        the_system.stop()


@pytest.mark.slow
@pytest.mark.parametrize("whose", ["stranger", "other-host", "no-ca"])
async def test_a_server_that_is_not_the_one_we_mean_gets_nothing(
    redis_server: EmbeddedRedis, authority: Authority, tmp_path: Path, prefix: str, whose: str
):
    """Neither a message nor the password; kombu alone would send both."""
    signer = Authority(tmp_path, "stranger") if whose == "stranger" else authority
    address = "127.0.0.9" if whose == "other-host" else "127.0.0.1"
    with TlsProxy(redis_server.port, signer, address) as proxy:
        options = "" if whose == "no-ca" else f"?ssl_ca_certs={authority.ca}"
        settings = Settings(redis_url=secure(redis_server, proxy.port, options), key_prefix=prefix)
        with make_redis_client(settings) as client, pytest.raises(QueueUnavailable):
            Publisher(client, make_commands(settings).keys).publish([UNIT])
        with Producer(settings) as producer, pytest.raises(LedgerUnavailable):
            producer.runs()
        looping = make_async_redis_client(settings, 1)
        with pytest.raises(LedgerUnavailable):
            await AsyncLedger(AutoPipeline(looping))(make_commands(settings).recent(1))
        await looping.aclose()
    assert make_redis_client(Settings(redis_url=redis_server.url)).keys(f"{prefix}*") == []


@pytest.mark.slow
def test_a_failover_in_the_middle_of_a_run_loses_nothing(
    system: Callable[..., System], simulator: Callable[..., Simulator], tmp_path: Path
):
    sim = simulator(databases=30, tables=4, jobs=20)
    sim.configure(latency=0.3)
    with Failover(tmp_path / "redis") as failover:
        the_system = system(sim, workers=2, redis_url=failover.url)
        run = the_system.producer.enqueue_catalog()
        queue = Keys(the_system.settings.key_prefix).queue
        eventually(lambda: the_system.producer.status(run.run_id).settled_units > 8)
        master, replica = failover.servers
        assert failover.server(master).llen(queue) > 0
        failover.kill_master()
        eventually(lambda: failover.server(replica).info()["role"] == "master")
        eventually(lambda: answers(the_system.producer))
        status = the_system.wait(run.run_id, 90)
        assert status.state is RunState.SUCCEEDED, the_system.logs()
        kinds = the_system.kinds(run.run_id)
        assert (kinds["database"], kinds["table"], kinds["job"]) == (30, 120, 20)
        later = the_system.producer.enqueue_database("raw_sales_0000")
        assert the_system.wait(later.run_id, 30).state is RunState.SUCCEEDED
        the_system.stop()


def test_a_sentinel_that_is_away_keeps_nobody_from_the_master(
    system: Callable[..., System], simulator: Callable[..., Simulator], tmp_path: Path
):
    with Failover(tmp_path / "redis") as failover:
        failover.kill_a_sentinel()
        the_system = system(simulator(databases=1, tables=2, jobs=0), redis_url=failover.url)
        run = the_system.producer.enqueue_catalog()
        assert the_system.wait(run.run_id, 60).state is RunState.SUCCEEDED
        the_system.stop()
