"""Store observed runs: each is merged with what is known of it, and its edges are made again."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

import orjson
from sqlalchemy import Connection, delete, insert, select

from glueline.contract.observed import (
    SUCCESS,
    ObservedEdge,
    ObservedRun,
    list_edges,
    merge_same_runs,
)
from glueline.contract.structs import encode_json, from_builtins
from glueline_worker.sinks.sql.observed.tables import (
    OBSERVED_EDGES,
    OBSERVED_RUNS,
    create_observed_tables,
)
from glueline_worker.sinks.sql.stored_entries import split_into_batches


def store_observed_runs(connection: Connection, runs: Sequence[ObservedRun]) -> int:
    """Merge runs with the stored ones. Return how many edges these runs have now.

    The result is the same for every order of events, and however often they come.
    """
    create_observed_tables(connection)
    given = {_make_run_key(run): run for run in merge_same_runs(runs)}
    edges = 0
    for keys in split_into_batches([*given]):
        known = _select_runs(connection, keys)
        merged = merge_same_runs([*known, *(given[key] for key in keys)])
        rows = [row for run in merged for row in _make_edge_rows(run)]
        _delete_runs(connection, keys)
        connection.execute(insert(OBSERVED_RUNS), [_make_run_row(run) for run in merged])
        if rows:
            connection.execute(insert(OBSERVED_EDGES), rows)
        edges += len(rows)
    return edges


def forget_observed_runs(connection: Connection, before: datetime) -> int:
    """Delete the runs whose last event is older, with their edges; return how many they were."""
    create_observed_tables(connection)
    query = select(OBSERVED_RUNS.c.key).where(OBSERVED_RUNS.c.last_event_at < before)
    found = [*connection.scalars(query)]
    for keys in split_into_batches(found):
        _delete_runs(connection, keys)
    return len(found)


def _make_run_key(run: ObservedRun) -> str:
    return "/".join(quote(part, safe="") for part in run.identity)


def _select_runs(connection: Connection, keys: Sequence[str]) -> list[ObservedRun]:
    query = select(OBSERVED_RUNS.c.record).where(OBSERVED_RUNS.c.key.in_(keys))
    return [from_builtins(record, ObservedRun) for record in connection.scalars(query)]


def _delete_runs(connection: Connection, keys: Sequence[str]) -> None:
    connection.execute(delete(OBSERVED_EDGES).where(OBSERVED_EDGES.c.run_key.in_(keys)))
    connection.execute(delete(OBSERVED_RUNS).where(OBSERVED_RUNS.c.key.in_(keys)))


def _make_run_row(run: ObservedRun) -> Mapping[str, Any]:
    return {
        "key": _make_run_key(run),
        "run_id": run.run_id,
        "job_namespace": run.job_namespace,
        "job_name": run.job_name,
        "state": _describe_state(run),
        "first_event_at": run.first_event_at,
        "last_event_at": run.last_event_at,
        "succeeded_at": run.succeeded_at,
        "record": encode_json(run).decode(),
    }


def _describe_state(run: ObservedRun) -> str:
    """Return how the run ended; without an end, it is running as far as is known."""
    return {SUCCESS: "succeeded", "FAIL": "failed", "ABORT": "aborted"}.get(
        run.end or "", "running"
    )


def _make_edge_rows(run: ObservedRun) -> list[Mapping[str, Any]]:
    jobs = {"named": run.glue_jobs, "possible": sorted({run.job_name, *run.parents})}
    return [
        {
            "run_key": _make_run_key(run),
            "job_namespace": run.job_namespace,
            "job_name": run.job_name,
            "first_event_at": run.first_event_at,
            "last_event_at": run.last_event_at,
            "succeeded_at": run.succeeded_at,
            "jobs": orjson.dumps(jobs).decode(),
            **_make_edge_columns(edge),
        }
        for edge in list_edges(run)
    ]


def _make_edge_columns(edge: ObservedEdge) -> Mapping[str, str]:
    return {
        "upstream_namespace": edge.upstream.namespace,
        "upstream_name": edge.upstream.name,
        "downstream_namespace": edge.downstream.namespace,
        "downstream_name": edge.downstream.name,
        "record": encode_json(edge).decode(),
    }
