"""Find messages with a priority and move them to the queue.

Foreign Celery clients put them into lists that no worker reads.
"""

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

_SCANNED_KEYS = 1000
"""Keys that one search goes through: several short searches cover a whole Redis."""
log = structlog.get_logger()


class PriorityLists:
    """Finds such lists and moves their messages to the queue."""

    def __init__(self, client: redis.asyncio.Redis, ledger: AsyncLedger, keys: Keys) -> None:
        """Search among the keys of one prefix."""
        self._client, self._ledger, self._keys = client, ledger, keys
        self._cursor = 0
        self._may_scan = True

    async def collect(self) -> int:
        """Move up to a thousand messages to the queue; return how many."""
        lists = dict.fromkeys([*default_lists(self._keys), *await self._find_lists()])
        moved = await self._ledger(collect_messages(self._keys, list(lists)))
        if moved:
            log.info("queue.collected", messages=moved)
        return moved

    async def _find_lists(self) -> list[str]:
        """Find lists with other separators among the next keys of Redis."""
        if not self._may_scan:
            return []
        try:
            self._cursor, names = await self._client.scan(
                self._cursor, match=list_pattern(self._keys), count=_SCANNED_KEYS, _type="list"
            )
        except ResponseError as error:
            self._may_scan = False
            log.warning("redis.no_scan", error=explain(error))
            return []
        texts = [name if isinstance(name, str) else name.decode(errors="replace") for name in names]
        return [text for text in texts if is_priority_list(self._keys, text)]
