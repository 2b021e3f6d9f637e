"""Workers of two Redis servers that share the sources."""

import json
from collections.abc import Callable
from typing import Any

import redis
from tests.support.poison import REQUEST, envelope
from tests.support.system import System, eventually

from glueline import Producer, Settings
from glueline.settings.redis_shards import RedisShard
from glueline.settings.sources import Source
from glueline_simulator import Simulator
from glueline_worker.local.server import EmbeddedRedis


def test_workers_serve_their_own_redis_and_refuse_what_belongs_to_another(
    system: Callable[..., System], simulator: Callable[..., Simulator], settings: Settings
):
    aws = simulator(databases=1, tables=2, jobs=0)
    with EmbeddedRedis() as second:
        shard = RedisShard(redis_url=second.url, sources=("eu-*",))
        sources = {"default": Source(), "eu-1": Source()}
        shared: dict[str, Any] = {"redis_shards": {"b": shard}, "sources": sources}
        main = system(aws, **shared)
        system(aws, worker={"shard": "b"}, **shared)
        for source in ("default", "eu-1"):
            run = main.wait(main.producer.enqueue_catalog(source).run_id)
            assert (run.state, run.counts["table"]) == ("succeeded", 2)
        with redis.Redis.from_url(second.url) as client:
            client.lpush(f"{settings.key_prefix}glueline", json.dumps(envelope([REQUEST])))
        (letter,) = eventually(main.producer.dead_letters)
        assert "'default' belongs to the Redis shard 'main', and this is 'b'" in letter.reason
        with Producer(main.settings.without_shards()) as only_main:
            assert [run.request.source for run in only_main.runs()] == ["default"]
