"""Connections and relations of DuckDB, and the functions of its module."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from glueline.contract.lineage import Dataset
from glueline_worker.lineage.model import KEEP, OPAQUE
from glueline_worker.lineage.naming import split_name
from glueline_worker.lineage.script.domain.alternatives import get_alternatives
from glueline_worker.lineage.script.domain.call import Call
from glueline_worker.lineage.script.domain.library_object import LibraryObject
from glueline_worker.lineage.script.domain.reading import Reading
from glueline_worker.lineage.script.domain.state import STACKED, State
from glueline_worker.lineage.script.domain.template_text import as_text, list_texts, render
from glueline_worker.lineage.script.domain.values import MISSING, UNKNOWN, Frame, Value
from glueline_worker.lineage.script.models import databases
from glueline_worker.lineage.script.models.datasets import is_local
from glueline_worker.lineage.script.models.duckdb.databases import (
    parse_attachment,
    parse_use,
    replace_scans,
)
from glueline_worker.lineage.script.models.duckdb.queries import (
    LOCAL_FILE,
    fill_in_parameters,
    mark_local_files,
    remove_comments,
)
from glueline_worker.lineage.script.models.library import Library
from glueline_worker.lineage.script.models.python import files
from glueline_worker.lineage.script.models.sql_engines import parse_statements
from glueline_worker.lineage.sql import SqlStatement, TableName
from glueline_worker.lineage.word_sets import split_words

_FRAMES = split_words(
    "df fetchdf fetch_df fetch_df_chunk to_df pl arrow to_arrow_table fetch_arrow_table "
    "fetch_record_batch to_arrow_reader fetch_arrow_reader"
)
"""Methods that yield a frame of pandas, polars or Arrow."""
_ROWS = split_words("fetchall fetchone fetchmany fetchnumpy iter_rows to_dicts")
_READS = split_words("read_parquet read_csv read_csv_auto read_json from_parquet from_csv_auto")
_WRITES = split_words("write_parquet to_parquet write_csv to_csv")
_QUERIES = split_words("sql query from_query execute executemany")
_DEFINITIONS = split_words("create to_table create_view to_view insert_into")
_SAME_COLUMNS = split_words("filter order sort limit distinct set_alias alias sample materialize")
_CHANGES = frozenset({"insert", "merge", "update", "copy", "delete"})
"""Statements after which a table still holds what it held."""

_PART = r"(?:[^;'\"]|'[^']*'|\"[^\"]*\")*"
_NO_DATA = re.compile(
    r"(?<![^;])\s*(?:FORCE\s+)?(?:INSTALL|LOAD|SET|RESET|PRAGMA|CALL|USE|ATTACH|DETACH|CREATE\s+"
    rf"(?:OR\s+REPLACE\s+)?(?:PERSISTENT\s+|TEMPORARY\s+)?SECRET)\b{_PART}(?:;|\Z)",
    re.IGNORECASE,
)
"""Statements that move no data, and that are DuckDB's own."""
_WORD = re.compile(r"[A-Za-z_]\w*")


