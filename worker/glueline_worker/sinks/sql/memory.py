"""What a database holds already, by the fingerprint that each row was written with."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, func, null, select, update

from glueline_worker.sinks.base import Held, Run
from glueline_worker.sinks.keys import stored_key
from glueline_worker.sinks.sql.schema import LINEAGE, RECORD_TABLES

AT_ONCE = 500
"""Keys in one statement."""

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
) -> None:
    """Say of rows, and of the edges written with them, that ``run`` has seen them.

    What was written with another fingerprint since, or by a newer run, is left as it is.
    """
    seen: dict[str, Any] = {
        "run_id": run.run_id,
        "generation": run.generation,
        "last_seen_at": now,
        "deleted_at": None,
    }
    for kind, prints in kept.items():
        table = RECORD_TABLES[kind]
        for some in _batches(sorted(prints)):
            fingerprints = [prints[key] for key in some]
            keys = [stored_key(key) for key in some]
            for of, where in _rows(kind, table, keys, fingerprints):
                not_newer = of.c.generation <= run.generation
                connection.execute(update(of).where(where, not_newer).values(seen))


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
