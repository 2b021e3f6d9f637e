"""Turn records into rows."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import lru_cache
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
from glueline_worker.sinks.sql.schema.types import to_sortable_text

Row = tuple[Any, ...]
"""The values of a row as texts and numbers, in the order of its table's columns."""

get_key: Callable[[Row], str] = itemgetter(0)
get_listing: Callable[[Row], str] = itemgetter(5)

_KINDS_WITH_INPUTS = frozenset({"job", "table"})
"""The kinds of things whose lineage depends on the columns of tables."""

_encode_again = lru_cache(maxsize=1000)(encode)
"""The same few databases occur in many records."""


def make_rows(
    run: Run, parts: Iterable[Part], now: datetime, *, allow_nul: bool
) -> dict[str, list[Row]]:
    """Make the rows of a batch by kind, sorted by key. Of rows with the same key, the last counts.

    The order keeps two writers of the same rows from a deadlock.
    """
    rows: dict[str, dict[str, Row]] = {}
    moment = to_sortable_text(now)
    for part in parts:
        inputs = to_json_text(part.inputs) if part.inputs else "[]"
        end = (part.fingerprint, run.run_id, run.generation, moment, moment, moment, None)
        for record in part.records:
            row = _make_row(record, inputs, end, allow_nul=allow_nul)
            rows.setdefault(record.kind, {})[get_key(row)] = row
    return {kind: sorted(of_kind.values(), key=get_key) for kind, of_kind in rows.items()}


def to_json_text(value: Any) -> str:
    """Return ``value`` as the text of a JSON column."""
    return orjson.dumps(value).decode()


def _make_row(record: Record, inputs: str, end: Row, *, allow_nul: bool) -> Row:
    stored, json = to_json(record, allow_nul=allow_nul)
    # Names that differ only in the replaced characters must still have different keys.
    known = record if stored is record else to_json(record)[0]
    row = (
        shorten_key(known.key),
        stored.source,
        stored.place,
        stored.region,
        stored.catalog_id,
        shorten_key(known.listing),
        stored.subject,
        *_COLUMNS_OF_KIND[record.kind](stored, known),
        *((inputs,) if record.kind in _KINDS_WITH_INPUTS else ()),
        stored.content_hash,
        *end,
        json.decode(),
    )
    if not allow_nul and "%00" in getattr(record, "process", ""):  # columns are decoded from it
        return tuple(map(_replace_nul, row))
    return row


def _replace_nul(value: Any) -> Any:
    return value.replace("\0", "\N{REPLACEMENT CHARACTER}") if isinstance(value, str) else value


def _to_text(moment: datetime | None) -> str | None:
    """Return a time of the catalogue as text; times without zone are in UTC."""
    if moment is None:
        return None
    return to_sortable_text(
        moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    )


def _make_database_columns(record: DatabaseRecord, known: DatabaseRecord) -> Row:
    return (
        shorten_key(f"database/{encode(known.name)}"),
        record.name,
        record.description,
        record.location_uri,
        _to_text(record.create_time),
    )


def _make_table_columns(record: TableRecord, known: TableRecord) -> Row:
    return (
        shorten_key(f"partitions/{_encode_again(known.database_name)}/{encode(known.name)}"),
        record.database_name,
        record.name,
        record.description,
        record.owner,
        record.table_type,
        record.format,
        record.storage.location if record.storage else None,
        len(record.columns),
        _to_text(record.create_time),
        _to_text(record.update_time),
    )


def _make_partition_columns(record: PartitionRecord, _: PartitionRecord) -> Row:
    return (
        record.database_name,
        record.table_name,
        to_json_text(record.values),
        record.storage.location if record.storage else None,
        _to_text(record.create_time),
    )


def _make_partition_summary_columns(
    record: PartitionSummaryRecord, _: PartitionSummaryRecord
) -> Row:
    return (
        record.database_name,
        record.table_name,
        to_json_text(record.partition_keys),
        record.count,
    )


def _make_job_columns(record: JobRecord, known: JobRecord) -> Row:
    return (
        shorten_key(f"job/{encode(known.name)}"),
        record.name,
        record.description,
        record.role,
        record.command_name,
        record.job_mode,
        record.language,
        record.script_location,
        record.glue_version,
        record.worker_type,
        record.number_of_workers,
        record.max_capacity,
        _to_text(record.created_on),
        _to_text(record.last_modified_on),
    )


def _make_lineage_columns(record: LineageRecord, _: LineageRecord) -> Row:
    kind, *names = record.process.split("/")
    return (
        record.process,
        None if kind == "job" else unquote(names[0]),
        record.upstream.namespace,
        record.upstream.name,
        record.downstream.namespace,
        record.downstream.name,
        to_json_text(record.origins),
    )


_COLUMNS_OF_KIND: dict[str, Callable[[Any, Any], Row]] = {
    "database": _make_database_columns,
    "table": _make_table_columns,
    "partition": _make_partition_columns,
    "partition_summary": _make_partition_summary_columns,
    "job": _make_job_columns,
    "lineage": _make_lineage_columns,
}
"""The columns of a kind between ``subject`` and ``inputs`` or ``content_hash``.

They are made from the record as it is stored, and from the one that its key is made of.
"""
