"""Whether a database still holds all that the units of a run wrote, listing by listing."""

from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet

from sqlalchemy import ColumnElement, Connection, Table, and_

from glueline_worker.sinks.base import Commit
from glueline_worker.sinks.sql.deletions.seen import (
    NOTHING,
    Doubt,
    Standing,
    Sum,
    doubt,
    promised,
    standing,
)
from glueline_worker.sinks.sql.places import in_place
from glueline_worker.sinks.sql.schema.tables import RECORD_TABLES

EXAMPLES = 3


class Proofs:
    """Compares the receipts of a run with the rows that stand there."""

    def __init__(self, connection: Connection, commit: Commit) -> None:
        """Read the receipts."""
        self._connection = connection
        self._run = commit.run
        self._promised = promised(commit.receipts)
        self._before: dict[tuple[str, str], int] = {}
        self._doubts: dict[str, Doubt] = {}
        self._rows_lost = 0

    @property
    def doubted(self) -> AbstractSet[str]:
        """The listings of which nothing is proven to be gone."""
        return self._doubts.keys()

    def all_listings(self, complete: Sequence[str]) -> list[str]:
        """The listings to check: those that were read to their end and all that hold rows."""
        return sorted({*complete}.union(*self._promised.values()))

    def check(
        self, listings: Sequence[str], complete: Collection[str], tables: Collection[Table]
    ) -> None:
        """Check some listings: of those that are ``complete``, ``tables`` hold what was seen."""
        self._before.clear()
        for kind, table in RECORD_TABLES.items():
            expected = self._promised.get(kind, {})
            asked = [
                each
                for each in listings
                if each in expected or (each in complete and table in tables)
            ]
            if not asked:
                continue
            found = standing(self._connection, table, self._run, self._of(table, asked))
            for listing in asked:
                stands = found.get(listing, Standing(NOTHING, 0))
                self._before[table.name, listing] = stands.old
                self._compare(table, listing, expected.get(listing, NOTHING), stands.seen)

    def seen_before(self, table: Table, listing: str) -> int:
        """How many rows of a listing just checked are live and were so before the run."""
        return self._before.get((table.name, listing), 0)

    def lost(self) -> str:
        """One sentence on what the database lost; empty when it lost nothing."""
        listings = [listing for listing, one in self._doubts.items() if one.lost > 0]
        if not listings:
            return ""
        return (
            f"the database has lost {self._rows_lost} or more rows that this run had written, of "
            f"{_named(listings)}, so nothing of that was marked deleted; was it restored, or did a "
            "replica take over? Extract again"
        )

    def warnings(self) -> list[str]:
        """Say what else keeps listings from being a proof."""
        newer = [listing for listing, one in self._doubts.items() if one.is_newer]
        others = [listing for listing, one in self._doubts.items() if one == Doubt()]
        warnings = []
        if newer:
            warnings.append(
                f"a newer run has written to {_named(newer)} since, so this one marked nothing of "
                "that deleted"
            )
        if others:
            warnings.append(
                f"more rows of {_named(others)} carry the mark of this run than its units counted, "
                "as after an attempt that was cut off, so nothing of that was marked deleted; the "
                "next run will"
            )
        return warnings

    def _compare(self, table: Table, listing: str, expected: Sum, found: Sum) -> None:
        if not expected.keys or expected == found:
            return  # without a word of any row, none can be missing
        where = self._of(table, [listing])
        why = doubt(self._connection, table, self._run, where, expected)
        if why is not None:
            self._rows_lost += why.lost
            known = self._doubts.get(listing, Doubt())
            self._doubts[listing] = Doubt(max(known.lost, why.lost), known.is_newer or why.is_newer)

    def _of(self, table: Table, listings: Sequence[str]) -> ColumnElement[bool]:
        of_source = table.c.source == self._run.source
        return and_(of_source, table.c.listing.in_(listings), *in_place(table, self._run))


def _named(listings: Sequence[str]) -> str:
    more = len(listings) - EXAMPLES
    names = ", ".join(repr(listing) for listing in listings[:EXAMPLES])
    return f"the listing{'s' * (len(listings) > 1)} {names}" + (f" and {more} more" * (more > 0))
