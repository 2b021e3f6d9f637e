"""Turn records into rows."""

from collections.abc import Callable, Iterable
from datetime import datetime
from operator import itemgetter
from typing import Any
from urllib.parse import unquote

import orjson

from glueline.contract.messages import encode
from glueline.contract.records import (
    DatabaseRecord,
    JobRecord,
    LineageRecord,
    PartitionRecord,
    PartitionSummaryRecord,
    Record,
    TableRecord,
)
from glueline_worker.sinks.json_text import to_json
from glueline_worker.sinks.model import Part, Run
from glueline_worker.sinks.object_names import shorten_key

Row = dict[str, Any]

_KINDS_WITH_INPUTS = frozenset({"job", "table"})
"""The kinds of things whose lineage depends on the columns of tables."""


def make_rows(
    run: Run, parts: Iterable[Part], now: datetime, *, allow_nul: bool
) -> dict[str, list[Row]]:
    """Make the rows of a batch by kind, sorted by key.

    The order keeps two writers of the same rows from a deadlock.
    """
    rows: dict[str, list[Row]] = {}
    for part in parts:
        for record in part.records:
            row = _make_row(run, record, now, allow_nul=allow_nul)
            row["fingerprint"] = part.fingerprint
            if record.kind in _KINDS_WITH_INPUTS:
                row["inputs"] = to_json_text(part.inputs)
            rows.setdefault(record.kind, []).append(row)
    for of_kind in rows.values():
        of_kind.sort(key=itemgetter("key"))
    return rows


def _make_row(run: Run, record: Record, now: datetime, *, allow_nul: bool) -> Row:
    stored, json = to_json(record, allow_nul=allow_nul)
    row = _make_common_columns(run, stored, json.decode(), now)
    if stored is not record:
        # Names that differ only in the replaced characters must still have different keys.
        known = to_json(record)[0]
        identity = {"key": shorten_key(known.key), "listing": shorten_key(known.listing)}
        contents = _COLUMNS_OF_KIND[record.kind](known).get("contents")
        row |= identity | ({"contents": contents} if contents else {})
    if not allow_nul and "%00" in getattr(record, "process", ""):
        for column in ("subject", "database_name"):  # decoded from the process
            row[column] = row[column] and row[column].replace("\0", "\N{REPLACEMENT CHARACTER}")
    return row


def to_json_text(value: Any) -> str:
    """Return ``value`` as the text of a JSON column."""
    return orjson.dumps(value).decode()


def _make_common_columns(run: Run, record: Record, text: str, now: datetime) -> Row:
    return {
        "key": shorten_key(record.key),
        "source": record.source,
        "place": record.place,
        "region": record.region,
        "catalog_id": record.catalog_id,
        "listing": shorten_key(record.listing),
        "subject": record.subject,
        **_COLUMNS_OF_KIND[record.kind](record),
        "record": text,
        "content_hash": record.content_hash,
        "run_id": run.run_id,
        "generation": run.generation,
        "first_seen_at": now,
        "last_seen_at": now,
        "changed_at": now,
        "deleted_at": None,
    }


def _make_database_columns(record: DatabaseRecord) -> Row:
    return {
        "contents": shorten_key(f"database/{encode(record.name)}"),
        "name": record.name,
        "description": record.description,
        "location": record.location_uri,
        "created_at": record.create_time,
    }


def _make_table_columns(record: TableRecord) -> Row:
    database, name = encode(record.database_name), encode(record.name)
    return {
        "contents": shorten_key(f"partitions/{database}/{name}"),
        "database_name": record.database_name,
        "name": record.name,
        "description": record.description,
        "owner": record.owner,
        "table_type": record.table_type,
        "format": record.format,
        "location": record.storage.location if record.storage else None,
        "column_count": len(record.columns),
        "created_at": record.create_time,
        "updated_at": record.update_time,
    }


def _make_partition_columns(record: PartitionRecord) -> Row:
    return {
        "database_name": record.database_name,
        "table_name": record.table_name,
        "partition_values": to_json_text(record.values),
        "location": record.storage.location if record.storage else None,
        "created_at": record.create_time,
    }


def _make_partition_summary_columns(record: PartitionSummaryRecord) -> Row:
    return {
        "database_name": record.database_name,
        "table_name": record.table_name,
        "partition_keys": to_json_text(record.partition_keys),
        "partition_count": record.count,
    }


def _make_job_columns(record: JobRecord) -> Row:
    return {
        "contents": shorten_key(f"job/{encode(record.name)}"),
        "name": record.name,
        "description": record.description,
        "role": record.role,
        "command_name": record.command_name,
        "job_mode": record.job_mode,
        "language": record.language,
        "script_location": record.script_location,
        "glue_version": record.glue_version,
        "worker_type": record.worker_type,
        "number_of_workers": record.number_of_workers,
        "max_capacity": record.max_capacity,
        "created_at": record.created_on,
        "updated_at": record.last_modified_on,
    }


def _make_lineage_columns(record: LineageRecord) -> Row:
    kind, *names = record.process.split("/")
    return {
        "process": record.process,
        "database_name": None if kind == "job" else unquote(names[0]),
        "upstream_namespace": record.upstream.namespace,
        "upstream_name": record.upstream.name,
        "downstream_namespace": record.downstream.namespace,
        "downstream_name": record.downstream.name,
        "origins": to_json_text(record.origins),
    }


_COLUMNS_OF_KIND: dict[str, Callable[[Any], Row]] = {
    "database": _make_database_columns,
    "table": _make_table_columns,
    "partition": _make_partition_columns,
    "partition_summary": _make_partition_summary_columns,
    "job": _make_job_columns,
    "lineage": _make_lineage_columns,
}
