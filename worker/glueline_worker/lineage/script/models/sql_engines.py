"""SQL that a script runs: nodes for its statements, and frames for temporary views."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from msgspec import Struct, field
from msgspec.structs import replace

from glueline.contract.lineage import Dataset
from glueline_worker.lineage.model import ColumnRef, Flow
from glueline_worker.lineage.naming import (
    is_metadata_table,
    name_athena_table,
    name_spark_sql_table,
    split_name,
)
from glueline_worker.lineage.script.domain.alternatives import get_alternatives
from glueline_worker.lineage.script.domain.outputs import Attribute
from glueline_worker.lineage.script.domain.state import State
from glueline_worker.lineage.script.domain.template_text import as_text, is_placeholder, render
from glueline_worker.lineage.script.domain.values import External, Frame, Value
from glueline_worker.lineage.script.models import procedures
from glueline_worker.lineage.script.models.located_tables import name_place
from glueline_worker.lineage.script.models.session_schemas import SessionSchemas
from glueline_worker.lineage.script.models.spark.known_columns import (
    find_attribute,
    get_outputs,
    get_table_key,
    set_outputs,
)
from glueline_worker.lineage.script.models.sql_definitions import find_created_table, find_moves
from glueline_worker.lineage.sql import EMPTY_SESSION, SqlReading, SqlStatement, TableName, read_sql
from glueline_worker.lineage.word_sets import split_words

_TABLE_IN_DATABASE = 2
_QUERY_COST = 500
"""Steps that parsing a query counts for."""
_SENTENCES_SHOWN = 3
"""Warnings of one text of SQL."""
_AS_OF = re.compile(r"@(?:v\d+|\d{17})$")
"""Delta's time travel in a path: the table as it was at a version or moment."""
_NO_ROWS = re.compile(
    r"\b(?:limit\s+0|where\s+(?:(\d)\s*=\s*(?!\1)\d|(\d)\s*<>\s*\2|false))\s*;?\s*\Z",
    re.IGNORECASE,
)
"""Ends of a query that asks for the columns alone."""
_TAIL = 100
_METADATA = re.compile(r"\$(?:all_\w+|files|history|manifests|partitions|refs|snapshots)\b")
"""The metadata of a table, as Athena names it; a query asks for nothing else then."""
_LOOP_PLACEHOLDER = re.compile(r"`?\{(?:loop|config):[^{}]*\}`?")
_CHANNELS = frozenset({"stdin", "stdout"})
"""Names in PostgreSQL's COPY that are no tables."""
_NO_TEXT = "a query that is known only at run time"
_WRITES = split_words("insert merge update delete create_table create_view copy")


class SqlEngine(Struct, frozen=True):
    """The engine that runs a query: how it names tables, and its temporary views."""

    name: Callable[[TableName], Dataset]
    dialect: str = "spark"
    views: Mapping[str, Value] = field(default_factory=dict)


def make_spark_engine(state: State) -> SqlEngine:
    """Make the engine of Spark SQL in the script's session."""
    return SqlEngine(lambda parts: name_spark_table(state, parts), "spark", state.views)


def make_athena_engine(state: State, database: str | None) -> SqlEngine:
    """Make the engine of Athena, with ``database`` for names without one."""
    default = render(database) if database else "default"

    def name(parts: TableName) -> Dataset:
        *before, table = parts
        database = before.pop() if before else default
        return name_athena_table(".".join(before), database, table, state.context)

    return SqlEngine(name, "athena")


def name_spark_table(state: State, parts: TableName) -> Dataset:
    """Return the dataset of a Spark table name, in the current catalog and database."""
    current = state.settings["database"]
    if len(parts) == 1 and "://" not in parts[0] and isinstance(current, str):
        parts = (*current.split("."), *parts)
    elif len(parts) == 1 and _LOOP_PLACEHOLDER.fullmatch(parts[0]):
        parts = ("{unknown}", *parts)  # what is filled in may name the database too
    default = state.settings.get("catalog")
    if (
        len(parts) == _TABLE_IN_DATABASE
        and isinstance(default, str)
        and state.catalogs.get(default)
    ):
        parts = (default, *parts)
    return name_spark_sql_table(parts, state.context, state.catalogs)


