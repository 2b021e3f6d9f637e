"""The columns of stored edges: those whose values pass, and those that decide about others."""

from collections.abc import Iterable, Mapping
from typing import Any

from glueline.contract.lineage import Dataset
from glueline_worker.lineage.links.column_walk import ColumnWay
from glueline_worker.lineage.links.walk import Hop
from glueline_worker.questions.dataset_names import is_glue_table
from glueline_worker.sinks.sql.lineage_queries import select_column_names, select_columns_into
from glueline_worker.sinks.sql.sink import SqlSink


async def read_ways(sink: SqlSink, datasets: Iterable[Dataset]) -> dict[Hop, tuple[ColumnWay, ...]]:
    """Read the columns of all edges into ``datasets``, direct ones first."""
    wanted = set(datasets)
    stored = await sink.read(lambda connection: list(select_columns_into(connection, wanted)))
    ways: dict[Hop, tuple[ColumnWay, ...]] = {}
    for each in stored:
        hop = Hop(each.edge.upstream, each.edge.downstream, each.edge.process)
        direct = (_make_way(column, "transformation", is_direct=True) for column in each.direct)
        indirect = (_make_way(column, "effect", is_direct=False) for column in each.indirect)
        ways[hop] = (*ways.get(hop, ()), *direct, *indirect)  # several sources have the same edge
    return {hop: tuple(dict.fromkeys(found)) for hop, found in ways.items()}


async def read_column_names(sink: SqlSink, dataset: Dataset) -> set[str]:
    """Read the columns that the catalogue knows of a table, in lower case; empty for others."""
    if not is_glue_table(dataset):
        return set()
    database, _, table = dataset.name.rpartition("/")
    name = database.rpartition("/")[2]
    return await sink.read(lambda connection: select_column_names(connection, name, table))


def _make_way(column: Mapping[str, Any], how: str, *, is_direct: bool) -> ColumnWay:
    return ColumnWay(
        column["upstream"],
        column["downstream"],
        column.get(how),
        column.get("line"),
        is_direct=is_direct,
    )
