"""DuckDB: SQL over files, frames, tables of its own and databases that are attached to it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from glueline.contract.lineage import Dataset
from glueline_worker.lineage.model import KEEP, OPAQUE
from glueline_worker.lineage.naming import name_location
from glueline_worker.lineage.naming.spark_catalogs import name_table_in_catalog
from glueline_worker.lineage.script.domain.alternatives import get_alternatives
from glueline_worker.lineage.script.domain.call import Call
from glueline_worker.lineage.script.domain.library_object import LibraryObject
from glueline_worker.lineage.script.domain.reading import Reading
from glueline_worker.lineage.script.domain.state import STACKED, State
from glueline_worker.lineage.script.domain.template_text import list_texts, render
from glueline_worker.lineage.script.domain.values import MISSING, UNKNOWN, Frame, Value
from glueline_worker.lineage.script.models import dbapi
from glueline_worker.lineage.script.models.library import Library
from glueline_worker.lineage.script.models.python import files
from glueline_worker.lineage.script.models.sql_engines import parse_statements
from glueline_worker.lineage.sql import SqlStatement, TableName
from glueline_worker.lineage.word_sets import split_words

_FRAMES = split_words(
    "df fetchdf fetch_df to_df pl arrow to_arrow_table fetch_arrow_table fetch_record_batch "
    "to_arrow_reader fetch_arrow_reader"
)
"""Methods that yield a frame of pandas, polars or Arrow."""
_ROWS = split_words("fetchall fetchone fetchmany fetchnumpy iter_rows to_dicts")
_READS = split_words("read_parquet read_csv read_csv_auto read_json from_parquet from_csv_auto")
_WRITES = split_words("write_parquet to_parquet write_csv to_csv")
_QUERIES = split_words("sql query from_query execute executemany")
_DEFINITIONS = split_words("create to_table create_view to_view insert_into")
_SAME_COLUMNS = split_words("filter order sort limit distinct set_alias alias sample materialize")
_CHANGES = frozenset({"insert", "merge", "update", "copy"})
"""Statements after which a table still holds what it held."""

_PART = r"(?:[^;'\"]|'[^']*'|\"[^\"]*\")*"
_NO_DATA = re.compile(
    r"(?<![^;])\s*(?:FORCE\s+)?(?:INSTALL|LOAD|SET|RESET|PRAGMA|CALL|USE|ATTACH|DETACH|CREATE\s+"
    rf"(?:OR\s+REPLACE\s+)?(?:PERSISTENT\s+|TEMPORARY\s+)?SECRET)\b{_PART}(?:;|\Z)",
    re.IGNORECASE,
)
"""Statements that move no data, and that are DuckDB's own."""
_ATTACH = re.compile(
    r"\s*ATTACH\s+(?:DATABASE\s+)?(?:IF\s+NOT\s+EXISTS\s+)?'(?P<place>[^']*)'"
    r"(?:\s+AS\s+(?P<name>\w+))?(?P<options>[^;]*)",
    re.IGNORECASE,
)
_USE = re.compile(r"\s*USE\s+(?P<name>\w++)\s*+;?\s*+\Z", re.IGNORECASE)
_OPTION = re.compile(r"(?<!\w)(\w++)\s++'?([^\s,()']++)")
_WORD = re.compile(r"[A-Za-z_]\w*")
_SERVERS = {"postgres": "postgresql", "postgresql": "postgresql", "mysql": "mysql"}

_Namer = Callable[[TableName], Dataset]


