"""What a database holds already, by the fingerprint that each row was written with."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, func, null, select, update

from glueline_worker.sinks.base import Held, Run, SinkUnavailable
from glueline_worker.sinks.object_names import stored_key
from glueline_worker.sinks.sql.schema.tables import LINEAGE, RECORD_TABLES

AT_ONCE = 500
"""Keys in one statement."""

KINDS = {table.name: kind for kind, table in RECORD_TABLES.items()}

WITH_LINEAGE = frozenset({"table", "job"})
"""Kinds whose parts have edges."""


def held(connection: Connection, kind: str, keys: Sequence[str]) -> dict[str, Held]:
    """The live things of a kind among ``keys`` that have a fingerprint."""
    table = RECORD_TABLES[kind]
    asked = {stored_key(key): key for key in keys}
    found: dict[str, Held] = {}
    for some in _batches(list(asked)):
        rows = connection.execute(
            select(table.c.key, table.c.fingerprint, table.c.get("inputs", null())).where(
                table.c.key.in_(some),
                table.c.deleted_at.is_(None),
                table.c.fingerprint.is_not(None),
            )
        ).all()
        edges = _edges(connection, kind, [row.fingerprint for row in rows])
        for key, fingerprint, inputs in rows:
            more = edges.get(fingerprint)
            counts = {kind: 1, "lineage": more} if more else {kind: 1}
            found[asked[key]] = Held(fingerprint, counts, tuple(inputs or ()))
    return found


def touch(
    connection: Connection, run: Run, kept: Mapping[str, Mapping[str, str]], now: datetime
) -> dict[str, list[tuple[str, str]]]:
    """Say of rows, and of the edges written with them, that ``run`` has seen them.

    What was written with another fingerprint since, or by a newer run, is left as it is. Returns
    what was marked, as listing and key, by kind. Raises SinkUnavailable when a kept row is gone.
    """
    values: dict[str, Any] = {
        "run_id": run.run_id,
        "generation": run.generation,
        "last_seen_at": now,
        "deleted_at": None,
    }
    marked: dict[str, list[tuple[str, str]]] = {}
    for kind, prints in kept.items():
        table = RECORD_TABLES[kind]
        for some in _batches(sorted(prints)):
            fingerprints = [prints[key] for key in some]
            keys = [stored_key(key) for key in some]
            for of, where in _rows(kind, table, keys, fingerprints):
                not_newer = of.c.generation <= run.generation
                statement = update(of).where(where, not_newer).values(values)
                found = connection.execute(statement.returning(of.c.listing, of.c.key)).all()
                marked.setdefault(KINDS[of.name], []).extend((row[0], row[1]) for row in found)
                if of is table and len(found) < len(keys):
                    _ensure_written(connection, run, of, {*keys} - {row[1] for row in found})
    return marked


def _ensure_written(connection: Connection, run: Run, table: Table, keys: set[str]) -> None:
    """Let rows pass that this run or a newer one has written since they were asked for."""
    written = table.c.generation >= run.generation
    query = select(func.count()).where(table.c.key.in_(keys), written)
    if (connection.scalar(query) or 0) < len(keys):
        raise SinkUnavailable(
            "the database no longer holds what it held a moment ago; was it restored, or did a "
            "replica take over?"
        )


def _rows(
    kind: str, table: Table, keys: list[str], fingerprints: list[str]
) -> Iterator[tuple[Table, ColumnElement[bool]]]:
    yield table, table.c.key.in_(keys) & table.c.fingerprint.in_(fingerprints)
    if kind in WITH_LINEAGE:
        yield LINEAGE, LINEAGE.c.fingerprint.in_(fingerprints)


def _batches(keys: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(keys), AT_ONCE):
        yield keys[start : start + AT_ONCE]


def _edges(connection: Connection, kind: str, fingerprints: list[str]) -> dict[str, int]:
    """How many edges were written with each fingerprint."""
    if kind not in WITH_LINEAGE or not fingerprints:
        return {}
    query = (
        select(LINEAGE.c.fingerprint, func.count().label("edges"))
        .where(LINEAGE.c.fingerprint.in_(fingerprints), LINEAGE.c.deleted_at.is_(None))
        .group_by(LINEAGE.c.fingerprint)
    )
    return {row.fingerprint: row.edges for row in connection.execute(query)}
