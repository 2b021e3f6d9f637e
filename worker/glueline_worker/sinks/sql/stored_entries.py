"""Find the parts that a database holds, by the fingerprint that each row was written with."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, func, null, select, update

from glueline_worker.sinks.errors import SinkUnavailable
from glueline_worker.sinks.model import Run, StoredEntry
from glueline_worker.sinks.object_names import shorten_key
from glueline_worker.sinks.sql.schema.tables import LINEAGE, RECORD_TABLES

KEYS_PER_STATEMENT = 500
"""Keys in one statement."""

_KIND_OF_TABLE = {table.name: kind for kind, table in RECORD_TABLES.items()}

_KINDS_WITH_LINEAGE = frozenset({"table", "job"})
"""The kinds of things whose parts hold edges."""


def find_stored_entries(
    connection: Connection, kind: str, keys: Sequence[str]
) -> dict[str, StoredEntry]:
    """Return the live things of a kind among ``keys`` that have a fingerprint, by key."""
    table = RECORD_TABLES[kind]
    keys_by_short = {shorten_key(key): key for key in keys}
    found: dict[str, StoredEntry] = {}
    for batch in _split_into_batches(list(keys_by_short)):
        rows = connection.execute(
            select(table.c.key, table.c.fingerprint, table.c.get("inputs", null())).where(
                table.c.key.in_(batch),
                table.c.deleted_at.is_(None),
                table.c.fingerprint.is_not(None),
            )
        ).all()
        edges = _count_edges(connection, kind, [row.fingerprint for row in rows])
        for key, fingerprint, inputs in rows:
            more = edges.get(fingerprint)
            counts = {kind: 1, "lineage": more} if more else {kind: 1}
            found[keys_by_short[key]] = StoredEntry(fingerprint, counts, tuple(inputs or ()))
    return found


def mark_seen(
    connection: Connection, run: Run, unchanged: Mapping[str, Mapping[str, str]], now: datetime
) -> dict[str, list[tuple[str, str]]]:
    """Mark rows, and the edges that were written with them, as seen by ``run``.

    ``unchanged`` holds fingerprints by kind and key. Rows with another fingerprint by now, or of a
    newer run, stay as they are. Return the listing and key of each marked row, by kind. Raises
    SinkUnavailable when an unchanged row is gone.
    """
    values: dict[str, Any] = {
        "run_id": run.run_id,
        "generation": run.generation,
        "last_seen_at": now,
        "deleted_at": None,
    }
    marked: dict[str, list[tuple[str, str]]] = {}
    for kind, fingerprint_by_key in unchanged.items():
        table = RECORD_TABLES[kind]
        for batch in _split_into_batches(sorted(fingerprint_by_key)):
            fingerprints = [fingerprint_by_key[key] for key in batch]
            keys = [shorten_key(key) for key in batch]
            for target, where in _find_rows(kind, table, keys, fingerprints):
                not_newer = target.c.generation <= run.generation
                statement = update(target).where(where, not_newer).values(values)
                found = connection.execute(
                    statement.returning(target.c.listing, target.c.key)
                ).all()
                marked.setdefault(_KIND_OF_TABLE[target.name], []).extend(
                    (row[0], row[1]) for row in found
                )
                if target is table and len(found) < len(keys):
                    _ensure_rows_exist(connection, run, target, {*keys} - {row[1] for row in found})
    return marked


def _ensure_rows_exist(connection: Connection, run: Run, table: Table, keys: set[str]) -> None:
    """Raise SinkUnavailable unless this run or a newer one has written the rows since."""
    written = table.c.generation >= run.generation
    query = select(func.count()).where(table.c.key.in_(keys), written)
    if (connection.scalar(query) or 0) < len(keys):
        raise SinkUnavailable(
            "the database no longer holds what it held a moment ago; was it restored, or did a "
            "replica take over?"
        )


def _find_rows(
    kind: str, table: Table, keys: list[str], fingerprints: list[str]
) -> Iterator[tuple[Table, ColumnElement[bool]]]:
    yield table, table.c.key.in_(keys) & table.c.fingerprint.in_(fingerprints)
    if kind in _KINDS_WITH_LINEAGE:
        yield LINEAGE, LINEAGE.c.fingerprint.in_(fingerprints)


def _split_into_batches(keys: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(keys), KEYS_PER_STATEMENT):
        yield keys[start : start + KEYS_PER_STATEMENT]


def _count_edges(connection: Connection, kind: str, fingerprints: list[str]) -> dict[str, int]:
    """Count the live edges that were written with each fingerprint."""
    if kind not in _KINDS_WITH_LINEAGE or not fingerprints:
        return {}
    query = (
        select(LINEAGE.c.fingerprint, func.count().label("edges"))
        .where(LINEAGE.c.fingerprint.in_(fingerprints), LINEAGE.c.deleted_at.is_(None))
        .group_by(LINEAGE.c.fingerprint)
    )
    return {row.fingerprint: row.edges for row in connection.execute(query)}
