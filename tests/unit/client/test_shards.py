"""Several Redis servers that share the sources: where requests go, and where runs are found."""

from collections.abc import Iterator

import pytest
import redis

from glueline import Producer, Settings, UnknownRun, UsageError, load_settings
from glueline.contract.changes import Change
from glueline.ledger import Keys, LedgerUnavailable
from glueline.ledger.changes import EventChanges
from glueline.settings.redis_shards import RedisShard
from glueline.settings.schedules import Schedule
from glueline_worker.local.server import EmbeddedRedis


@pytest.fixture(scope="module")
def second_server() -> Iterator[EmbeddedRedis]:
    with EmbeddedRedis() as server:
        yield server


@pytest.fixture
def sharded(settings: Settings, second_server: EmbeddedRedis) -> Settings:
    shard = RedisShard(redis_url=second_server.url, sources=("eu-*", "partner"))
    return settings.model_copy(update={"redis_shards": {"b": shard}})


@pytest.fixture
def producer(sharded: Settings) -> Iterator[Producer]:
    with Producer(sharded) as found:
        yield found


@pytest.fixture
def lonely(sharded: Settings) -> Iterator[Producer]:
    """A producer whose second Redis does not answer."""
    with EmbeddedRedis() as gone:
        shard = RedisShard(redis_url=gone.url, sources=("eu-*",))
    with Producer(sharded.model_copy(update={"redis_shards": {"b": shard}})) as found:
        yield found


def _queue_lengths(settings: Settings) -> list[int]:
    lengths = []
    for name in ("main", "b"):
        with redis.Redis.from_url(settings.for_shard(name).redis_url) as client:
            lengths.append(client.llen(f"{settings.key_prefix}glueline"))
    return lengths


def _scripts_run(settings: Settings, name: str) -> int:
    with redis.Redis.from_url(settings.for_shard(name).redis_url) as client:
        stats = client.info("commandstats")
        return sum(
            stats.get(f"cmdstat_{one}", {"calls": 0})["calls"] for one in ("eval", "evalsha")
        )


@pytest.mark.parametrize(
    ("source", "lengths"), [("default", [1, 0]), ("us-1", [1, 0]), ("eu-1", [0, 1])]
)
def test_a_request_goes_to_the_redis_of_its_source(
    producer: Producer, sharded: Settings, source: str, lengths: list[int]
):
    producer.enqueue_job("j", source)
    assert _queue_lengths(sharded) == lengths


def test_a_run_is_found_wherever_it_is(producer: Producer, sharded: Settings):
    here, there = (producer.enqueue_job("j", source).run_id for source in ("default", "partner"))
    with Producer(sharded) as stranger:
        for run_id in (here, there):
            assert stranger.status(run_id).run_id == run_id
            assert stranger.find(run_id[:12]).run_id == run_id
            assert stranger.failures(run_id) == []
            assert stranger.cancel(run_id) == "cancelled"
            with pytest.raises(UsageError, match="is cancelled"):
                stranger.replay(run_id)
        with pytest.raises(UnknownRun, match="there is no run"):
            stranger.status("f" * 32)


def test_a_run_is_looked_for_once(producer: Producer, sharded: Settings):
    run_id = producer.enqueue_job("j", "partner").run_id
    with Producer(sharded) as stranger:
        stranger.status(run_id)
        before = _scripts_run(sharded, "main"), _scripts_run(sharded, "b")
        stranger.status(run_id)
        stranger.failures(run_id)
    assert (_scripts_run(sharded, "main"), _scripts_run(sharded, "b") - 2) == before


def test_runs_of_all_shards_are_listed_in_one_order(producer: Producer):
    ids = [
        producer.enqueue_job(f"j{number}", ("default", "eu-1")[number % 2]).run_id
        for number in range(6)
    ]
    newest = producer.runs(4)
    rest = producer.runs(4, newest[-1])
    assert [run.run_id for run in newest + rest] == sorted(
        ids, key=lambda one: (producer.status(one).created_at, one), reverse=True
    )


