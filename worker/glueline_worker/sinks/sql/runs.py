"""The rows of the table ``runs``."""

from typing import Any

from sqlalchemy import Connection, delete, select

from glueline.contract.runs import RunState
from glueline_worker.sinks.base import Commit, CommitReport, Run
from glueline_worker.sinks.sql.database_identity import check_receipts
from glueline_worker.sinks.sql.deletions.tombstones import mark_deleted
from glueline_worker.sinks.sql.engine import lock
from glueline_worker.sinks.sql.places import other_places, register
from glueline_worker.sinks.sql.rows import document
from glueline_worker.sinks.sql.schema.tables import RUNS


def store_committed(connection: Connection, commit: Commit) -> CommitReport:
    """Mark what is gone and store how the run ended, in the connection's transaction."""
    lock(connection)
    check_receipts(connection, commit.receipts)
    register(connection, commit.run)
    newly_deleted, warnings, lost = mark_deleted(connection, commit)
    warnings += other_places(connection, commit.run)
    deleted = newly_deleted + _deleted_before(connection, commit.run)
    warnings += [lost] * bool(lost)
    is_incomplete = lost and commit.state is RunState.SUCCEEDED
    connection.execute(delete(RUNS).where(RUNS.c.run_id == commit.run.run_id))
    connection.execute(
        RUNS.insert(),
        {
            **_said_at_start(commit.run),
            "state": RunState.PARTIAL if is_incomplete else commit.state,
            "finished_at": commit.finished_at,
            "deleted": deleted,
            "counts": document(dict(commit.counts)),
            "warnings": document(warnings),
            "failures": document([failure.model_dump(mode="json") for failure in commit.failures]),
        },
    )
    return CommitReport(deleted, tuple(warnings), lost)


def store_aborted(connection: Connection, run: Run) -> None:
    """Store the run as cancelled, unless it is stored as ended already."""
    lock(connection)
    if connection.scalar(select(RUNS.c.run_id).where(RUNS.c.run_id == run.run_id)) is None:
        connection.execute(RUNS.insert(), {**_said_at_start(run), "state": RunState.CANCELLED})


def _deleted_before(connection: Connection, run: Run) -> int:
    """Count what an earlier commit of the same run marked: a repeated commit reports it too."""
    return connection.scalar(select(RUNS.c.deleted).where(RUNS.c.run_id == run.run_id)) or 0


def _said_at_start(run: Run) -> dict[str, Any]:
    return {
        "run_id": run.run_id,
        "source": run.source,
        "place": run.place.of_catalog if run.place else "",
        "scope": run.request.scope.label,
        "generation": run.generation,
        "created_at": run.created_at,
        "request": run.request.model_dump_json(),
    }
