"""What units wrote or marked as seen, and whether all of it still stands when the run commits.

A database can lose commits that it had confirmed: it was restored from a backup, a late replica
took over, or a power cut came while it did not sync. A row that lost its mark looks like one that
no listing held. So each receipt counts and sums up the keys of its unit, by kind and listing, and
the commit does the same with what stands there.

A catalogue that changes while it is listed can show a thing on two pages, which two units read:
then the receipts count it twice. Up to ``REPEATS`` such things are told from rows that were lost.
"""

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from itertools import chain
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Table, and_, or_, select

from glueline_worker.sinks.base import Receipt, Run

SEEN = "seen"
"""Where a receipt holds the sums: ``{kind: {listing: [count, sum in hexadecimal digits]}}``."""

MODULUS = 1 << 64
TOLD_APART = 50_000
"""Keys; a unit that was told of one twice counts it once, as long as it has seen no more."""

REPEATS = 2
REPEATS_AMONG = 200_000
"""Rows; among more, one thing that was counted twice is found, and not two: memory is bounded."""

AT_ONCE = 2000
"""Rows that are read at a time, so that memory stays bounded."""


class Sum(NamedTuple):
    """How many keys, and a checksum that does not depend on their order."""

    keys: int = 0
    total: int = 0

    def plus(self, keys: int, total: int) -> "Sum":
        """Both together."""
        return Sum(self.keys + keys, (self.total + total) % MODULUS)


NOTHING = Sum()
Sums = dict[str, dict[str, Sum]]
"""By kind and listing."""


class Seen:
    """Adds up what one attempt at a unit has seen."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._sums: Sums = {}
        self._hashes: set[int] = set()

    def add(self, kind: str, rows: Iterable[tuple[str, str]]) -> None:
        """Add rows, as listing and key."""
        sums = self._sums.setdefault(kind, {})
        for listing, key in rows:
            number = hash_of(key)
            if number in self._hashes:
                continue
            if len(self._hashes) < TOLD_APART:
                self._hashes.add(number)
            sums[listing] = sums.get(listing, NOTHING).plus(1, number)

    def add_to(self, receipt: Receipt) -> None:
        """Say it in the unit's receipt."""
        said = {
            kind: {listing: [one.keys, f"{one.total:x}"] for listing, one in sums.items()}
            for kind, sums in self._sums.items()
            if sums
        }
        if said:
            receipt[SEEN] = said


def promised(receipts: Mapping[str, Receipt]) -> Sums:
    """Add up what all units of a run have seen."""
    found: Sums = {}
    for kind, listing, count, total in chain.from_iterable(map(_said, receipts.values())):
        sums = found.setdefault(kind, {})
        sums[listing] = sums.get(listing, NOTHING).plus(count, total)
    return found


def _said(receipt: Receipt) -> Iterator[tuple[str, str, int, int]]:
    said: Any = receipt.get(SEEN) or {}
    for kind, sums in said.items():
        for listing, (count, total) in sums.items():
            yield kind, listing, int(count), int(total, 16)


def hash_of(key: str) -> int:
    """Hash ``key`` to 64 bits."""
    return int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), "big")


class Standing(NamedTuple):
    """What stands of one listing in one table."""

    seen: Sum
    """The rows that the run has marked as its own."""
    old: int
    """How many of them stood there before the run, or were seen there by a newer one."""


def standing(
    connection: Connection, table: Table, run: Run, where: ColumnElement[bool]
) -> dict[str, Standing]:
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
        .execution_options(yield_per=AT_ONCE)
    )
    found: dict[str, Standing] = {}
    for listing, key, generation, is_old in connection.execute(query):
        seen, old = found.get(listing, Standing(NOTHING, 0))
        if generation == run.generation:
            found[listing] = Standing(seen.plus(1, hash_of(key)), old + bool(is_old))
        else:
            found[listing] = Standing(seen, old + 1)
    return found


class Doubt(NamedTuple):
    """Why the rows that a run has not marked are not proven to be gone."""

    lost: int = 0
    """How many rows are missing that units had written, at least; 0 when there are too many."""
    is_newer: bool = False
    """Whether a newer run has written to the same listing since."""


def doubt(
    connection: Connection, table: Table, run: Run, where: ColumnElement[bool], expected: Sum
) -> Doubt | None:
    """Say why the rows among ``where`` are not those ``expected``; None when that proves no loss.

    A newer run may have written some of the rows since, or found them gone.
    """
    columns = table.c
    newer = columns.generation > run.generation
    own = and_(columns.generation == run.generation, columns.deleted_at.is_(None))
    query = select(columns.key, newer).where(where, or_(newer, own))
    found = either = NOTHING
    own_hashes, newer_hashes = array("Q"), array("Q")
    for key, is_newer in connection.execute(query.execution_options(yield_per=AT_ONCE)):
        number = hash_of(key)
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
        return Doubt(is_newer=True)
    # An attempt that was killed may have written rows of things that were gone for the next one.
    return Doubt(lost=max(expected.keys - found.keys, int(found.keys == expected.keys)))


def _are_repeats(expected: Sum, found: Sum, hashes: Sequence[int]) -> bool:
    """Whether all that is missing are things that stand there and were counted twice."""
    more, missing = expected.keys - found.keys, (expected.total - found.total) % MODULUS
    if more == 1:
        return missing in hashes
    if more != REPEATS or len(hashes) > REPEATS_AMONG:
        return False
    known = set(hashes)
    return any((missing - number) % MODULUS in known for number in known)
