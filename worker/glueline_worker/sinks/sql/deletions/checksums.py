"""Compare what units wrote or marked as seen with the rows that are there when the run commits.

A database can lose commits that it had confirmed: after a restore from a backup, after a failover
to a late replica, or after a power cut while it did not sync. A row that lost its mark looks like
a row that no listing held. So each receipt holds the number and a checksum of the keys that its
unit saw, by kind and listing, and the commit computes the same over the rows.

A catalogue that changes while it is listed can show a thing on two pages, which two units read.
Then the receipts count it twice. Up to ``MAX_REPEATS`` such things are distinguished from lost
rows.
"""

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from itertools import chain
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Table, and_, or_, select

from glueline_worker.sinks.model import Receipt, Run

_SEEN = "seen"
"""The key of a receipt for ``{kind: {listing: [count, sum in hexadecimal digits]}}``."""

_MODULUS = 1 << 64
_MAX_DISTINCT_KEYS = 50_000
"""Up to this number of keys, a unit counts a key that it sees twice only once."""

MAX_REPEATS = 2
_MAX_ROWS_FOR_TWO_REPEATS = 200_000
"""Among more rows, only one thing that was counted twice is found, so that memory is bounded."""

_ROWS_PER_FETCH = 2000
"""The rows that are read at a time, so that memory is bounded."""


class KeyChecksum(NamedTuple):
    """The number of keys, and a checksum that does not depend on their order."""

    keys: int = 0
    total: int = 0

    def plus(self, keys: int, total: int) -> "KeyChecksum":
        """Return the sum of both."""
        return KeyChecksum(self.keys + keys, (self.total + total) % _MODULUS)


NO_KEYS = KeyChecksum()
ChecksumsByListing = dict[str, dict[str, KeyChecksum]]
"""By kind and listing."""


class SeenKeys:
    """Adds up the keys that one attempt at a unit has seen."""

    def __init__(self) -> None:
        """Start with no keys."""
        self._sums: ChecksumsByListing = {}
        self._hashes: set[int] = set()

    def add(self, kind: str, rows: Iterable[tuple[str, str]]) -> None:
        """Add rows, given as listing and key."""
        sums = self._sums.setdefault(kind, {})
        for listing, key in rows:
            number = hash_key(key)
            if number in self._hashes:
                continue
            if len(self._hashes) < _MAX_DISTINCT_KEYS:
                self._hashes.add(number)
            sums[listing] = sums.get(listing, NO_KEYS).plus(1, number)

    def add_to(self, receipt: Receipt) -> None:
        """Write the checksums into the receipt of the unit."""
        seen = {
            kind: {listing: [each.keys, f"{each.total:x}"] for listing, each in sums.items()}
            for kind, sums in self._sums.items()
            if sums
        }
        if seen:
            receipt[_SEEN] = seen


def add_up_receipts(receipts: Mapping[str, Receipt]) -> ChecksumsByListing:
    """Add up what all units of a run have seen."""
    found: ChecksumsByListing = {}
    for kind, listing, count, total in chain.from_iterable(map(_parse_receipt, receipts.values())):
        sums = found.setdefault(kind, {})
        sums[listing] = sums.get(listing, NO_KEYS).plus(count, total)
    return found


def _parse_receipt(receipt: Receipt) -> Iterator[tuple[str, str, int, int]]:
    seen: Any = receipt.get(_SEEN) or {}
    for kind, sums in seen.items():
        for listing, (count, total) in sums.items():
            yield kind, listing, int(count), int(total, 16)


def hash_key(key: str) -> int:
    """Hash ``key`` to 64 bits."""
    return int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), "big")


class ListingRows(NamedTuple):
    """The live rows of one listing in one table that the run or a newer one has seen."""

    seen: KeyChecksum
    """The rows that the run has marked as its own."""
    old: int
    """The number of rows that existed before the run or that a newer run has seen."""


def add_up_rows(
    connection: Connection, table: Table, run: Run, where: ColumnElement[bool]
) -> dict[str, ListingRows]:
    """Add up, by listing, the live rows among ``where`` that the run or a newer one has seen."""
    columns = table.c
    query = (
        select(
            columns.listing,
            columns.key,
            columns.generation,
            columns.first_seen_at < columns.last_seen_at,
        )
        .where(where, columns.generation >= run.generation, columns.deleted_at.is_(None))
        .execution_options(yield_per=_ROWS_PER_FETCH)
    )
    found: dict[str, ListingRows] = {}
    for listing, key, generation, is_old in connection.execute(query):
        seen, old = found.get(listing, ListingRows(NO_KEYS, 0))
        if generation == run.generation:
            found[listing] = ListingRows(seen.plus(1, hash_key(key)), old + bool(is_old))
        else:
            found[listing] = ListingRows(seen, old + 1)
    return found


class Mismatch(NamedTuple):
    """The reason why the rows of a listing do not prove what is gone.

    Without any of the reasons below, there are more rows than the units counted.
    """

    lost: int = 0
    """The least number of rows that units had written and that are missing."""
    is_newer: bool = False
    """True when a newer run has written to the same listing since."""


def explain_mismatch(
    connection: Connection,
    table: Table,
    run: Run,
    where: ColumnElement[bool],
    expected: KeyChecksum,
) -> Mismatch | None:
    """Explain why the rows among ``where`` are not those ``expected``; None when no row is lost.

    A newer run may have written some of the rows since, or marked them as deleted.
    """
    columns = table.c
    newer = columns.generation > run.generation
    own = and_(columns.generation == run.generation, columns.deleted_at.is_(None))
    query = select(columns.key, newer).where(where, or_(newer, own))
    found = either = NO_KEYS
    own_hashes, newer_hashes = array("Q"), array("Q")
    for key, is_newer in connection.execute(query.execution_options(yield_per=_ROWS_PER_FETCH)):
        number = hash_key(key)
        either = either.plus(1, number)
        if is_newer:
            newer_hashes.append(number)
        else:
            own_hashes.append(number)
            found = found.plus(1, number)
    if expected in (found, either):
        return None
    if _are_repeats(expected, found, own_hashes):
        return None
    if newer_hashes and _are_repeats(expected, either, own_hashes + newer_hashes):
        return None
    if found != either:
        return Mismatch(is_newer=True)
    # A killed attempt may have written rows of things that were gone for the next attempt.
    return Mismatch(lost=max(expected.keys - found.keys, int(found.keys == expected.keys)))


def _are_repeats(expected: KeyChecksum, found: KeyChecksum, hashes: Sequence[int]) -> bool:
    """Tell whether the difference consists of present keys that were counted twice."""
    more, missing = expected.keys - found.keys, (expected.total - found.total) % _MODULUS
    if more == 1:
        return missing in hashes
    if more != MAX_REPEATS or len(hashes) > _MAX_ROWS_FOR_TWO_REPEATS:
        return False
    known = set(hashes)
    return any((missing - number) % _MODULUS in known for number in known)