def run_spark_sql(state: State, query: Value) -> Value:
    """Call ``spark.sql(query)``; return the frame that the last statement yields."""
    engine = make_spark_engine(state)
    found: list[Value] = [run_sql(state, text, engine) for text in list_queries(state, query)]
    frame = state.unite_frames(found)
    return frame if frame is not None else state.transform((), label="sql")


def list_queries(state: State, query: Value) -> list[str]:
    """List the texts of a query; one that is fetched at run time is a gap."""
    options = get_alternatives(query)
    if any(isinstance(option, (External, Frame)) for option in options):
        state.leave_out(_NO_TEXT)
    return [option for option in options if isinstance(option, str)]


def run_sql(state: State, text: str, engine: SqlEngine, rows: Value = None) -> Frame | None:
    """Add the nodes of each statement in ``text``; return the frame of the last one.

    ``rows`` flow into a statement besides its tables, such as those of an INSERT.
    """
    frame = None
    procedures.run_procedures(state, text, engine.name)
    for name, place in find_moves(text):
        table = engine.name(split_name(render(name)))
        state.declare_tables([table], [name_place(state, render(place))])
    if (created := find_created_table(text)) is not None:
        key = get_table_key(engine.name(split_name(render(created[0]))))
        if key is not None:
            state.declared_schemas[key] = created[1]
    before = len(state.nodes)
    has_no_rows = _NO_ROWS.search(text[-_TAIL:]) is not None
    schemas = SessionSchemas(state, engine.name, engine.views)
    for statement in parse_statements(state, text, engine.dialect, schemas):
        if has_no_rows and statement.kind == "create_table" and statement.write is not None:
            _declare_table(state, statement, engine)  # a copy of the columns
        else:
            frame = _add_statement(state, statement, engine, rows) or frame
    if has_no_rows or ("$" in text and _METADATA.search(text)):
        state.mark_tentative(before)
    return frame


