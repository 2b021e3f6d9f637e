"""Answers about the tables and jobs of a SQL sink, for commands and for programs."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast
from urllib.parse import unquote

from msgspec import Struct
from sqlalchemy import Connection

from glueline.contract.errors import UsageError
from glueline.contract.lineage import Dataset
from glueline.contract.sentences import list_some
from glueline.contract.terminal import clean_line
from glueline_worker.lineage.model import LineageContext
from glueline_worker.lineage.naming import name_catalog_table
from glueline_worker.questions.catalog_queries import (
    StoredThing,
    TableSummary,
    count_partitions,
    select_edge_records,
    select_near_names,
    select_summaries,
    select_things,
)
from glueline_worker.questions.dataset_names import find_named_datasets, format_dataset
from glueline_worker.questions.near_names import find_near_names, suggest
from glueline_worker.questions.stored_lineage import name_stored_table
from glueline_worker.sinks.sql.lineage_queries import StoredTable, select_databases
from glueline_worker.sinks.sql.schema.tables import JOBS, TABLES
from glueline_worker.sinks.sql.sink import SqlSink

_QUOTES = str.maketrans("", "", '`"')
_SEPARATOR = re.compile(r"[./]")
_NAMES_SHOWN = 5
_NAMES_TRIED = 20
"""Near names of which some may be those of deleted things."""
_MAX_LENGTH = 4000
"""Characters of a name or glob. SQLite refuses patterns of more than 50,000 bytes."""


class TableAnswer(Struct, frozen=True):
    """A table: its record, its name in lineage, and its partitions in the catalogue.

    ``partitions`` is None where no run counted them.
    """

    record: Mapping[str, Any]
    dataset: Dataset
    partitions: int | None


class JobAnswer(Struct, frozen=True):
    """A job: its record and the records of its edges."""

    record: Mapping[str, Any]
    edges: Sequence[Mapping[str, Any]]


class Scope(Struct, frozen=True):
    """The source and Region to look in; None for all."""

    source: str | None = None
    region: str | None = None

    def has(self, record: Mapping[str, Any]) -> bool:
        """Tell whether the thing of a record is in it."""
        return self.source in {None, record["source"]} and self.region in {None, record["region"]}


async def find_matching_tables(
    sink: SqlSink,
    patterns: Sequence[str],
    *,
    table_format: str | None = None,
    owner: str | None = None,
) -> list[TableSummary]:
    """Return the tables whose ``database.table`` fits one of the globs; all without globs."""
    globs = [*map(_check_text, patterns)]
    filters = {"table_format": table_format, "owner": owner}
    checked = {name: text and _check_text(text) for name, text in filters.items()}
    return await sink.read(lambda connection: select_summaries(connection, globs, **checked))


async def describe_table(sink: SqlSink, name: str, scope: Scope) -> TableAnswer:
    """Return the one table that ``name`` means; raises UsageError for none or several."""
    return await sink.read(lambda connection: _read_table(connection, _check_text(name), scope))


async def describe_job(sink: SqlSink, name: str, scope: Scope) -> JobAnswer:
    """Return the one job called ``name``; raises UsageError for none or several."""
    return await sink.read(lambda connection: _read_job(connection, _check_text(name), scope))


def _read_table(connection: Connection, name: str, scope: Scope) -> TableAnswer:
    wanted = name.strip()
    candidates = _find_candidates(connection, _list_endings(wanted))
    things = [
        thing
        for found in candidates.values()
        for thing in found
        if _spell(thing.record) in {wanted, wanted.lower()}
    ] or [
        thing
        for dataset in find_named_datasets(wanted, candidates)
        for thing in candidates[dataset]
    ]
    found = [thing for thing in things if scope.has(thing.record)]
    if things and not found:
        raise UsageError(_describe_elsewhere(name, things))
    if not found:
        raise UsageError(f"no table {name!r} is known{suggest(_find_near(connection, wanted))}")
    if len(found) > 1:
        raise UsageError(_describe_several(name, found, "tables"))
    thing = found[0]
    dataset = _name_in_lineage(connection, thing.record)
    return TableAnswer(thing.record, dataset, count_partitions(connection, thing.at))


def _list_endings(name: str) -> set[str]:
    """Return all ends of a name that may be that of its table, as written and as Glue stores it."""
    spellings = {text.strip("/") for text in (name, name.translate(_QUOTES))}
    starts = [(text, match.end()) for text in spellings for match in _SEPARATOR.finditer(text)]
    endings = spellings | {text[start:] for text, start in starts}
    return endings | {ending.lower() for ending in endings}


def _spell(record: Mapping[str, Any]) -> str:
    return f"{record['database_name']}.{record['name']}"


def _find_candidates(
    connection: Connection, names: Iterable[str]
) -> dict[Dataset, list[StoredThing]]:
    found: dict[Dataset, list[StoredThing]] = {}
    for thing in select_things(connection, TABLES, names):
        found.setdefault(_name_as_listed(thing.record), []).append(thing)
    return found


def _name_as_listed(record: Mapping[str, Any]) -> Dataset:
    """Return a table's name in the database that it was found in, which may be a link."""
    context = LineageContext(region=record["region"], account=record["catalog_id"])
    return name_catalog_table(record["database_name"], record["name"], context)


