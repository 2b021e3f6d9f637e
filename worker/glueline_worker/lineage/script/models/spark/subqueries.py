"""Expressions in words that have a query inside: ``expr("(SELECT max(a) FROM t)")``."""

from __future__ import annotations

import re
from dataclasses import replace

from glueline_worker.lineage.script.domain.state import State
from glueline_worker.lineage.script.domain.values import Column, ColumnName
from glueline_worker.lineage.script.models import sql_engines
from glueline_worker.lineage.script.models.spark.column_expressions import parse_column_expressions

_QUERY = re.compile(r"\(\s*(?:SELECT|WITH|FROM)\b", re.IGNORECASE)
_OUTER = "glueline_frame"
"""Stands for the frame that the expression is evaluated in."""


def parse_expressions(state: State, text: str) -> tuple[Column, ...]:
    """Parse SQL expressions; the tables of a query inside become reads."""
    found = parse_column_expressions(text)
    if not _QUERY.search(text) or len(found) != 1:
        return found
    engine = sql_engines.make_spark_engine(state)
    nodes: dict[str | None, None] = {}
    sources: dict[ColumnName, None] = {}
    for statement, ids in sql_engines.read_around(state, text, _OUTER, engine):
        flow = statement.flow(ids)
        for refs in flow.columns.values():
            sources.update(
                (ColumnName(_own(ref.node), ref.column, ref.transformation), None) for ref in refs
            )
        nodes.update(dict.fromkeys(map(_own, ids.values())))
    return (replace(found[0], refs=tuple(sources), is_known=True),)


def _own(node: str) -> str | None:
    return None if node == _OUTER else node