def parse_statements(
    state: State, text: str, dialect: str, schemas: SessionSchemas | None = None
) -> Sequence[SqlStatement]:
    """Parse a text of SQL; what it leaves open becomes a warning of the script."""
    state.charge(_QUERY_COST + len(text) // 20)
    if is_placeholder(text):
        state.leave_out(_NO_TEXT)
        return ()
    session = state.sql_session
    if schemas is not None and schemas.may_know:
        reading = read_sql(render(text), dialect=dialect, schemas=schemas, session=session)
    elif session is not EMPTY_SESSION:
        reading = read_sql(render(text), dialect=dialect, session=session)
    else:
        reading = _parse_sql(render(text), dialect)
    state.sql_session = reading.session
    for warning in reading.warnings[:_SENTENCES_SHOWN]:
        state.warn(f"SQL: {warning}")
    if (more := len(reading.warnings) - _SENTENCES_SHOWN) > 0:
        state.warn(f"SQL: {more} more warnings about this text are left out")
    for gap in reading.gaps[:_SENTENCES_SHOWN]:
        state.leave_out(f"SQL: {gap}")
    return reading.statements


@lru_cache(maxsize=1_000)
def _parse_sql(text: str, dialect: str) -> SqlReading:
    return read_sql(text, dialect=dialect)


def read_around(
    state: State, text: str, outer: str, engine: SqlEngine
) -> list[tuple[SqlStatement, dict[TableName, str]]]:
    """Read an expression that has queries inside: reads are added for their tables.

    What stands around the queries is of ``outer``, which has no node but its name.
    """
    sql = f"SELECT {text} FROM {outer}"  # noqa: S608 - parsed, never run
    found = []
    for statement in parse_statements(
        state, sql, engine.dialect, SessionSchemas(state, engine.name, engine.views)
    ):
        reads = tuple(name for name in statement.reads if name != (outer,))
        ids = _add_reads(state, replace(statement, reads=reads), engine)
        found.append((statement, {**ids, (outer,): outer}))
    return found


def set_database(state: State, name: Value) -> None:
    """Let names without a database mean this one; a step that sets several leaves it open."""
    state.databases_set.setdefault(state.line or 0, set()).add(as_text(name))
    state.settings["database"] = name


def _add_statement(
    state: State, statement: SqlStatement, engine: SqlEngine, rows: Value
) -> Frame | None:
    if statement.kind == "use":
        if statement.database:
            set_database(state, ".".join(statement.database))
        return None
    sources = _add_reads(state, statement, engine)
    flow = statement.flow(sources)
    inputs = [Frame(node) for node in dict.fromkeys(sources.values())]
    if statement.view is not None:
        frame = _add_query(state, statement, inputs, flow)
        register_view(state, statement.view[-1], frame)
        return frame
    targets = _find_targets(state, statement, engine)
    if not targets:
        return _add_query(state, statement, inputs, flow) if inputs else None
    if engine.views is state.views and statement.write is not None:
        view = statement.write[-1].lower()
        if len(statement.write) == 1 and isinstance(known := state.views.get(view), Frame):
            state.journal.touch(state.views)
            state.views[view] = state.transform([known, *inputs], label="sql")
            return None
    return state.write_through([*inputs, rows], targets, flow, statement.kind)


def _add_query(state: State, statement: SqlStatement, inputs: list[Frame], flow: Flow) -> Frame:
    """Add the step of a query, whose columns are known if all of its tables' are."""
    frame = state.transform(inputs, flow, "sql")
    is_known = statement.columns and not statement.rest
    if not is_known or any(get_outputs(state, each.node) is None for each in inputs):
        return frame
    attributes = [
        Attribute(name, frame.node, name, shape=_find_shape(state, flow.columns[name]))
        for name in statement.columns
    ]
    return set_outputs(state, frame, attributes)


def _find_shape(state: State, refs: Sequence[ColumnRef]) -> str | None:
    """Find where the fields of a column are that passes as it is."""
    if len(refs) != 1 or refs[0].transformation != "identity":
        return None
    attribute = find_attribute(state, refs[0].node, f"`{refs[0].column}`")
    return attribute.shape if attribute is not None else None


def _find_targets(state: State, statement: SqlStatement, engine: SqlEngine) -> list[Dataset]:
    targets = [name_place(state, path) for path in statement.path_writes]
    if statement.write is not None and statement.write[-1].lower() in _CHANNELS:
        return targets
    defines = statement.kind == "create_table" and not statement.reads and not statement.path_reads
    if defines:
        _declare_table(state, statement, engine)
        return []
    if statement.write is not None and statement.kind in _WRITES:
        targets.insert(0, engine.name(statement.write))
    return targets


def _declare_table(state: State, statement: SqlStatement, engine: SqlEngine) -> None:
    if statement.write is not None:
        places = [name_place(state, path) for path in statement.path_writes]
        state.declare_tables([engine.name(statement.write)], places)


def _add_reads(state: State, statement: SqlStatement, engine: SqlEngine) -> dict[TableName, str]:
    """Add a node for each table and file that is read."""
    found: dict[TableName, str] = {}
    for name in statement.reads:
        if name[-1].lower() in _CHANNELS:
            continue
        frame = _resolve_view(state, name, engine)
        found[name] = (frame or _read_table(state, name, engine)).node
    for path in statement.path_reads:
        place = name_place(state, _AS_OF.sub("", path))
        found[(path,)] = state.read([place], "sql").node
    return found


def _read_table(state: State, name: TableName, engine: SqlEngine) -> Frame:
    """Add a read of a table; its metadata alone is data only where it gets somewhere."""
    frame = state.read([engine.name(name)], "sql")
    if engine.dialect == "spark" and is_metadata_table(name, state.context, state.catalogs):
        state.tentative.add(frame.node)
    return frame


def register_view(state: State, name: str, frame: Value) -> None:
    """Make ``frame`` a temporary view of the session."""
    state.journal.touch(state.views)
    state.views[_normalize_view(name)] = frame


def find_view(state: State, name: str) -> Frame | None:
    """Find the frame behind a temporary view of the session."""
    value = state.views.get(_normalize_view(name))
    return None if value is None else state.unite_frames(value)


def _normalize_view(name: str) -> str:
    return render(name).replace("`", "").lower().removeprefix("global_temp.")


def _resolve_view(state: State, name: TableName, engine: SqlEngine) -> Frame | None:
    value = engine.views.get(_normalize_view(".".join(name)))
    if value is None and len(name) == 1 and state.settings["database"] is None:
        # A loop may have registered views under names that only the run knows.
        value = [frame for view, frame in engine.views.items() if view.startswith("{")] or None
    if value is None and engine.dialect == "spark" and name[0].lower() == "global_temp":
        state.warn(f"{'.'.join(name)} is a temporary view that the script does not make")
        return state.transform(())
    return None if value is None else state.unite_frames(value) or state.transform(())
