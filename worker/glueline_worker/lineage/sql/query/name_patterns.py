"""Columns by a pattern: `` `(ds|hr)?+.+` `` in Hive and Spark, all columns but these."""

import re

from sqlglot import exp

from glueline_worker.lineage.sql.query.relation import Relation
from glueline_worker.lineage.sql.query.scope import QueryScope, expand_star

_SIGNS = frozenset("|*+?[(")
_MAX_COLUMNS = 2_000
_MAX_LENGTH = 128
_MAX_REPEATS = 2
_REPEAT = re.compile(r"(?<!\\)[*+](?<![?*+]\+)")
_COSTLY = re.compile(r"\)[*+]|[{\\]|\(\?|\[[^\]]*(?:\[|--|&&|~~|\|\|)")
"""Repeated groups, counts, escapes and sets of sets: they may take any time, or differ in Java."""


def is_name_pattern(node: exp.Column) -> bool:
    """Tell whether a column of a SELECT is written as a pattern may be."""
    return node.args["this"].args.get("quoted") is True and not _SIGNS.isdisjoint(node.name)


def match_names(node: exp.Column, scope: QueryScope) -> Relation | None:
    """Return the columns that a pattern means; None where it may be a column's own name.

    Whether patterns are allowed is a setting that nobody sees. But where all columns are known and
    none is called so, the statement can mean nothing else.
    """
    if sum(len(item.relation.fields) for item in scope.items) > _MAX_COLUMNS:
        return None
    table = tuple(part.name.lower() for part in node.parts[:-1])
    columns = scope.find_item(table) if table else expand_star(scope)
    name = node.name
    if columns is None or not columns.exact or columns.find_named(name) is not None:
        return None
    if len(name) > _MAX_LENGTH:
        return None
    if _COSTLY.search(name) or len(_REPEAT.findall(name)) > _MAX_REPEATS:
        return None
    try:
        pattern = re.compile(name, re.IGNORECASE)
    except re.error:
        return None
    matched = [
        item
        for item in columns.fields
        if len(item.name) <= _MAX_LENGTH and pattern.fullmatch(item.name)
    ]
    return Relation(matched) if matched else None