def _name_in_lineage(connection: Connection, record: Mapping[str, Any]) -> Dataset:
    table = StoredTable(
        source=record["source"],
        region=record["region"],
        catalog_id=record["catalog_id"],
        database=record["database_name"],
        name=record["name"],
        location=None,
        data_locations=None,
    )
    return name_stored_table(table, select_databases(connection))


def _find_near(connection: Connection, name: str) -> list[str]:
    """Return near names of tables: those whose own name is near or right, by the whole name."""
    table = _SEPARATOR.split(name)[-1].lower()
    stored = select_near_names(connection, TABLES, table)
    near = find_near_names(table, stored, _NAMES_TRIED)
    known = [*map(format_dataset, _find_candidates(connection, {table, *near}))]
    return find_near_names(name, known) or known[:_NAMES_SHOWN]


def _read_job(connection: Connection, name: str, scope: Scope) -> JobAnswer:
    # A process of lineage has the job's name percent-encoded.
    wanted = unquote(name.removeprefix("job/")) if name.startswith("job/") else name
    things = select_things(connection, JOBS, {name}) or select_things(connection, JOBS, {wanted})
    found = [thing for thing in things if scope.has(thing.record)]
    if things and not found:
        raise UsageError(_describe_elsewhere(name, things))
    if not found:
        stored = select_near_names(connection, JOBS, wanted)
        near = _keep_live_jobs(connection, find_near_names(wanted, stored, _NAMES_TRIED))
        raise UsageError(f"no job {name!r} is known{suggest(near)}")
    if len(found) > 1:
        raise UsageError(_describe_several(name, found, "jobs"))
    return JobAnswer(found[0].record, select_edge_records(connection, found[0].at))


def _keep_live_jobs(connection: Connection, names: Sequence[str]) -> list[str]:
    live = {thing.record["name"] for thing in select_things(connection, JOBS, names)}
    return [name for name in names if name in live]


def _check_text(text: str) -> str:
    """Return a text that each database takes; raises UsageError for one that is no name."""
    if not text.strip():
        raise UsageError("name a thing of the catalogue, for example sales.orders")
    if len(text) > _MAX_LENGTH:
        raise UsageError(f"a name of {len(text):,} characters is too long to be looked up")
    # Neither half surrogates nor NUL occur in a stored name.
    return text.encode(errors="replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")


def _describe_elsewhere(name: str, things: Sequence[StoredThing]) -> str:
    return f"{name!r} is not known there, but as {_list_labels(things)}"


def _describe_several(name: str, things: Sequence[StoredThing], kind: str) -> str:
    return (
        f"{name!r} can mean {len(things)} {kind}: {_list_labels(things)}; "
        "choose one by its full name, --source or --region"
    )


def _list_labels(things: Sequence[StoredThing]) -> str:
    labels = [
        f"{_label(thing.record)} (source {thing.record['source']}, {thing.record['region']})"
        for thing in things
    ]
    return clean_line(list_some(labels, _NAMES_SHOWN))


def _label(record: Mapping[str, Any]) -> str:
    account = cast("str | None", record["catalog_id"])
    database = record.get("database_name")
    name = f"{database}.{record['name']}" if database else str(record["name"])
    return f"{account}:{name}" if account else name
