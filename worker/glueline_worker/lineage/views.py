"""The lineage of a catalogue's views, by their SQL."""

from collections.abc import Iterator, Mapping

from glueline.contract.lineage import Dataset, Origin
from glueline.contract.records import TableRecord, ViewText
from glueline_worker.lineage.model import ColumnRef, Flow, Graph, Node, Surroundings
from glueline_worker.lineage.naming import catalog_table, location
from glueline_worker.lineage.sql import SqlReading, SqlStatement, TableName, read_sql

_OWN_CATALOGS = frozenset({"awsdatacatalog", "glue_catalog", "spark_catalog"})
_WITH_CATALOG = 3


def read_view(view: TableRecord, around: Surroundings) -> Graph:
    """What flows into ``view``: the graph of its SQL, in the first dialect that can be read.

    Columns are named as the catalogue names the view's, by position where its SQL names them
    otherwise. A view without SQL has an empty graph.
    """
    warnings: list[str] = []
    for text in view.views:
        reading = _read(view, text, around)
        found = [item for item in reading.statements if item.reads or item.path_reads]
        if found:
            nodes = tuple(_nodes(found[-1], view, text, around))
            return Graph(Origin.SQL, nodes, reading.warnings)
        warnings += [f"{text.dialect} view: {warning}" for warning in reading.warnings]
    return Graph(Origin.SQL, (), tuple(warnings))


def _read(view: TableRecord, text: ViewText, around: Surroundings) -> SqlReading:
    schemas = _InDatabase(around.schemas, _database(view, text))
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


def _nodes(
    statement: SqlStatement, view: TableRecord, text: ViewText, around: Surroundings
) -> Iterator[Node]:
    tables = {name: _dataset(name, view, text, around) for name in statement.reads}
    tables |= {(path,): location(path, around) for path in statement.path_reads}
    ids = {name: f"read{index}" for index, name in enumerate(tables)}
    for name, dataset in tables.items():
        yield Node(ids[name], "read", datasets=(dataset,), line=statement.line)
    columns = {
        column: tuple(ColumnRef(ids[name], source) for name, source in sources if name in ids)
        for column, sources in statement.columns.items()
    }
    yield Node(
        "view",
        "write",
        inputs=tuple(ids.values()),
        datasets=(catalog_table(view.database_name, view.name, around, view.catalog_id),),
        flow=Flow(
            columns,
            dropped=frozenset(statement.dropped),
            whole=tuple(ids[name] for name in statement.rest if name in ids),
        ),
        label=text.dialect,
        line=statement.line,
    )


def _database(view: TableRecord, text: ViewText) -> str:
    return text.default_database or view.database_name


def _dataset(name: TableName, view: TableRecord, text: ViewText, around: Surroundings) -> Dataset:
    """A table of the view's own catalogue, unless its name says another one."""
    database = name[-2] if len(name) > 1 else _database(view, text)
    catalog = name[-_WITH_CATALOG] if len(name) >= _WITH_CATALOG else text.default_catalog or ""
    own = catalog.lower() in {"", (text.default_catalog or "").lower(), *_OWN_CATALOGS}
    return catalog_table(database, name[-1], around, view.catalog_id if own else catalog)


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
