"""SQL expressions in scripts: ``expr("…")``, ``selectExpr``, conditions as texts."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from glueline.contract.lineage import Transformation
from glueline_worker.lineage.script.domain.columns import UNKNOWN_COLUMN, parse_column_name
from glueline_worker.lineage.script.domain.template_text import has_placeholder, render
from glueline_worker.lineage.script.domain.values import Column, ColumnName
from glueline_worker.lineage.sql import SqlExpression, read_expressions

_INLINE = re.compile(r"inline(?:_outer)?\(\s*([A-Za-z_][\w.]*)\s*\)\Z", re.IGNORECASE)
_STRUCT = re.compile(r"struct\(\s*\*\s*\)\s*(?:AS\s+)?(\w+)?\Z", re.IGNORECASE)
_EXPLODE = re.compile(r"(?:pos)?explode(?:_outer)?\(\s*([A-Za-z_][\w.]*)\s*\)", re.IGNORECASE)
_EXCEPT = re.compile(r"(\w+\.)?\*\s*EXCEPT\s*\(([\w\s,`]*)\)\Z", re.IGNORECASE)
_KEEPING = re.compile(
    r"(?:filter|slice|reverse|array_sort|sort_array|array_distinct|shuffle|array_compact)"
    r"\(\s*([A-Za-z_][\w.]*)\s*[,)]",
    re.IGNORECASE,
)
"""Functions whose results have the items of their first argument."""
_NAME = re.compile(r"[A-Za-z_][\w.]*\Z")


def parse_column_expression(text: str) -> Column:
    """Parse a SQL expression, such as ``expr``'s."""
    found = parse_column_expressions(text)
    return found[0] if len(found) == 1 else UNKNOWN_COLUMN


@lru_cache(maxsize=2_000)
def parse_column_expressions(text: str) -> tuple[Column, ...]:
    """Parse one or several SQL expressions, such as one of ``selectExpr``'s."""
    bare = text.strip()
    if _NAME.match(bare) and not has_placeholder(bare) and bare.lower() not in _NO_NAMES:
        return (parse_column_name(bare),)
    if struct := _STRUCT.match(bare):
        every = ColumnName(None, "*", "transformation")
        star = Column((ColumnName(None, "*"),), kind="star")
        return (Column((every,), struct[1], fields=(("*", star),)),)
    if left := _EXCEPT.match(bare):
        names = tuple(name.strip(" `") for name in left[2].split(","))
        return (Column((ColumnName(None, f"{left[1] or ''}*"),), kind="star", names=names),)
    if inline := _INLINE.match(render(bare)):
        return (Column((ColumnName(None, inline[1]),), kind="inline"),)
    found = tuple(map(_make_column, read_expressions(render(text))))
    return (_add_shape(bare, found[0]),) if len(found) == 1 else found


def _add_shape(text: str, column: Column) -> Column:
    """Say whose fields the result of a function has that keeps its argument's items."""
    if kept := _KEEPING.match(text):
        return replace(column, shape=ColumnName(None, kept[1]))
    if exploded := _EXPLODE.match(text):
        return replace(column, shape=ColumnName(None, exploded[1]), kind="exploded")
    return column


_OTHERS: Transformation = "transformation"
_NO_NAMES = frozenset({"true", "false", "null", "current_date", "current_timestamp"})


def _make_column(found: SqlExpression) -> Column:
    if found.is_star:
        star = f"{found.sources[0]}.*" if found.sources else "*"
        return Column((ColumnName(None, star),), is_known=found.is_known, kind="star")
    ways = dict(zip(found.sources, found.ways, strict=True))
    fields = tuple(
        (name, Column(tuple(ColumnName(None, each, ways.get(each, _OTHERS)) for each in part)))
        for name, part in zip(found.names, found.parts, strict=False)
    )
    if not fields:
        fields = tuple(
            (name, Column(tuple(ColumnName(None, source) for source in part)))
            for name, part in found.fields
        )
    is_plain = found.ways == ("identity",) and not found.indirect
    return Column(
        tuple(ColumnName(None, source, way) for source, way in ways.items()),
        found.name or (found.names[0] if found.names else None),
        found.is_known,
        deciders=tuple((ColumnName(None, source), effect) for source, effect in found.indirect),
        names=found.names,
        fields=fields if len(found.names) != 1 else (),
        text=found.name,
        kind="plain" if is_plain else "value",
    )
