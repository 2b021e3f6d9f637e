"""Several Redis servers, each with the queue and the ledger of some sources."""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Annotated

from pydantic import AfterValidator, Field

from glueline.contract.errors import UsageError
from glueline.contract.model import StrictModel
from glueline.redis import sentinel_url
from glueline.redis.url import parse_server

MAIN_SHARD = "main"
"""The shard of all sources that no other one names; its server is the setting ``redis_url``."""


def _check_redis_url(url: str) -> str:
    if url.lower().startswith(("sentinel://", "sentinels://")):
        sentinel_url.parse_sentinels(url)
    else:
        parse_server(url)
    return url


def _check_shard_name(name: str) -> str:
    if name == MAIN_SHARD:
        raise ValueError(f"the shard {MAIN_SHARD!r} is that of redis_url: choose another name")
    return name


RedisUrl = Annotated[str, AfterValidator(_check_redis_url)]
ShardName = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9_.-]{1,64}$"), AfterValidator(_check_shard_name)
]


class RedisShard(StrictModel):
    """A Redis server for some sources."""

    redis_url: RedisUrl
    """Its Redis."""
    sources: Annotated[tuple[Annotated[str, Field(min_length=1)], ...], Field(min_length=1)]
    """The names of its sources; `*`, `?` and `[…]` are wildcards."""


def find_shard(shards: Mapping[str, RedisShard], source: str) -> str:
    """Return the name of a source's shard; raises UsageError when several shards name it."""
    found = [
        name
        for name, shard in shards.items()
        if any(fnmatchcase(source, pattern) for pattern in shard.sources)
    ]
    if len(found) > 1:
        raise UsageError(
            f"the source {source!r} belongs to several Redis shards: {', '.join(found)}"
        )
    return found[0] if found else MAIN_SHARD
