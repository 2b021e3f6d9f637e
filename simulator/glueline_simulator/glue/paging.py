"""Pages and their tokens.

A token is opaque and belongs to one query: it holds the next position and the time it was
issued, under a keyed digest of the operation and its parameters.
"""

import base64
import math
import struct
import time
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from random import Random
from typing import Any, Generic, Protocol, TypeVar

import orjson

from glueline_simulator.errors import AwsError, invalid_input
from glueline_simulator.glue.validation import input_shape
from glueline_simulator.rules import Loop
from glueline_simulator.services.call import Call

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
_LAYOUT = struct.Struct(">QdB")
_DIGEST = 12
DEFAULT_PAGE = 100
# A filter that matches little would otherwise hold the server up: the page comes back short.
MOST_SCANNED = 10_000
# Of ragged pages, how many are empty, and how many listings end with an empty page.
_EMPTY_SHARE, _TRAILING_SHARE = 0.15, 0.5


class Listing(Protocol[T_co]):
    """Positions up to `end`, some of which may be gaps."""

    @property
    def end(self) -> int:
        """One past the last position."""

    def at(self, position: int) -> T_co | None:
        """What is at a position."""


@dataclass(frozen=True)
class Rows(Generic[T_co]):
    """A plain list as a listing."""

    items: Sequence[T_co]

    @property
    def end(self) -> int:
        """One past the last position."""
        return len(self.items)

    def at(self, position: int) -> T_co:
        """The item at a position."""
        return self.items[position]


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page begins, and whether the page before it was an empty one."""

    position: int = 0
    after_empty: bool = False


class Pager:
    """Cuts listings into pages."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._key = blake2b(f"{seed}".encode(), digest_size=16).digest()

    def page(
        self,
        call: Call,
        listing: Listing[T],
        keep: Callable[[int], bool] | None = None,
        *,
        end: int | None = None,
        positions: Sequence[int] | None = None,
        scan: int = MOST_SCANNED,
    ) -> tuple[list[T], str | None]:
        """The items of the page that the call asks for, and the token of the next.

        ``positions`` are those that an index has found; ``keep`` looks at
        no more than ``scan`` of them, or at a page's worth.
        """
        query = self._query(call)
        if call.loop:
            return self._endless(call, query, listing)
        cursor = self._cursor(call, query)
        limit, stop = self._limit(call, cursor), listing.end if end is None else end
        places = range(stop) if positions is None else positions
        at = bisect_left(places, cursor.position)
        scan_until = min(len(places), at + max(scan, limit))
        items: list[T] = []
        while at < scan_until and len(items) < limit:
            position = places[at]
            if keep is None or keep(position):
                item = listing.at(position)
                if item is not None:
                    items.append(item)
            at += 1
        if at >= len(places) and not self._trails(call, cursor, items):
            return items, None
        following = places[at] if at < len(places) else stop
        return items, self._token(query, Cursor(following, not items), time.time())

    def _endless(self, call: Call, query: bytes, listing: Listing[T]) -> tuple[list[T], str | None]:
        """The first page and a token that leads to it again."""
        is_same, is_empty = call.loop is Loop.SAME, call.loop is Loop.EMPTY
        token = self._token(query, Cursor(), math.inf if is_same else time.time())
        positions = range(0 if is_empty else min(listing.end, self._limit(call, Cursor())))
        return [item for at in positions if (item := listing.at(at)) is not None], token

    def _limit(self, call: Call, cursor: Cursor) -> int:
        member = input_shape(call.operation).members.get("MaxResults")
        most = member.metadata.get("max", DEFAULT_PAGE) if member is not None else DEFAULT_PAGE
        limit = int(call.parameters.get("MaxResults") or min(most, DEFAULT_PAGE))
        if not call.settings.ragged:
            return limit
        chance = self._chance(call, cursor)
        # Small pages are as likely as large ones, so that small listings are cut as well.
        size = int((limit + 1) ** chance.random())
        if chance.random() < _EMPTY_SHARE and not cursor.after_empty:
            return 0
        return size

    def _trails(self, call: Call, cursor: Cursor, items: list[Any]) -> bool:
        """Whether a ragged listing ends with one more page that is empty."""
        return (
            call.settings.ragged
            and bool(items)
            and self._chance(call, cursor).random() < _TRAILING_SHARE
        )

    def _chance(self, call: Call, cursor: Cursor) -> Random:
        return Random(  # noqa: S311
            f"{self._seed}:{call.operation}:{call.names}:{cursor.position}:{cursor.after_empty}"
        )

    def _query(self, call: Call) -> bytes:
        rest = {k: v for k, v in call.parameters.items() if k not in ("NextToken", "MaxResults")}
        identity = [call.operation, call.caller.account, rest]
        return orjson.dumps(identity, option=orjson.OPT_SORT_KEYS)

    def _token(self, query: bytes, cursor: Cursor, issued: float) -> str:
        data = _LAYOUT.pack(cursor.position, issued, cursor.after_empty)
        return base64.b64encode(self._digest(query, data) + data).decode()

    def _digest(self, query: bytes, data: bytes) -> bytes:
        return blake2b(query + data, key=self._key, digest_size=_DIGEST).digest()

    def _cursor(self, call: Call, query: bytes) -> Cursor:
        token = call.parameters.get("NextToken")
        if not token:
            return Cursor()
        try:
            raw = base64.b64decode(token, validate=True)
            data = raw[_DIGEST:]
            position, issued, after_empty = _LAYOUT.unpack(data)
        except (ValueError, struct.error):
            raise _bad_token() from None
        if raw[:_DIGEST] != self._digest(query, data):
            raise _bad_token()
        lifetime = call.settings.token_seconds
        if lifetime is not None and time.time() - issued > lifetime:
            raise invalid_input("Pagination token has expired")
        return Cursor(position, bool(after_empty))


def _bad_token() -> AwsError:
    return invalid_input("Invalid pagination token")
