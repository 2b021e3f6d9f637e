"""The SQL transform: a query over its inputs' aliases, and sometimes over catalog tables."""

from collections.abc import Mapping

from msgspec.structs import replace

from glueline.contract.lineage import Origin
from glueline_worker.lineage.model import OPAQUE, Graph, LineageContext, Node
from glueline_worker.lineage.naming import name_spark_sql_table
from glueline_worker.lineage.sql import SqlStatement, TableName, read_sql


def read_sql_transform(
    step: Node, query: str, aliases: Mapping[str, str], context: LineageContext
) -> Graph:
    """Return the step with its flow, and a read or write for each table that is no alias.

    ``aliases`` maps the names in the query to the inputs they stand for.
    """
    reading = read_sql(query, dialect="spark")
    known = {alias.lower(): source for alias, source in aliases.items() if source in step.inputs}
    tables: dict[str, Node] = {}
    last = replace(step, flow=OPAQUE)
    for statement in reading.statements:
        sources = _find_inputs(step, statement, known, context, tables)
        if not sources:
            continue
        inputs = tuple(dict.fromkeys(sources.values()))
        last = replace(step, inputs=inputs, flow=statement.flow(sources))
        if statement.write is not None:
            target = name_spark_sql_table(statement.write, context)
            name = f"{step.id}/write {target.name}"
            tables[name] = replace(last, id=name, role="write", datasets=(target,))
    return Graph(Origin.VISUAL, (*tables.values(), last), reading.warnings, reading.gaps)


def _find_inputs(
    step: Node,
    statement: SqlStatement,
    aliases: Mapping[str, str],
    context: LineageContext,
    tables: dict[str, Node],
) -> dict[TableName, str]:
    """Return the node behind each name in the statement, and add the others to ``tables``."""
    sources: dict[TableName, str] = {}
    names: list[TableName] = [*statement.reads, *((path,) for path in statement.path_reads)]
    for table in names:
        alias = aliases.get(table[0].lower()) if len(table) == 1 else None
        sources[table] = alias or f"{step.id}/{'.'.join(table)}"
        if alias is None:
            read = Node(sources[table], "read", datasets=(name_spark_sql_table(table, context),))
            tables[read.id] = read
    return sources
