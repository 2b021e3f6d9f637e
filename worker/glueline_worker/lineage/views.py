"""Read the lineage of a catalogue's views from their SQL."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from glueline.contract.lineage import Dataset, Origin
from glueline.contract.records import TableRecord, ViewText
from glueline_worker.lineage.metric_view import read_metric_view
from glueline_worker.lineage.model import OPAQUE, Graph, LineageContext, Node
from glueline_worker.lineage.naming import (
    name_athena_table,
    name_catalog_table,
    name_location,
    parse_table_arn,
)
from glueline_worker.lineage.sql import SqlReading, SqlStatement, TableName, read_sql

_OWN_CATALOGS = frozenset({"awsdatacatalog", "glue_catalog", "spark_catalog"})
_WITH_CATALOG = 3
_THREE_PARTS = re.compile(
    r"""(?<![\w.])(`[^`]++`|"[^"]++"|\w++)\s*+\.\s*+(?:`[^`]++`|"[^"]++"|\w++)\s*+\.\s*+[`"\w]"""
)
_TRINO = frozenset({"trino", "presto"})


def read_view(
    view: TableRecord, context: LineageContext, unknown: Collection[str] = frozenset()
) -> Graph:
    """Return the graph of a view's SQL, in the first dialect that can be read.

    Columns are named as in the catalogue, by position where the SQL names them otherwise. Without
    SQL that can be read, the tables that Glue lists for the view count.

    ``unknown`` are those among `find_tables_to_look_up` that Glue may or may not have: they are
    left out.
    """
    warnings: list[str] = []
    gaps: list[str] = []
    has_nothing = False
    for text in map(read_metric_view, view.views):
        reading = _read_text(view, text, context)
        found = [item for item in reading.statements if item.reads or item.path_reads]
        if found:
            statement, left_out = _leave_out(unknown, found[-1], view, text, context)
            others = [name for name in statement.reads if _is_elsewhere(name, view, text, context)]
            warnings = [
                f"The view reads {'.'.join(name)}, whose catalogue is not known." for name in others
            ]
            nodes = tuple(_make_nodes(statement, view, text, context))
            found_gaps = (*reading.gaps, *left_out)
            return Graph(Origin.SQL, nodes, (*reading.warnings, *warnings), found_gaps)
        warnings += [f"{text.dialect} view: {warning}" for warning in reading.warnings]
        has_nothing = has_nothing or _has_no_tables(reading)
        gaps.append(f"The text of the {text.dialect} view was not understood.")
    tables = [table for arn in view.sub_objects if (table := parse_table_arn(arn))]
    nodes = tuple(_make_table_nodes(tables, view, context)) if tables else ()
    origin = Origin.CATALOG if nodes else Origin.SQL
    return Graph(origin, nodes, tuple(warnings), () if has_nothing else tuple(gaps))


def _has_no_tables(reading: SqlReading) -> bool:
    """Tell whether a text was understood and is a query without tables, such as ``SELECT 1``."""
    kinds = {statement.kind for statement in reading.statements}
    return bool(kinds & {"select", "create_view"}) and not reading.warnings


def _leave_out(
    unknown: Collection[str],
    statement: SqlStatement,
    view: TableRecord,
    text: ViewText,
    context: LineageContext,
) -> tuple[SqlStatement, list[str]]:
    """Leave out the tables that may be Glue's or another catalogue's; return a gap for each."""
    names = [
        name
        for name in statement.reads
        if _is_elsewhere(name, view, text, context)
        and _make_schema_key(name, view, text) in unknown
    ]
    gaps = [
        f"The view reads {'.'.join(name)}, and Glue did not say whether that is a table of its own."
        for name in names
    ]
    reads = tuple(name for name in statement.reads if name not in names)
    return replace(statement, reads=reads), gaps


def find_tables_to_look_up(view: TableRecord) -> tuple[str, ...]:
    """Return tables that are Glue's only if Glue has them, as ``database/table``.

    A view of Trino or Spark names catalogues as that engine's settings do. A table of the Data
    Catalog with that name is meant if there is one; the context's ``schemas`` show it.
    """
    nothing = LineageContext()
    found = list[str]()
    for text in map(read_metric_view, view.views):
        if not _may_name_catalogue(text):  # parsing is dear, and few views do
            continue
        for statement in _read_text(view, text, nothing).statements:
            names = [n for n in statement.reads if _is_elsewhere(n, view, text, nothing)]
            found += [_make_schema_key(name, view, text) for name in names]
    return tuple(dict.fromkeys(found))


def _may_name_catalogue(text: ViewText) -> bool:
    if _is_of_athena(text):
        return False
    own_catalogs = {(text.default_catalog or "").lower(), *_OWN_CATALOGS}
    firsts = (match[1].strip('"`').lower() for match in _THREE_PARTS.finditer(text.sql))
    return any(first not in own_catalogs for first in firsts)


def _make_table_nodes(
    tables: list[Dataset], view: TableRecord, context: LineageContext
) -> Iterator[Node]:
    ids = [f"read{index}" for index in range(len(tables))]
    for id_, dataset in zip(ids, tables, strict=True):
        yield Node(id_, "read", datasets=(dataset,))
    target = name_catalog_table(view.database_name, view.name, context, view.catalog_id)
    yield Node("view", "write", inputs=tuple(ids), datasets=(target,), flow=OPAQUE)


def _read_text(view: TableRecord, text: ViewText, context: LineageContext) -> SqlReading:
    schemas = _InDatabase(context.schemas, _get_default_database(view, text))
    reading = read_sql(text.sql, dialect=text.dialect, schemas=schemas)
    columns = [column.name for column in view.columns]
    if len(reading.statements) != 1 or not columns:
        return reading
    statement = reading.statements[0]
    named = {name.lower() for name in statement.columns}
    if statement.kind != "select" or statement.rest or named.issuperset(map(str.lower, columns)):
        return reading
    quote = "`" if text.dialect in {"spark", "hive"} else '"'
    names = ", ".join(quote + name.replace(quote, quote * 2) + quote for name in columns)
    sql = f"CREATE VIEW v ({names}) AS {text.sql}"
    return read_sql(sql, dialect=text.dialect, schemas=schemas)


def _make_nodes(
    statement: SqlStatement, view: TableRecord, text: ViewText, context: LineageContext
) -> Iterator[Node]:
    tables = {name: _name_table(name, view, text, context) for name in statement.reads}
    tables |= {(path,): name_location(path, context) for path in statement.path_reads}
    ids = {name: f"read{index}" for index, name in enumerate(tables)}
    for name, dataset in tables.items():
        yield Node(ids[name], "read", datasets=(dataset,), line=statement.line)
    yield Node(
        "view",
        "write",
        inputs=tuple(ids.values()),
        datasets=(name_catalog_table(view.database_name, view.name, context, view.catalog_id),),
        flow=statement.flow(ids),
        label=text.dialect,
        line=statement.line,
    )


def _get_default_database(view: TableRecord, text: ViewText) -> str:
    return text.default_database or view.database_name


def _name_table(
    name: TableName, view: TableRecord, text: ViewText, context: LineageContext
) -> Dataset:
    """Return a table of the view's own catalogue, unless its name has another one."""
    database, catalog = _get_database(name, view, text), _get_catalog(name, text)
    if not catalog or (not _is_of_athena(text) and not _is_elsewhere(name, view, text, context)):
        return name_catalog_table(database, name[-1], context, view.catalog_id)
    if _is_of_athena(text):
        return name_athena_table(catalog, database, name[-1], context)
    engine = "trino" if text.dialect in _TRINO else text.dialect
    return Dataset(namespace=f"{engine}-catalog://{catalog}", name=f"{database}.{name[-1]}")


