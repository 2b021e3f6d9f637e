"""Column edges as Glueline reads them."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from glueline.contract.lineage import Dataset
from glueline_worker.catalog.record_origin import RecordOrigin
from glueline_worker.catalog.tables import make_table_record
from glueline_worker.lineage.graph.collapse import collapse
from glueline_worker.lineage.job import read_job_lineage
from glueline_worker.lineage.model import Edge, LineageContext
from glueline_worker.lineage.schemas import add_default_database
from glueline_worker.lineage.sql import read_sql
from glueline_worker.lineage.views import read_view
from truth.cases import Case
from truth.edges import Edges

Schemas = Mapping[str, tuple[str, ...]]

TARGET = "lab.z"
"""The table that a query's result is written to, and the view that it is."""

_SCRIPT = """from pyspark.sql import SparkSession
spark = SparkSession.builder.getOrCreate()
"""


def read_as_job(case: Case, schemas: Schemas) -> Edges:
    """Read a case as the script of a job."""
    script = case.text if case.form == "script" else make_script(case)
    lineage = read_job_lineage({"Name": "job"}, script.encode(), None, _context(schemas))
    return _as_edges(lineage.edges)


def read_as_view(case: Case, schemas: Schemas) -> Edges:
    """Read a query as a view of the catalogue."""
    database, _, name = TARGET.partition(".")
    origin = RecordOrigin(source="truth", region="eu-west-1", catalog_id="123456789012")
    view = make_table_record(make_view(case, name), origin, database_name=database)
    context = _context(schemas)
    return _as_edges(collapse(read_view(view, context), context).edges)


def read_as_sql(case: Case, schemas: Schemas) -> Edges:
    """Read a query or statement with the SQL reader alone."""
    text = ";\n".join((*case.before, case.text))
    edges = Edges()
    known = add_default_database(schemas, "default")
    for statement in read_sql(text, dialect="spark", schemas=known).statements:
        if not statement.write and not (statement.kind == "select" and case.form == "query"):
            continue
        target = ".".join(statement.write or ()) or TARGET
        for column, sources in statement.columns.items():
            for table, name in sources:
                pair = (_full(target), column.lower(), _full(".".join(table)), name.lower())
                edges.direct.add(pair)
                way = statement.transformations.get((column, (table, name)), "identity")
                edges.ways[pair] = way
    return edges


READINGS: Mapping[str, tuple[Callable[[Case, Schemas], Edges], tuple[str, ...]]] = {
    "sql": (read_as_sql, ("query", "statement")),
    "job": (read_as_job, ("query", "statement", "script")),
    "view": (read_as_view, ("query",)),
}
"""The ways of reading a case, each with the forms of cases that it takes."""


def make_view(case: Case, name: str) -> dict[str, Any]:
    """Return Glue's answer about a view, as Spark writes it."""
    columns = [{"Name": column.lower(), "Type": "string"} for column in case.names]
    shown = {f"view.query.out.col.{at}": column for at, column in enumerate(case.names)}
    return {
        "Name": name,
        "DatabaseName": TARGET.partition(".")[0],
        "StorageDescriptor": {"Columns": columns},
        "TableType": "VIRTUAL_VIEW",
        "ViewOriginalText": case.text,
        "ViewExpandedText": case.text,
        "Parameters": {
            **shown,
            "view.query.out.numCols": str(len(case.names)),
            "view.catalogAndNamespace.numParts": "2",
            "view.catalogAndNamespace.part.0": "spark_catalog",
            "view.catalogAndNamespace.part.1": "default",
            "view.schemaMode": "COMPENSATION",
            "spark.sql.create.version": "4.3.0",
        },
    }


def make_script(case: Case) -> str:
    """Return a script that runs a case's statements."""
    lines = [f'spark.sql("""{text}""")' for text in case.before]
    if case.form == "query":
        lines += [f'df = spark.sql("""{case.text}""")', f'df.write.saveAsTable("{TARGET}")']
    else:
        lines.append(f'spark.sql("""{case.text}""")')
    return _SCRIPT + "\n".join(lines).replace("\\", "\\\\") + "\n"


def _context(schemas: Schemas) -> LineageContext:
    return LineageContext(region="eu-west-1", account="123456789012", schemas=schemas)


def _as_edges(found: Iterable[Edge]) -> Edges:
    edges = Edges()
    for edge in found:
        if not all(one.name.startswith("table/") for one in (edge.upstream, edge.downstream)):
            continue  # the files of a table are another dataset, which Spark's plan does not show
        for column in edge.columns:
            pair = (
                _name(edge.downstream),
                column.downstream.lower(),
                _name(edge.upstream),
                column.upstream.lower(),
            )
            edges.direct.add(pair)
            edges.ways[pair] = column.transformation or "identity"
    return edges


def _name(dataset: Dataset) -> str:
    return _full(dataset.name.removeprefix("table/").replace("/", ".").lower())


def _full(name: str) -> str:
    parts = name.lower().split(".")
    return ".".join(parts[-2:]) if len(parts) > 1 else f"default.{name.lower()}"