@dataclass(eq=False)
class DuckDbConnection(LibraryObject):
    """A connection, with the tables of its own and the databases that are attached to it."""

    tables: dict[str, Value] = field(default_factory=dict)
    attached: dict[str, Value] = field(default_factory=dict)
    """A ``Namer`` for each attached database, or alternatives of one."""
    current: Value = "memory"
    """The database of names without one."""
    path: str = ""
    """The local file that holds the tables, if one does."""
    content: Value = None
    """What that file held before."""
    result: Value = None
    """The frame of the last query."""

    def call(self, call: Call) -> Value:  # noqa: PLR0911 - one for each kind
        """Call a method of the connection, or the module's function of the same name."""
        if call.name in _QUERIES:
            frame = self.run(call, call.arg(0, "query"))
            call.state.change(self, result=frame)
            return self if call.name.startswith("execute") else self._relate(frame)
        if call.name in _READS:
            path = call.arg(0, "path_or_buffer", "file_glob", "file_globs")
            return self._relate(files.read_file(call.state, path))
        if call.name in {"table", "view"}:
            return self._relate(self._read_table(call))
        if call.name in {"from_df", "from_arrow", "arrow"} and call.values:
            return self._relate(call.state.unite_frames(call.values))
        if call.name in {"register", "append"}:
            name, value = call.text(0, "view_name", "table_name", "name"), call.values[1:]
            if call.name == "register":
                self.add_table(call.state, name, value)
            else:
                self.store(call.state, name, value, keeps=True)
            return self
        if call.name in _FRAMES or call.name in _ROWS:
            return self._relate(self.result).call(call)
        return self if call.name in {"cursor", "duplicate", "begin", "commit"} else UNKNOWN

    def _relate(self, frame: Value) -> DuckDbRelation:
        return DuckDbRelation(self, frame)

    def _read_table(self, call: Call) -> Frame:
        names = [tuple(render(text).split(".")) for text in list_texts(call.arg(0))]
        frames = [self._read_name(call.state, name, {}) for name in names]
        return call.state.unite_frames(frames) or call.state.transform((), label="table")

    def add_table(
        self, state: State, name: str | None, value: Value, *, keeps: bool = False
    ) -> None:
        """Make what flows in ``value`` a table of the connection, or add it to what one holds."""
        key = self._make_key(split_name(render(name or "{unknown}")))
        held = self.tables.get(key) if keeps else None
        frame = state.unite_frames([held, value]) or state.transform((), label="table")
        state.journal.touch(self.tables)
        self.tables[key] = frame

    def store(self, state: State, name: str | None, value: Value, *, keeps: bool) -> None:
        """Make what flows in ``value`` a table of the connection and of its file."""
        self.add_table(state, name, value, keeps=keeps)
        if self.path:
            held = files.read_local(state, self.path)
            files.write_file(state, self.path, state.unite_frames([held, value]))

    def _make_key(self, name: TableName) -> str:
        """Return the key in ``tables``: the name without the current database and main schema."""
        parts = [part.lower() for part in name]
        for prefix in (*get_alternatives(self.current), "main"):
            if len(parts) > 1 and parts[0] == prefix:
                del parts[0]
        return ".".join(parts)

    def run_with_view(self, call: Call, view: str | None, frame: Value, query: Value) -> Value:
        """Run a query that knows ``frame`` by the name of a view."""
        self.add_table(call.state, view, frame)
        return self._relate(self.run(call, query))

    def run(self, call: Call, query: Value) -> Frame:
        """Run all statements; return the frame of the last one."""
        state, found = call.state, None
        for option in get_alternatives(query):
            for text in list_texts(option) if isinstance(option, str) else ():
                rest = remove_comments(text)
                rest = _NO_DATA.sub(lambda statement: self._configure(state, statement[0]), rest)
                if not rest.strip():
                    continue
                rest = fill_in_parameters(
                    mark_local_files(rest, state.files), call.arg(1, "parameters", "params")
                )
                rest, scanned = replace_scans(state, rest)
                self.attached.update(scanned)
                variables = _find_variables(call.reading, rest)
                for statement in parse_statements(state, rest, "duckdb"):
                    found = self._add_statement(state, statement, variables, call) or found
        return found or state.transform((), label="duckdb")

    def _configure(self, state: State, statement: str) -> str:
        """Follow a statement that moves no data; return what stands in its place."""
        text = render(statement)
        if found := parse_attachment(state, text):
            state.journal.touch(self.attached)
            self.attached.update(found)
        elif name := parse_use(text):
            state.change(self, current=name)
        return ""

    def _add_statement(
        self, state: State, statement: SqlStatement, variables: dict[str, Frame], call: Call
    ) -> Frame | None:
        sources: dict[TableName, str] = {
            name: self._read_name(state, name, variables).node for name in statement.reads
        }
        for path in statement.path_reads:
            sources[path,] = files.read_file(state, path.removeprefix(LOCAL_FILE)).node
        inputs: list[Value] = [Frame(node) for node in dict.fromkeys(sources.values())]
        target = statement.write or statement.view
        if statement.kind in _CHANGES:
            inputs += call.values[1:]
        moves = bool(inputs or statement.path_writes)
        if not moves and (target is None or statement.kind == "create_table"):
            return None
        frame = state.transform(inputs, statement.flow(sources), "duckdb")
        for path in statement.path_writes:
            files.write_file(state, path.removeprefix(LOCAL_FILE), frame)
        if target is None:
            return None if statement.path_writes else frame
        self._write_name(state, target, frame, keeps=statement.kind in _CHANGES)
        return None

    def _read_name(self, state: State, name: TableName, variables: dict[str, Frame]) -> Frame:
        """Read a table of the connection, a variable of the script or an attached table."""
        key = self._make_key(name)
        found = state.unite_frames(self.tables.get(key)) or variables.get(key)
        if found is not None:
            return found
        if datasets := self._name_attached_table(name):
            return state.read(datasets)
        return state.unite_frames(self.content) or state.transform((), label="table")

    def _write_name(self, state: State, name: TableName, frame: Frame, *, keeps: bool) -> None:
        if datasets := self._name_attached_table(name):
            state.write(frame, datasets, "duckdb")
        else:
            self.store(state, ".".join(name), frame, keeps=keeps)

    def _name_attached_table(self, name: TableName) -> list[Dataset]:
        """Return the dataset of a table in an attached database, one for each alternative."""
        found = self._name_in(name[0].lower(), name[1:])
        for current in () if found else get_alternatives(self.current):
            database, *schema = current.split(".")
            found += self._name_in(database, name if len(name) > 1 else (*schema, *name))
        return found

    def _name_in(self, database: str, name: TableName) -> list[Dataset]:
        namers = get_alternatives(self.attached.get(database))
        named = [namer(name) for namer in namers if namer is not None]
        return [dataset for dataset in named if dataset is not None]


