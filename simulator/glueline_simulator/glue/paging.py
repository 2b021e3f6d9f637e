"""Pages and their tokens.

A token is opaque and belongs to one query. It holds the next position and the time of its issue,
protected by a keyed digest of the operation and its parameters.
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

from glueline_simulator.errors import AwsError, invalid_input_error
from glueline_simulator.glue.validation import get_input_shape
from glueline_simulator.rules import EndlessLoop
from glueline_simulator.services.call import ServiceCall

_T = TypeVar("_T")
_T_co = TypeVar("_T_co", covariant=True)
_LAYOUT = struct.Struct(">QdB")
_DIGEST = 12
_DEFAULT_PAGE_SIZE = 100
# The page of a filter that matches little comes back short, so that the server is not blocked.
MAX_SCANNED = 10_000
# The share of ragged pages that are empty, and of listings that end with an empty page.
_EMPTY_SHARE, _TRAILING_SHARE = 0.15, 0.5


class Listing(Protocol[_T_co]):
    """Positions up to `end`; some may be gaps."""

    @property
    def end(self) -> int:
        """The position after the last."""

    def at(self, position: int) -> _T_co | None:
        """Return the item at a position; None for a gap."""


@dataclass(frozen=True)
class ListRows(Generic[_T_co]):
    """A plain list as a listing."""

    items: Sequence[_T_co]

    @property
    def end(self) -> int:
        """The position after the last."""
        return len(self.items)

    def at(self, position: int) -> _T_co:
        """Return the item at a position."""
        return self.items[position]


@dataclass(frozen=True, slots=True)
class PageCursor:
    """The start of a page, and whether the page before it was empty."""

    position: int = 0
    after_empty: bool = False


class Pager:
    """Cuts listings into pages."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._key = blake2b(f"{seed}".encode(), digest_size=16).digest()

    def page(
        self,
        call: ServiceCall,
        listing: Listing[_T],
        keep: Callable[[int], bool] | None = None,
        *,
        end: int | None = None,
        positions: Sequence[int] | None = None,
        scan: int = MAX_SCANNED,
    ) -> tuple[list[_T], str | None]:
        """Return the items of the page that the call asks for, and the token of the next page.

        ``positions`` are those that an index has found. ``keep`` is called for at most ``scan`` of
        them, but at least for the size of a page.
        """
        query = self._encode_query(call)
        if call.loop:
            return self._make_endless_page(call, query, listing)
        cursor = self._read_cursor(call, query)
        limit, stop = self._choose_limit(call, cursor), listing.end if end is None else end
        places = range(stop) if positions is None else positions
        at = bisect_left(places, cursor.position)
        scan_until = min(len(places), at + max(scan, limit))
        items: list[_T] = []
        while at < scan_until and len(items) < limit:
            position = places[at]
            if keep is None or keep(position):
                item = listing.at(position)
                if item is not None:
                    items.append(item)
            at += 1
        if at >= len(places) and not self._has_empty_end(call, cursor, items):
            return items, None
        following = places[at] if at < len(places) else stop
        return items, self._make_token(query, PageCursor(following, not items), time.time())

    def _make_endless_page(
        self, call: ServiceCall, query: bytes, listing: Listing[_T]
    ) -> tuple[list[_T], str | None]:
        """Return the first page and a token that leads to it again."""
        is_same, is_empty = call.loop is EndlessLoop.SAME, call.loop is EndlessLoop.EMPTY
        token = self._make_token(query, PageCursor(), math.inf if is_same else time.time())
        positions = range(
            0 if is_empty else min(listing.end, self._choose_limit(call, PageCursor()))
        )
        return [item for at in positions if (item := listing.at(at)) is not None], token

    def _choose_limit(self, call: ServiceCall, cursor: PageCursor) -> int:
        member = get_input_shape(call.operation).members.get("MaxResults")
        most = (
            member.metadata.get("max", _DEFAULT_PAGE_SIZE)
            if member is not None
            else _DEFAULT_PAGE_SIZE
        )
        limit = int(call.parameters.get("MaxResults") or min(most, _DEFAULT_PAGE_SIZE))
        if not call.settings.ragged:
            return limit
        random = self._make_random(call, cursor)
        # Small pages are as likely as large ones, so that small listings are split as well.
        size = int((limit + 1) ** random.random())
        if random.random() < _EMPTY_SHARE and not cursor.after_empty:
            return 0
        return size

    def _has_empty_end(self, call: ServiceCall, cursor: PageCursor, items: list[Any]) -> bool:
        """Tell whether a ragged listing ends with one more, empty page."""
        return (
            call.settings.ragged
            and bool(items)
            and self._make_random(call, cursor).random() < _TRAILING_SHARE
        )

    def _make_random(self, call: ServiceCall, cursor: PageCursor) -> Random:
        return Random(  # noqa: S311
            f"{self._seed}:{call.operation}:{call.names}:{cursor.position}:{cursor.after_empty}"
        )

    def _encode_query(self, call: ServiceCall) -> bytes:
        rest = {k: v for k, v in call.parameters.items() if k not in ("NextToken", "MaxResults")}
        identity = [call.operation, call.caller.account, rest]
        return orjson.dumps(identity, option=orjson.OPT_SORT_KEYS)

    def _make_token(self, query: bytes, cursor: PageCursor, issued: float) -> str:
        data = _LAYOUT.pack(cursor.position, issued, cursor.after_empty)
        return base64.b64encode(self._compute_digest(query, data) + data).decode()

    def _compute_digest(self, query: bytes, data: bytes) -> bytes:
        return blake2b(query + data, key=self._key, digest_size=_DIGEST).digest()

    def _read_cursor(self, call: ServiceCall, query: bytes) -> PageCursor:
        token = call.parameters.get("NextToken")
        if not token:
            return PageCursor()
        try:
            raw = base64.b64decode(token, validate=True)
            data = raw[_DIGEST:]
            position, issued, after_empty = _LAYOUT.unpack(data)
        except (ValueError, struct.error):
            raise _invalid_token_error() from None
        if raw[:_DIGEST] != self._compute_digest(query, data):
            raise _invalid_token_error()
        lifetime = call.settings.token_seconds
        if lifetime is not None and time.time() - issued > lifetime:
            raise invalid_input_error("Pagination token has expired")
        return PageCursor(position, bool(after_empty))


def _invalid_token_error() -> AwsError:
    return invalid_input_error("Invalid pagination token")