def test_a_slot_is_kept_where_its_runs_are(producer: Producer, sharded: Settings):
    schedule = Schedule.model_validate(
        {"name": "nightly", "every": "1d", "request": {"source": "eu-1"}}
    )
    producer.mark_slot(schedule, 7)
    assert producer.last_slot(schedule) == 7
    with Producer(sharded.for_shard("b").without_shards()) as second:
        assert second.last_slot(schedule) == 7


def test_changes_and_checks_go_to_the_redis_of_their_source(producer: Producer, sharded: Settings):
    changes = [
        Change(source=source, scope={"kind": "database", "name": "sales"})
        for source in ("default", "eu-1")
    ]
    assert producer.record_changes([EventChanges("e", changes)]).noted == 2
    assert producer.checks.ask("eu-1")
    for name, source in {"main": "default", "b": "eu-1"}.items():
        with redis.Redis.from_url(sharded.for_shard(name).redis_url) as client:
            (group,) = client.zrange(f"{sharded.key_prefix}changes", 0, -1)
        assert source in group.decode()
    checks = producer.checks.read_reports(["eu-1", "default"])
    assert [(check.source, check.is_checking) for check in checks] == [
        ("eu-1", True),
        ("default", False),
    ]


def test_a_redis_that_is_away_is_named_and_the_others_go_on(
    lonely: Producer, caplog: pytest.LogCaptureFixture
):
    with pytest.raises(LedgerUnavailable, match="Redis shard 'b': Redis did not answer"):
        lonely.enqueue_job("j", "eu-1")
    run_id = lonely.enqueue_job("j").run_id
    assert lonely.status(run_id).run_id == run_id
    assert [run.run_id for run in lonely.runs()] == [run_id]
    assert "Redis shard 'b'" in caplog.text
    assert "missing here" in caplog.text


def test_schedulers_are_seen_on_the_shards_that_answer(
    lonely: Producer, sharded: Settings, client: redis.Redis
):
    with pytest.raises(LedgerUnavailable, match="Redis shard 'b'"):
        lonely.mark_scheduler()
    assert client.exists(Keys(sharded.key_prefix).scheduler)


def test_a_run_that_may_be_on_a_redis_that_is_away_is_not_unknown(lonely: Producer):
    for ask in (lonely.status, lonely.find, lonely.failures, lonely.cancel):
        with pytest.raises(LedgerUnavailable, match="Redis shard 'b'"):
            ask("f" * 32)


SHARDS = '[redis_shards.{}]\nredis_url = "redis://b"\nsources = ["eu-*"]\n'


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (SHARDS.format("main"), "the shard 'main' is that of redis_url"),
        (SHARDS.format("b").replace("redis://", "http://"), "the Redis URL cannot be understood"),
        (SHARDS.format("b").replace('"eu-*"', ""), "sources"),
        (
            SHARDS.format("b") + SHARDS.format("c") + "[sources.eu-1]\n",
            "'eu-1' belongs to several Redis shards: b, c",
        ),
    ],
)
def test_shards_that_cannot_be_are_refused(tmp_path, text: str, problem: str):
    (tmp_path / "glueline.toml").write_text(text)
    with pytest.raises(UsageError, match=problem):
        load_settings()


def test_a_source_of_several_shards_is_refused_when_it_is_not_declared(tmp_path):
    (tmp_path / "glueline.toml").write_text(SHARDS.format("b") + SHARDS.format("c"))
    with Producer() as producer, pytest.raises(UsageError, match="several Redis shards: b, c"):
        producer.enqueue_catalog("eu-1")


def test_an_unknown_shard_is_refused(sharded: Settings):
    with pytest.raises(UsageError, match="no Redis shard 'c'; the known ones are main, b"):
        sharded.for_shard("c")
