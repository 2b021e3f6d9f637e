"""Find the parts that a database holds, by the fingerprint that each row was written with."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

import orjson
from sqlalchemy import Connection, Table, func, select

from glueline_worker.sinks.errors import SinkUnavailable
from glueline_worker.sinks.model import Run, StoredEntry
from glueline_worker.sinks.object_names import shorten_key
from glueline_worker.sinks.sql.schema.tables import LINEAGE, RECORD_TABLES
from glueline_worker.sinks.sql.schema.types import to_sortable_text
from glueline_worker.sinks.sql.statements import bind_list, make_search, make_seen_mark

KEYS_PER_STATEMENT = 500
"""Keys in one statement."""

_KINDS_WITH_LINEAGE = frozenset({"table", "job"})
"""The kinds of things whose parts hold edges."""


def find_stored_entries(
    connection: Connection, kind: str, keys: Sequence[str]
) -> dict[str, StoredEntry]:
    """Return the live things of a kind among ``keys`` that have a fingerprint, by key."""
    keys_by_short = {shorten_key(key): key for key in keys}
    query = make_search(
        connection.dialect.name, RECORD_TABLES[kind], has_edges=kind in _KINDS_WITH_LINEAGE
    )
    found: dict[str, StoredEntry] = {}
    for batch in split_into_batches(list(keys_by_short)):
        rows = connection.exec_driver_sql(query, (bind_list(connection, batch),)).all()
        for key, fingerprint, inputs, edges in rows:
            counts = {kind: 1, "lineage": edges} if edges else {kind: 1}
            found[keys_by_short[key]] = StoredEntry(
                fingerprint, counts, tuple(orjson.loads(inputs)) if inputs else ()
            )
    return found


def mark_seen(
    connection: Connection, run: Run, unchanged: Mapping[str, Mapping[str, str]], now: datetime
) -> dict[str, list[tuple[str, str]]]:
    """Mark rows, and the edges that were written with them, as seen by ``run``.

    ``unchanged`` holds fingerprints by kind and key. Rows with another fingerprint by now, or of a
    newer run, stay as they are. Return the listing and key of each marked row, by kind. Raises
    SinkUnavailable when an unchanged row is gone.
    """
    moment = now if connection.dialect.name == "postgresql" else to_sortable_text(now)
    values = (run.run_id, run.generation, moment, run.generation)
    marked: dict[str, list[tuple[str, str]]] = {}
    for kind, fingerprint_by_key in unchanged.items():
        table = RECORD_TABLES[kind]
        for batch in split_into_batches(sorted(fingerprint_by_key)):
            fingerprints = [fingerprint_by_key[key] for key in batch]
            keys = [shorten_key(key) for key in batch]
            lists = {"key": keys, "fingerprint": fingerprints}
            found = _mark_rows(connection, table, values, lists)
            marked.setdefault(kind, []).extend(found)
            if len(found) < len(keys):
                _ensure_rows_exist(connection, run, table, {*keys} - {key for _, key in found})
            if kind in _KINDS_WITH_LINEAGE:
                edges = _mark_rows(connection, LINEAGE, values, {"fingerprint": fingerprints})
                marked.setdefault("lineage", []).extend(edges)
    return marked


def _mark_rows(
    connection: Connection,
    table: Table,
    values: tuple[object, ...],
    lists: Mapping[str, list[str]],
) -> list[tuple[str, str]]:
    """Mark the rows whose columns hold one of the values in ``lists``; return listing and key."""
    statement = make_seen_mark(connection.dialect.name, table, *lists)
    bound = (bind_list(connection, each) for each in lists.values())
    found = connection.exec_driver_sql(statement, (*values, *bound))
    return [(listing, key) for listing, key in found]


def _ensure_rows_exist(connection: Connection, run: Run, table: Table, keys: set[str]) -> None:
    """Raise SinkUnavailable unless this run or a newer one has written the rows since."""
    written = table.c.generation >= run.generation
    query = select(func.count()).where(table.c.key.in_(keys), written)
    if (connection.scalar(query) or 0) < len(keys):
        raise SinkUnavailable(
            "the database no longer holds what it held a moment ago; was it restored, or did a "
            "replica take over?"
        )


def split_into_batches(keys: list[str]) -> Iterator[list[str]]:
    """Yield the keys of one statement at a time."""
    for start in range(0, len(keys), KEYS_PER_STATEMENT):
        yield keys[start : start + KEYS_PER_STATEMENT]
