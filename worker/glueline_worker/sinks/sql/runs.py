"""Write the rows of the table ``runs``."""

from typing import Any

from sqlalchemy import Connection, delete, select

from glueline.contract.runs import RunState
from glueline_worker.sinks.model import Commit, CommitReport, Run
from glueline_worker.sinks.sql.database_identity import check_receipts
from glueline_worker.sinks.sql.deletions.tombstones import mark_deleted
from glueline_worker.sinks.sql.engine import lock_schema
from glueline_worker.sinks.sql.places import register_run, warn_of_rows_elsewhere
from glueline_worker.sinks.sql.rows import to_json_text
from glueline_worker.sinks.sql.schema.tables import RUNS


def store_commit(connection: Connection, commit: Commit) -> CommitReport:
    """Mark deletions and store the end of the run, in the connection's transaction."""
    lock_schema(connection)
    check_receipts(connection, commit.receipts)
    register_run(connection, commit.run)
    newly_deleted, warnings, lost = mark_deleted(connection, commit)
    warnings += warn_of_rows_elsewhere(connection, commit.run)
    deleted = newly_deleted + _count_deleted_before(connection, commit.run)
    warnings += [lost] * bool(lost)
    is_incomplete = lost and commit.state is RunState.SUCCEEDED
    connection.execute(delete(RUNS).where(RUNS.c.run_id == commit.run.run_id))
    connection.execute(
        RUNS.insert(),
        {
            **_make_request_columns(commit.run),
            "state": RunState.PARTIAL if is_incomplete else commit.state,
            "finished_at": commit.finished_at,
            "deleted": deleted,
            "counts": to_json_text(dict(commit.counts)),
            "warnings": to_json_text(warnings),
            "failures": to_json_text(
                [failure.model_dump(mode="json") for failure in commit.failures]
            ),
        },
    )
    return CommitReport(deleted, tuple(warnings), lost)


def store_abort(connection: Connection, run: Run) -> None:
    """Store the run as cancelled, unless it is stored as ended already."""
    lock_schema(connection)
    if connection.scalar(select(RUNS.c.run_id).where(RUNS.c.run_id == run.run_id)) is None:
        connection.execute(
            RUNS.insert(), {**_make_request_columns(run), "state": RunState.CANCELLED}
        )


def _count_deleted_before(connection: Connection, run: Run) -> int:
    """Return the deletions of an earlier commit of the run: a repeated commit reports them too."""
    return connection.scalar(select(RUNS.c.deleted).where(RUNS.c.run_id == run.run_id)) or 0


def _make_request_columns(run: Run) -> dict[str, Any]:
    return {
        "run_id": run.run_id,
        "source": run.source,
        "place": run.place.of_catalog if run.place else "",
        "scope": run.request.scope.label,
        "generation": run.generation,
        "created_at": run.created_at,
        "request": run.request.model_dump_json(),
    }
