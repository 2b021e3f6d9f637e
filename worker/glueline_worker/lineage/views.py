"""Read the lineage of a catalogue's views from their SQL."""

from collections.abc import Collection, Iterator, Sequence
from functools import partial

from msgspec import structs
from msgspec.structs import replace

from glueline.contract.lineage import Dataset, Origin
from glueline.contract.records import TableRecord, ViewText
from glueline_worker.lineage.model import OPAQUE, Graph, LineageContext, Node
from glueline_worker.lineage.naming import (
    name_athena_table,
    name_catalog_table,
    name_location,
    parse_table_arn,
)
from glueline_worker.lineage.schemas import add_default_database, get_glue_name
from glueline_worker.lineage.sql import SqlReading, SqlStatement, TableName, read_sql
from glueline_worker.lineage.sql.metric_views import is_metric_view, write_metric_view
from glueline_worker.lineage.view_functions import describe_database_functions

_METRIC_VIEW = "yaml"
"""The dialect of the text of a metric view."""
_OWN_CATALOGS = frozenset({"awsdatacatalog", "glue_catalog", "spark_catalog"})
_WITH_CATALOG = 3
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
    for text in map(_write_sql, view.views):
        reading = _read_text(view, text, context)
        found = [item for item in reading.statements if item.reads or item.path_reads]
        if found:
            statement, left_out = _leave_out(unknown, found[-1], view, text, context)
            others = [name for name in statement.reads if _is_elsewhere(name, view, text, context)]
            warnings = [
                f"The view reads {'.'.join(name)}, whose catalogue is not known." for name in others
            ]
            warnings += describe_database_functions(text)
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


def _write_sql(text: ViewText) -> ViewText:
    """Return a text as SQL: none for a metric view that is not understood, which is a gap."""
    if text.dialect != _METRIC_VIEW:
        return text
    return structs.replace(text, dialect="spark", sql=write_metric_view(text.sql))


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
    """Return the tables that a view reads and Glue may have, as ``database/table``.

    Their columns tell what the view's are. And a view of Trino or Spark names catalogues as that
    engine's settings do: a table of the Data Catalog with that name is meant if there is one; the
    context's ``schemas`` show it.
    """
    for text in map(_write_sql, view.views):
        reading = read_sql(text.sql, dialect=text.dialect, wants_columns=False)
        found = [name for statement in reading.statements[-1:] for name in statement.reads]
        if found:
            names = [name for name in found if not _is_athena_elsewhere(name, text)]
            return tuple(dict.fromkeys(_make_schema_key(name, view, text) for name in names))
    return ()


def _is_athena_elsewhere(name: TableName, text: ViewText) -> bool:
    """Tell whether Athena reads the table from another catalogue than the view's."""
    return _is_of_athena(text) and bool(_get_catalog(name, text))


def _make_table_nodes(
    tables: list[Dataset], view: TableRecord, context: LineageContext
) -> Iterator[Node]:
    ids = [f"read{index}" for index in range(len(tables))]
    for id_, dataset in zip(ids, tables, strict=True):
        yield Node(id_, "read", datasets=(dataset,))
    target = name_catalog_table(view.database_name, view.name, context, view.catalog_id)
    yield Node("view", "write", inputs=tuple(ids), datasets=(target,), flow=OPAQUE)


def _read_text(view: TableRecord, text: ViewText, context: LineageContext) -> SqlReading:
    """Read a text so that its columns have the names of the view's."""
    schemas = add_default_database(context.schemas, _get_default_database(view, text))
    columns = list(map(get_glue_name, view.columns))

    def name_columns(statement: SqlStatement) -> Sequence[str]:
        has_names = statement.rest or _has_names_of(view, text, statement)
        return () if has_names else columns

    read = partial(read_sql, dialect=text.dialect, schemas=schemas)
    reading = read(text.sql, name_columns=name_columns if columns else None)
    if not columns:
        return reading
    if len(reading.statements) != 1:
        return read(text.sql)  # no one knows which of them the names belong to
    statement = reading.statements[0]
    is_renamed = statement.kind == "create_view" and not (statement.write or statement.view)
    if not is_renamed and statement.kind != "select":
        return reading
    if is_renamed:
        statement = replace(statement, line=1)  # as it would be behind CREATE VIEW
    if not statement.columns and (is_renamed or reading.gaps):
        # Some clauses are known behind CREATE VIEW only, such as WITH NO SCHEMA BINDING.
        renamed = read(f"CREATE VIEW v ({_quote(columns, text)}) AS {text.sql}")
        if len(renamed.statements) == 1 and set(renamed.statements[0].reads) == {*statement.reads}:
            reading, statement = renamed, renamed.statements[0]
    kept = _keep_columns(statement, columns)
    if statement.rest and kept is not statement and not _reads_by_name(view, text):
        # The view has names of its own, by position, and no one knows at which positions.
        unknown = ", ".join(".".join(name) for name in statement.rest)
        kept = replace(kept, rest=())
        told = f"The view renames columns, and those of {unknown} are not known."
        reading = replace(reading, warnings=(*reading.warnings, told))
    return replace(reading, statements=(kept,))


def _has_names_of(view: TableRecord, text: ViewText, statement: SqlStatement) -> bool:
    """Tell whether names lead from the query's columns to the view's, and not positions."""
    ours = [get_glue_name(column).lower() for column in view.columns]
    theirs = [name.lower() for name in statement.columns]
    if len(theirs) > len(ours):
        return True  # a table has got columns since, maybe between the others
    if not set(theirs).issuperset(ours):
        return False
    if any(is_metric_view(each.sql) for each in view.views):
        return True  # it has no list of names besides its text
    if text.dialect == "spark" and _read_output_names(view):
        return _reads_by_name(view, text)
    return theirs == ours


def _reads_by_name(view: TableRecord, text: ViewText) -> bool:
    """Tell whether Spark finds the view's columns by name: a base table may have more by now."""
    ours = [get_glue_name(column).lower() for column in view.columns]
    return text.dialect == "spark" and _read_output_names(view) == ours


def _read_output_names(view: TableRecord) -> list[str]:
    """Return the names of the query's columns, which Spark keeps beside those of the view."""
    prefix = "view.query.out.col."
    names = (view.parameters.get(f"{prefix}{index}") for index in range(len(view.columns)))
    return [name.lower() for name in names if name is not None]


def _keep_columns(statement: SqlStatement, columns: Sequence[str]) -> SqlStatement:
    """Leave out the columns of the query that are none of the view's."""
    ours = {name.lower() for name in columns}
    if ours.issuperset(name.lower() for name in statement.columns):
        return statement
    kept = {name: of for name, of in statement.columns.items() if name.lower() in ours}
    indirect = tuple(
        each for each in statement.indirect if each.column is None or each.column.lower() in ours
    )
    return replace(statement, columns=kept, indirect=indirect)


def _quote(names: Sequence[str], text: ViewText) -> str:
    quote = "`" if text.dialect in {"spark", "hive"} else '"'
    return ", ".join(quote + name.replace(quote, quote * 2) + quote for name in names)


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