@dataclass(eq=False)
class DuckDbConnection(LibraryObject):
    """A connection, with the tables of its own and the databases that are attached to it."""

    tables: dict[str, Value] = field(default_factory=dict)
    attached: dict[str, _Namer] = field(default_factory=dict)
    current: str = ""
    """The attached database of names without one."""
    result: Value = None
    """The frame of the last query."""

    def call(self, call: Call) -> Value:  # noqa: PLR0911 - one for each kind
        """Call a method of the connection, or the module's function of the same name."""
        if call.name in _QUERIES:
            frame = self._run(call, call.arg(0, "query"))
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
            self.add_table(call.state, call.text(0, "view_name", "table_name"), call.values[1:])
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

    def add_table(self, state: State, name: str | None, value: Value) -> None:
        """Make what flows in ``value`` a table of the connection."""
        frame = state.unite_frames(value) or state.transform((), label="table")
        state.journal.touch(self.tables)
        self.tables[render(name or "{unknown}").lower()] = frame

    def run_with_view(self, call: Call, view: str | None, frame: Value, query: Value) -> Value:
        """Run a query that knows ``frame`` by the name of a view."""
        self.add_table(call.state, view, frame)
        return self._relate(self._run(call, query))

    def _run(self, call: Call, query: Value) -> Frame:
        """Run all statements; return the frame of the last one."""
        state, found = call.state, None
        for option in get_alternatives(query):
            for text in list_texts(option) if isinstance(option, str) else ():
                rest = _NO_DATA.sub(lambda statement: self._configure(state, statement[0]), text)
                if not rest.strip():
                    continue
                variables = _find_variables(call.reading, rest)
                for statement in parse_statements(state, rest, "duckdb"):
                    found = self._add_statement(state, statement, variables, call) or found
        return found or state.transform((), label="duckdb")

    def _configure(self, state: State, statement: str) -> str:
        """Follow a statement that moves no data; return what stands in its place."""
        text = render(statement)
        if match := _ATTACH.match(text):
            namer = _find_namer(state, match["place"], match["options"], match["name"] or "")
            name = match["name"] or match["place"].rpartition("/")[2].partition(".")[0]
            if namer is not None and name:
                self.attached[name.lower()] = namer
        elif match := _USE.match(text):
            self.current = match["name"].lower()
        return ""

    def _add_statement(
        self, state: State, statement: SqlStatement, variables: dict[str, Frame], call: Call
    ) -> Frame | None:
        sources: dict[TableName, str] = {
            name: self._read_name(state, name, variables).node for name in statement.reads
        }
        for path in statement.path_reads:
            sources[path,] = files.read_file(state, path).node
        inputs: list[Value] = [Frame(node) for node in dict.fromkeys(sources.values())]
        target = statement.write or statement.view
        if statement.kind in _CHANGES:
            inputs += call.values[1:]
        if not inputs and (target is None or statement.kind == "create_table"):
            return None
        frame = state.transform(inputs, statement.flow(sources), "duckdb")
        for path in statement.path_writes:
            files.write_file(state, path, frame)
        if target is None:
            return None if statement.path_writes else frame
        self._write_name(state, target, frame, keeps=statement.kind in _CHANGES)
        return None

    def _read_name(self, state: State, name: TableName, variables: dict[str, Frame]) -> Frame:
        """Read a table of the connection, a variable of the script or an attached table."""
        key = ".".join(name).lower()
        found = state.unite_frames(self.tables.get(key)) or variables.get(key)
        if found is not None:
            return found
        dataset = self._name_attached_table(name)
        return state.transform((), label="table") if dataset is None else state.read([dataset])

    def _write_name(self, state: State, name: TableName, frame: Frame, *, keeps: bool) -> None:
        dataset = self._name_attached_table(name)
        if dataset is not None:
            state.write(frame, [dataset], "duckdb")
            return
        key = ".".join(name).lower()
        before = self.tables.get(key) if keeps else None
        self.add_table(state, key, [before, frame])

    def _name_attached_table(self, name: TableName) -> Dataset | None:
        namer = self.attached.get(name[0].lower()) if len(name) > 1 else None
        if namer is not None:
            return namer(name[1:])
        namer = self.attached.get(self.current)
        return None if namer is None else namer(name)


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
            self.connection.add_table(state, call.text(0, "table_name", "view_name"), self.frame)
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


def _find_variables(reading: Reading, text: str) -> dict[str, Frame]:
    """Find the script's variables that a query reads like tables."""
    found: dict[str, Frame] = {}
    for word in dict.fromkeys(_WORD.findall(text)):
        value = reading.scope.find(word)
        frame = None if value is MISSING else reading.state.unite_frames(value)
        if frame is not None:
            found[word.lower()] = frame
    return found


def _find_namer(state: State, place: str, options: str, name: str) -> _Namer | None:
    """Say how the tables of an attached database are named; None for DuckDB's own files."""
    settings = {key.lower(): value for key, value in _OPTION.findall(options)}
    scheme, _, rest = place.partition(":")
    kind = settings.get("type", scheme).lower()
    if kind in _SERVERS:
        connection = dbapi.connect_by_text(_SERVERS[kind], place if scheme == place else rest)
        return lambda parts: dbapi.name_table(state, connection, parts)
    if kind == "iceberg":
        service = settings.get("endpoint_type", "").lower().replace("_", "")
        catalog = {"type": "rest", "warehouse": place, "uri": settings.get("endpoint", "")}
        if service:
            catalog["rest.signing-name"] = service
        return lambda parts: name_table_in_catalog(name, catalog, parts, state.context)
    if kind == "delta" or "://" in place:
        return lambda parts: name_location(place, state.context)  # noqa: ARG005 - one file or table
    return None


def _connect(call: Call) -> Value:
    """Call ``duckdb.connect(database)``; a file on the disk is DuckDB's own."""
    del call
    return DuckDbConnection()


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