class SqlContext(DuckDbConnection):
    """A context of another library that runs SQL over frames, in DuckDB's dialect."""

    def call(self, call: Call) -> Value:
        """Call a method of the context."""
        if call.name == "register_many":
            for name, frame in {**call.mapping(0, "frames"), **call.kwargs}.items():
                self.add_table(call.state, name, frame)
            return self
        found = super().call(call)
        return self.result if call.name in _QUERIES else found


@dataclass(eq=False)
class DuckDbRelation(LibraryObject):
    """A relation: a query that can be refined, read or written."""

    connection: DuckDbConnection
    frame: Value

    def list_contents(self) -> list[Value]:
        """List the frame of the query."""
        return [self.frame]

    def call(self, call: Call) -> Value:  # noqa: PLR0911 - one for each kind
        """Call a method of the relation."""
        state = call.state
        if call.name in _FRAMES:
            return state.unite_frames(self.frame) or UNKNOWN
        if call.name in _ROWS:
            found = state.unite_frames(self.frame)
            kind = "row" if call.name == "fetchone" else "rows"
            return UNKNOWN if found is None else Frame(found.node, kind)
        if call.name in _WRITES:
            files.write_file(state, call.arg(0, "file_name"), self.frame)
            return None
        if call.name in _DEFINITIONS:
            name, keeps = call.text(0, "table_name", "view_name"), call.name == "insert_into"
            self.connection.store(state, name, self.frame, keeps=keeps)
            return self
        if call.name == "query":
            view, query = call.text(0, "virtual_table_name"), call.arg(1, "sql_query")
            return self.connection.run_with_view(call, view, self.frame, query)
        if call.name in {"show", "explain", "describe", "close"}:
            return UNKNOWN
        return DuckDbRelation(self.connection, self._transform(call))

    def _transform(self, call: Call) -> Value:
        if call.name in _SAME_COLUMNS:
            return self.frame
        flow = KEEP if call.name in {"join", "cross"} else OPAQUE
        flow = STACKED if call.name.startswith("union") else flow
        return call.state.transform([self.frame, *call.values], flow, call.name)


def run_on_connection(call: Call, query: Value, connection: Value) -> Value:
    """Run a query that pandas or polars gives to a connection, DuckDB's or any other."""
    if not isinstance(connection, DuckDbConnection):
        return databases.run_query(call.state, query, databases.as_connection(connection))
    return connection.run(call, query)


def _find_variables(reading: Reading, text: str) -> dict[str, Frame]:
    """Find the script's variables that a query reads like tables."""
    found: dict[str, Frame] = {}
    for word in dict.fromkeys(_WORD.findall(text)):
        value = reading.scope.find(word)
        frame = None if value is MISSING else reading.state.unite_frames(value)
        if frame is not None:
            found[word.lower()] = frame
    return found


def _connect(call: Call) -> Value:
    """Call ``duckdb.connect(database)``; connections to one file are the same."""
    path = as_text(call.arg(0, "database", default=":memory:"))
    if path.startswith(":memory:"):
        return DuckDbConnection()
    stem = render(path.rpartition("/")[2].partition(".")[0]).lower()
    found = DuckDbConnection(current=stem)
    if is_local(path):
        found.path, found.content = path, files.read_local(call.state, path)
    return call.state.sessions.setdefault(f"duckdb {path}", found)


def _call_default(call: Call) -> Value:
    """Call a function of the module: the method of the default connection."""
    connection = call.arg(None, "connection")
    if not isinstance(connection, DuckDbConnection):
        connection = call.state.sessions.setdefault("duckdb", DuckDbConnection())
    return connection.call(call)


def _write_csv(call: Call) -> Value:
    """Call ``duckdb.write_csv(frame, path)``."""
    files.write_file(call.state, call.arg(1, "filename"), call.arg(0, "df"))
    return None


_FUNCTIONS = _QUERIES | _READS | _FRAMES | _ROWS | {"table", "view", "from_df", "from_arrow"}

DUCKDB = Library(
    functions={
        "duckdb.connect": _connect,
        "duckdb.default_connection": _call_default,
        "duckdb.register": _call_default,
        "duckdb.write_csv": _write_csv,
        **{f"duckdb.{name}": _call_default for name in _FUNCTIONS},
    }
)
