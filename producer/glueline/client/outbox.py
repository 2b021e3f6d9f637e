"""Requests that wait in the database of a service until Redis has them.

A service that changes its own data and asks for an extraction wants both or neither. ``add`` puts
the request into a table within the service's own transaction; ``relay`` enqueues what is there, and
is called after the commit, by a timer, or by a process of its own. A row is an idempotency key, so
relays may run side by side, die anywhere and start again: each row opens one run.

Any DB-API 2.0 connection will do: ``sqlite3``, psycopg, mysqlclient …
"""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol
from uuid import uuid4

from pydantic import ValidationError

from glueline.client.producer import Producer
from glueline.contract.errors import UsageError
from glueline.contract.messages import ExtractionRequest
from glueline.contract.model import first_error

_TABLE = re.compile(r"[A-Za-z_]\w{0,62}(?:\.[A-Za-z_]\w{0,62})?")
_MARKS = {"qmark": ("?",) * 3, "format": ("%s",) * 3, "pyformat": ("%s",) * 3}
_MARKS["numeric"] = (":1", ":2", ":3")
DAY_NS = 24 * 3600 * 1_000_000_000


class Cursor(Protocol):
    """The part of a DB-API cursor that is used."""

    def execute(self, statement: str, parameters: Sequence[Any], /) -> Any:
        """Run a statement."""

    def fetchmany(self, size: int, /) -> Sequence[Sequence[Any]]:
        """Return rows of the last statement."""

    def close(self) -> None:
        """Close the cursor."""


class Connection(Protocol):
    """The part of a DB-API connection that is used."""

    def cursor(self) -> Cursor:
        """Make a cursor."""

    def commit(self) -> None:
        """Commit the transaction."""


@dataclass(frozen=True, slots=True)
class RelayResult:
    """The result of a relay: rows whose runs are open, and rows that can never be enqueued."""

    sent: int = 0
    refused: int = 0


class Outbox:
    """A table of requests. ``paramstyle`` is that of the database's module."""

    def __init__(
        self,
        table: str = "glueline_outbox",
        paramstyle: Literal["qmark", "format", "pyformat", "numeric"] = "qmark",
    ) -> None:
        """Use ``table``; raises UsageError when it is not a plain name."""
        if not _TABLE.fullmatch(table):
            raise UsageError(f"{table!r} is no name of a table: letters, digits and underscores")
        if paramstyle not in _MARKS:
            raise UsageError(f"the paramstyle {paramstyle!r} is not known: {', '.join(_MARKS)}")
        self.table = table
        self._marks = _MARKS[paramstyle]

    @property
    def ddl(self) -> str:
        """The statement that creates the table, for the service's own migrations."""
        return (
            f"CREATE TABLE IF NOT EXISTS {self.table} (id VARCHAR(36) PRIMARY KEY, "
            "created_ns BIGINT NOT NULL, request TEXT NOT NULL, run_id VARCHAR(40), problem TEXT)"
        )

    def add(self, connection: Connection, request: ExtractionRequest) -> str:
        """Put a request into the table and return its row's id; the caller commits."""
        row = str(uuid4())
        one, two, three = self._marks
        self._run(
            connection,
            f"INSERT INTO {self.table} (id, created_ns, request) VALUES ({one}, {two}, {three})",  # noqa: S608 - a checked name
            (row, time.time_ns(), request.model_dump_json()),
        )
        return row

    def relay(self, connection: Connection, producer: Producer, limit: int = 100) -> RelayResult:
        """Enqueue the oldest requests that wait, and commit after each.

        Raises Retryable when Redis is away; requests that were not sent stay. A request that can
        never be enqueued is marked with its problem and not tried again.
        """
        sent = refused = 0
        for row, document in self._waiting(connection, limit):
            try:
                accepted = producer.enqueue(_parse_row(row, document))
            except UsageError as error:
                self._mark(connection, "problem", str(error), row)
                refused += 1
            else:
                self._mark(connection, "run_id", accepted.run_id, row)
                sent += 1
        return RelayResult(sent, refused)

    def run_of(self, connection: Connection, row: str) -> str | None:
        """Return the run of a row; None while it waits. Raises UsageError when it was refused."""
        found = self._run(
            connection,
            f"SELECT run_id, problem FROM {self.table} WHERE id = {self._marks[0]}",  # noqa: S608
            (row,),
            rows=1,
        )
        if not found:
            raise UsageError(f"there is no row {row!r} in {self.table}")
        run_id, problem = found[0]
        if problem is not None:
            raise UsageError(problem)
        return None if run_id is None else str(run_id)

    def clear(self, connection: Connection, days: float = 7) -> None:
        """Delete the rows that were sent and are older than ``days``, and commit."""
        self._run(
            connection,
            f"DELETE FROM {self.table} WHERE run_id IS NOT NULL AND created_ns < {self._marks[0]}",  # noqa: S608
            (time.time_ns() - int(days * DAY_NS),),
        )
        connection.commit()

    def _waiting(self, connection: Connection, limit: int) -> Sequence[Sequence[Any]]:
        statement = (
            f"SELECT id, request FROM {self.table} "  # noqa: S608
            "WHERE run_id IS NULL AND problem IS NULL ORDER BY created_ns, id"
        )
        found = self._run(connection, statement, (), rows=limit)
        connection.commit()  # keep no lock while Redis is asked
        return found

    def _mark(self, connection: Connection, column: str, value: str, row: str) -> None:
        one, two, _ = self._marks
        self._run(
            connection,
            f"UPDATE {self.table} SET {column} = {one} WHERE id = {two}",  # noqa: S608
            (value, row),
        )
        connection.commit()

    @staticmethod
    def _run(
        connection: Connection, statement: str, parameters: Sequence[Any], *, rows: int = 0
    ) -> Sequence[Sequence[Any]]:
        cursor = connection.cursor()
        try:
            cursor.execute(statement, parameters)
            return cursor.fetchmany(rows) if rows else ()
        finally:
            cursor.close()


def _parse_row(row: str, document: str) -> ExtractionRequest:
    try:
        request = ExtractionRequest.model_validate_json(document)
    except ValidationError as error:
        raise UsageError(f"not an extraction request: {first_error(error)}") from None
    if request.idempotency_key is not None:
        return request
    return request.model_copy(update={"idempotency_key": f"outbox/{row}"})
