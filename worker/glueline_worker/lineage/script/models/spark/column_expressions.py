"""SQL expressions in scripts: ``expr("…")``, ``selectExpr``, conditions as texts."""

from __future__ import annotations

import re
from functools import lru_cache

from glueline_worker.lineage.script.domain.columns import UNKNOWN_COLUMN, parse_column_name
from glueline_worker.lineage.script.domain.template_text import has_placeholder, render
from glueline_worker.lineage.script.domain.values import Column, ColumnName
from glueline_worker.lineage.sql import read_sql

_NAME = re.compile(r"[A-Za-z_][\w.]*\Z")


def parse_column_expression(text: str) -> Column:
    """Parse a SQL expression, such as ``expr``'s."""
    found = parse_column_expressions(text)
    return found[0] if len(found) == 1 else UNKNOWN_COLUMN


@lru_cache(maxsize=2_000)
def parse_column_expressions(text: str) -> tuple[Column, ...]:
    """Parse one or several SQL expressions, such as one of ``selectExpr``'s."""
    bare = text.strip()
    if _NAME.match(bare) and not has_placeholder(bare):
        return (parse_column_name(bare),)
    reading = read_sql(f"SELECT {render(text)} FROM frame")  # noqa: S608 - parsed, never run
    for statement in reading.statements[:1]:
        if statement.rest:
            return (Column((ColumnName(None, "*"),), kind="star"),)
        return tuple(
            Column(tuple(ColumnName(None, column) for _, column in sources), name)
            for name, sources in statement.columns.items()
        )
    return (UNKNOWN_COLUMN,)
