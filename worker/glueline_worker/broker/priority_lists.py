"""Messages with a priority, which foreign Celery clients put into lists that no worker reads."""

import redis.asyncio
import structlog
from redis.exceptions import ResponseError

from glueline.ledger import AsyncLedger, Keys
from glueline.ledger.priority_lists import (
    collect_messages,
    default_lists,
    is_priority_list,
    list_pattern,
)
from glueline.redis.errors import explain

SCANNED = 1000
"""Keys that one look goes through: a whole Redis is seen in some looks, and none takes long."""
log = structlog.get_logger()


class PriorityLists:
    """Finds those lists and moves what is in them to the queue."""

    def __init__(self, client: redis.asyncio.Redis, ledger: AsyncLedger, keys: Keys) -> None:
        """Look at the keys of one prefix."""
        self._client, self._ledger, self._keys = client, ledger, keys
        self._cursor = 0
        self._may_scan = True

    async def collect(self) -> int:
        """Move messages to the queue, a thousand at the most; returns how many."""
        lists = dict.fromkeys([*default_lists(self._keys), *await self._found()])
        moved = await self._ledger(collect_messages(self._keys, list(lists)))
        if moved:
            log.info("queue.collected", messages=moved)
        return moved

    async def _found(self) -> list[str]:
        """Lists of other separators, among the next keys of Redis."""
        if not self._may_scan:
            return []
        try:
            self._cursor, names = await self._client.scan(
                self._cursor, match=list_pattern(self._keys), count=SCANNED, _type="list"
            )
        except ResponseError as error:
            self._may_scan = False
            log.warning("redis.no_scan", error=explain(error))
            return []
        texts = [name if isinstance(name, str) else name.decode(errors="replace") for name in names]
        return [text for text in texts if is_priority_list(self._keys, text)]