def _is_elsewhere(
    name: TableName, view: TableRecord, text: ViewText, context: LineageContext
) -> bool:
    """Tell whether a name has a catalogue of its engine's, and Glue no such table."""
    is_named = bool(_get_catalog(name, text)) and not _is_of_athena(text)
    return is_named and not context.schemas.get(_make_schema_key(name, view, text))


def _make_schema_key(name: TableName, view: TableRecord, text: ViewText) -> str:
    return f"{_get_database(name, view, text)}/{name[-1]}".lower()


def _get_database(name: TableName, view: TableRecord, text: ViewText) -> str:
    return name[-2] if len(name) > 1 else _get_default_database(view, text)


def _get_catalog(name: TableName, text: ViewText) -> str:
    """Return the catalogue of a name, "" for that of the view itself."""
    catalog = ".".join(name[:-2]) if len(name) >= _WITH_CATALOG else ""
    own_catalogs = {"", (text.default_catalog or "").lower(), *_OWN_CATALOGS}
    return "" if catalog.lower() in own_catalogs else catalog


def _is_of_athena(text: ViewText) -> bool:
    """Tell whether a text names catalogues as Athena does, not as Trino's and Spark's settings."""
    default = (text.default_catalog or "awsdatacatalog").lower()
    return text.dialect == "athena" or (text.dialect in _TRINO and default == "awsdatacatalog")


class _InDatabase(Mapping[str, tuple[str, ...]]):
    """Schemas where a table without a database is one of ``database``."""

    def __init__(self, schemas: Mapping[str, tuple[str, ...]], database: str) -> None:
        self._schemas = schemas
        self._database = database.lower()

    def __getitem__(self, key: str) -> tuple[str, ...]:
        return self._schemas[key if "/" in key else f"{self._database}/{key}"]

    def __iter__(self) -> Iterator[str]:
        return iter(self._schemas)

    def __len__(self) -> int:
        return len(self._schemas)
