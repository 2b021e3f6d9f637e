"""Check, listing by listing, that a database still holds all that the units of a run wrote."""

from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet

from sqlalchemy import ColumnElement, Connection, Table, and_

from glueline_worker.sinks.model import Commit
from glueline_worker.sinks.sql.deletions.checksums import (
    NO_KEYS,
    KeyChecksum,
    ListingRows,
    Mismatch,
    add_up_receipts,
    add_up_rows,
    explain_mismatch,
)
from glueline_worker.sinks.sql.places import place_conditions
from glueline_worker.sinks.sql.schema.tables import RECORD_TABLES

_MAX_EXAMPLES = 3


class Proofs:
    """Compares the receipts of a run with the rows that are there."""

    def __init__(self, connection: Connection, commit: Commit) -> None:
        """Read the receipts."""
        self._connection = connection
        self._run = commit.run
        self._expected = add_up_receipts(commit.receipts)
        self._before: dict[tuple[str, str], int] = {}
        self._mismatches: dict[str, Mismatch] = {}
        self._rows_lost = 0

    @property
    def unproven(self) -> AbstractSet[str]:
        """The listings that prove no deletion."""
        return self._mismatches.keys()

    def all_listings(self, complete: Sequence[str]) -> list[str]:
        """Return the listings to check: those read to their end, and all in the receipts."""
        return sorted({*complete}.union(*self._expected.values()))

    def check(
        self, listings: Sequence[str], complete: Collection[str], tables: Collection[Table]
    ) -> None:
        """Check some listings; in ``tables``, also those that are ``complete`` without receipts."""
        self._before.clear()
        for kind, table in RECORD_TABLES.items():
            expected = self._expected.get(kind, {})
            to_check = [
                listing
                for listing in listings
                if listing in expected or (listing in complete and table in tables)
            ]
            if not to_check:
                continue
            where = self._conditions(table, to_check)
            found = add_up_rows(self._connection, table, self._run, where)
            for listing in to_check:
                rows = found.get(listing, ListingRows(NO_KEYS, 0))
                self._before[table.name, listing] = rows.old
                self._compare(table, listing, expected.get(listing, NO_KEYS), rows.seen)

    def seen_before(self, table: Table, listing: str) -> int:
        """Count the live rows of a listing just checked that were live before the run."""
        return self._before.get((table.name, listing), 0)

    def describe_loss(self) -> str:
        """Return a sentence on what the database lost; empty when it lost nothing."""
        listings = [listing for listing, why in self._mismatches.items() if why.lost > 0]
        if not listings:
            return ""
        return (
            f"the database has lost {self._rows_lost} or more rows that this run had written, of "
            f"{_format_listings(listings)}, so nothing of that was marked deleted; was it "
            "restored, or did a replica take over? Extract again"
        )

    def warnings(self) -> list[str]:
        """Return the other reasons why listings prove no deletion."""
        newer = [listing for listing, why in self._mismatches.items() if why.is_newer]
        others = [listing for listing, why in self._mismatches.items() if why == Mismatch()]
        warnings = []
        if newer:
            warnings.append(
                f"a newer run has written to {_format_listings(newer)} since, so this one marked "
                "nothing of that deleted"
            )
        if others:
            warnings.append(
                f"more rows of {_format_listings(others)} carry the mark of this run than its "
                "units counted, as after an attempt that was cut off, so nothing of that was "
                "marked deleted; the next run will"
            )
        return warnings

    def _compare(
        self, table: Table, listing: str, expected: KeyChecksum, found: KeyChecksum
    ) -> None:
        if not expected.keys or expected == found:
            return  # no unit has reported a row, so none can be missing
        where = self._conditions(table, [listing])
        why = explain_mismatch(self._connection, table, self._run, where, expected)
        if why is not None:
            self._rows_lost += why.lost
            known = self._mismatches.get(listing, Mismatch())
            self._mismatches[listing] = Mismatch(
                max(known.lost, why.lost), known.is_newer or why.is_newer
            )

    def _conditions(self, table: Table, listings: Sequence[str]) -> ColumnElement[bool]:
        of_source = table.c.source == self._run.source
        return and_(of_source, table.c.listing.in_(listings), *place_conditions(table, self._run))


def _format_listings(listings: Sequence[str]) -> str:
    more = len(listings) - _MAX_EXAMPLES
    names = ", ".join(repr(listing) for listing in listings[:_MAX_EXAMPLES])
    return f"the listing{'s' * (len(listings) > 1)} {names}" + (f" and {more} more" * (more > 0))
