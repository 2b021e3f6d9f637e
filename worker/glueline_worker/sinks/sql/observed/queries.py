"""Read observed edges."""

from collections.abc import Iterator
from dataclasses import dataclass

import orjson
from sqlalchemy import Connection, select

from glueline.contract.observed import ObservedEdge
from glueline.contract.structs import from_builtins
from glueline_worker.sinks.sql.observed.tables import OBSERVED_EDGES, has_observed_tables
from glueline_worker.sinks.sql.schema.tables import JOBS


@dataclass(frozen=True, slots=True)
class StoredObservation:
    """An edge as runs of one job have reported it.

    ``named_jobs`` are the Glue jobs that the events name as such; ``possible_jobs`` are names of
    the job and of those that started it, any of which may be a Glue job.
    """

    job_namespace: str
    job_name: str
    named_jobs: tuple[str, ...]
    possible_jobs: tuple[str, ...]
    edge: ObservedEdge


def select_observations(connection: Connection) -> list[StoredObservation]:
    """Read all observed edges, the same ones of several runs once."""
    return [*_select(connection)] if has_observed_tables(connection) else []


def select_job_names(connection: Connection) -> set[str]:
    """Read the names of the Glue jobs that are not marked deleted."""
    return set(connection.scalars(select(JOBS.c.name).where(JOBS.c.deleted_at.is_(None))))


def _select(connection: Connection) -> Iterator[StoredObservation]:
    columns = OBSERVED_EDGES.c
    query = select(columns.job_namespace, columns.job_name, columns.jobs, columns.record).distinct()
    for namespace, name, jobs, record in connection.execute(query):
        known = orjson.loads(jobs)
        yield StoredObservation(
            namespace,
            name,
            tuple(known["named"]),
            tuple(known["possible"]),
            from_builtins(orjson.loads(record), ObservedEdge),
        )
