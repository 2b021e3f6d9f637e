"""SQL that a script runs: its statements into nodes, with temporary views as frames."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from glueline.contract.lineage import Dataset
from glueline_worker.lineage.model import ColumnRef, Flow
from glueline_worker.lineage.naming import name_athena_table, name_s3_path, name_spark_sql_table
from glueline_worker.lineage.script.domain.state import State
from glueline_worker.lineage.script.domain.template_text import is_hole, shown, texts
from glueline_worker.lineage.script.domain.values import Frame, Value, options_of, words
from glueline_worker.lineage.sql import SqlReading, SqlStatement, TableName, read_sql

TABLE_IN_DATABASE = 2
QUERY_COST = 500
"""Steps that parsing a query counts for."""
SHOWN = 3
"""Warnings of one text of SQL."""
_AS_OF = re.compile(r"@(?:v\d+|\d{17})$")
"""Delta's time travel in a path: the table as it was at a version or moment."""
_CHANNELS = frozenset({"stdin", "stdout"})
"""What PostgreSQL's COPY speaks to instead of a table."""
_WRITES = words("insert merge update delete create_table create_view copy")


@dataclass(frozen=True, slots=True)
class Engine:
    """Who runs a query: how it names tables, and which names are not tables at all."""

    name: Callable[[TableName], Dataset]
    dialect: str = "spark"
    views: Mapping[str, Value] = field(default_factory=dict)


def spark_engine(state: State) -> Engine:
    """Spark SQL in the script's session."""
    return Engine(lambda parts: spark_name(state, parts), "spark", state.views)


def athena_engine(state: State, database: str | None) -> Engine:
    """Athena, with ``database`` for names without one."""
    default = shown(database) if database else "default"

    def name(parts: TableName) -> Dataset:
        *before, table = parts
        database = before.pop() if before else default
        return name_athena_table(".".join(before), database, table, state.context)

    return Engine(name, "athena")


def spark_name(state: State, parts: TableName) -> Dataset:
    """The dataset of a Spark table name, in the current catalog and database."""
    current = state.settings["database"]
    if len(parts) == 1 and "://" not in parts[0] and isinstance(current, str):
        parts = (*current.split("."), *parts)
    default = state.settings.get("catalog")
    if len(parts) == TABLE_IN_DATABASE and isinstance(default, str) and state.catalogs.get(default):
        parts = (default, *parts)
    return name_spark_sql_table(parts, state.context, state.catalogs)


def run_spark_sql(state: State, query: Value) -> Value:
    """``spark.sql(query)``: the frame that the last statement yields."""
    found: list[Value] = []
    for option in options_of(query):
        if isinstance(option, str):
            found += [run(state, text, spark_engine(state)) for text in texts(option)]
    frame = state.one_frame(found)
    return frame if frame is not None else state.transform((), label="sql")


def run(state: State, text: str, engine: Engine, given: Value = None) -> Frame | None:
    """Add the nodes of each statement in ``text``; the frame of the last one.

    ``given`` is what flows into a statement besides its tables: the rows of an INSERT.
    """
    state.tick(QUERY_COST + len(text) // 20)
    if is_hole(text):
        state.warn("a query that is known only at run time")
        return None
    reading = _reading(shown(text), engine.dialect)
    for warning in reading.warnings[:SHOWN]:
        state.warn(f"SQL: {warning}")
    if (more := len(reading.warnings) - SHOWN) > 0:
        state.warn(f"SQL: {more} more warnings about this text are left out")
    for gap in reading.gaps[:SHOWN]:
        state.leave_out(f"SQL: {gap}")
    frame = None
    for statement in reading.statements:
        frame = _statement(state, statement, engine, given) or frame
    return frame


@lru_cache(maxsize=1_000)
def _reading(text: str, dialect: str) -> SqlReading:
    return read_sql(text, dialect=dialect)


def _statement(state: State, statement: SqlStatement, engine: Engine, given: Value) -> Frame | None:
    if statement.kind == "use":
        if statement.database:
            state.settings["database"] = ".".join(statement.database)
        return None
    sources = _sources(state, statement, engine)
    flow = _flow(statement, sources)
    inputs = [Frame(node) for node in dict.fromkeys(sources.values())]
    if statement.view is not None:
        frame = state.transform(inputs, flow, "sql")
        register_view(state, statement.view[-1], frame)
        return frame
    targets = _targets(state, statement, engine)
    if not targets:
        return state.transform(inputs, flow, "sql") if inputs else None
    if engine.views is state.views and statement.write is not None:
        view = statement.write[-1].lower()
        if len(statement.write) == 1 and isinstance(own := state.views.get(view), Frame):
            state.journal.touch(state.views)
            state.views[view] = state.transform([own, *inputs], label="sql")
            return None
    return state.write_through([*inputs, given], targets, flow, statement.kind)


def _targets(state: State, statement: SqlStatement, engine: Engine) -> list[Dataset]:
    targets = [name_s3_path(path, state.context) for path in statement.path_writes]
    if statement.write is not None and statement.write[-1].lower() in _CHANNELS:
        return targets
    defines = statement.kind == "create_table" and not statement.reads and not statement.path_reads
    if defines:
        return []
    if statement.write is not None and statement.kind in _WRITES:
        targets.insert(0, engine.name(statement.write))
    return targets


def _sources(state: State, statement: SqlStatement, engine: Engine) -> dict[TableName, str]:
    """The node behind each table that is read."""
    found: dict[TableName, str] = {}
    for name in statement.reads:
        if name[-1].lower() in _CHANNELS:
            continue
        frame = _view(state, name, engine)
        found[name] = (frame or state.read([engine.name(name)], "sql")).node
    for path in statement.path_reads:
        place = name_s3_path(_AS_OF.sub("", path), state.context)
        found[(path,)] = state.read([place], "sql").node
    return found


def register_view(state: State, name: str, frame: Value) -> None:
    """Make ``frame`` a temporary view of the session."""
    state.journal.touch(state.views)
    state.views[_plain_view(name)] = frame


def spark_view(state: State, name: str) -> Frame | None:
    """The frame behind a temporary view of the session."""
    value = state.views.get(_plain_view(name))
    return None if value is None else state.one_frame(value)


def _plain_view(name: str) -> str:
    return shown(name).replace("`", "").lower().removeprefix("global_temp.")


def _view(state: State, name: TableName, engine: Engine) -> Frame | None:
    value = engine.views.get(_plain_view(".".join(name)))
    if value is None and len(name) == 1 and state.settings["database"] is None:
        # A loop may have registered views under names that only the run knows.
        value = [frame for view, frame in engine.views.items() if view.startswith("{")] or None
    return None if value is None else state.one_frame(value) or state.transform(())


def _flow(statement: SqlStatement, sources: Mapping[TableName, str]) -> Flow:
    columns = {
        name: tuple(
            ColumnRef(sources[table], column) for table, column in parts if table in sources
        )
        for name, parts in statement.columns.items()
    }
    whole = tuple(sources[table] for table in statement.rest if table in sources)
    return Flow(columns, whole=whole, dropped=frozenset(statement.dropped))
