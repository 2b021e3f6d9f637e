"""Spark's column expressions: the columns that a new one is made of."""

from __future__ import annotations

from collections.abc import Iterable

from glueline.contract.lineage import Effect, Transformation
from glueline_worker.lineage.script.domain.alternatives import get_alternatives
from glueline_worker.lineage.script.domain.template_text import has_placeholder, render
from glueline_worker.lineage.script.domain.values import Column, ColumnName, External, Frame, Value
from glueline_worker.lineage.transformations import get_stronger
from glueline_worker.lineage.word_sets import split_words

UNKNOWN_COLUMN = Column(is_known=False)
FRAME_PROPERTIES = split_words("rdd na stat loc iloc at str dt values T df")
"""Properties of frames and columns that stand for the same data."""
COLUMN_METHODS = split_words(
    "alias name cast astype try_cast asc desc asc_nulls_first asc_nulls_last desc_nulls_first "
    "desc_nulls_last over isin like rlike ilike between when otherwise isNull isNotNull isNaN "
    "eqNullSafe getField getItem substr startswith endswith contains withField dropFields "
    "bitwiseAND bitwiseOR bitwiseXOR outer"
)
"""Methods of Spark's columns; what else is called on a column is of pandas."""
_LONGEST_NAME = 2_000
"""Characters of an implicit name; a longer one is not made."""
_OPERATOR_TEXTS = {"==": "=", "&": "AND", "and": "AND", "|": "OR", "or": "OR"}


def get_column(frame: Frame, name: str) -> Column:
    """Return ``frame.name`` or ``frame["name"]``."""
    if name == "*":
        return Column((ColumnName(frame.node, "*"),), kind="star")
    return Column(
        (ColumnName(frame.node, name),), split_column_path(name)[-1], text=name, kind="plain"
    )


def parse_column_name(text: str) -> Column:
    """Return the column that a text names."""
    if has_placeholder(text):
        return UNKNOWN_COLUMN
    name = render(text)
    if name == "*" or name.endswith(".*"):
        return Column((ColumnName(None, name),), kind="star")
    plain = ".".join(split_column_path(name))
    return Column((ColumnName(None, name),), split_column_path(name)[-1], text=plain, kind="plain")


def split_column_path(name: str) -> list[str]:
    """Split ``a.`b.c` `` into its parts."""
    if "`" not in name:
        return name.split(".") or [name]
    parts: list[str] = [""]
    quoted = False
    for char in name:
        if char == "`":
            quoted = not quoted
        elif char == "." and not quoted:
            parts.append("")
        else:
            parts[-1] += char
    return parts


def combine_columns(
    values: Iterable[Value],
    how: Transformation = "transformation",
    name: str | None = None,
) -> Column:
    """Make one column of all columns in ``values``."""
    refs: dict[ColumnName, None] = {}
    deciders: dict[tuple[ColumnName, Effect], None] = {}
    is_known = True
    for part in _list_columns(values):
        refs.update(dict.fromkeys(strengthen(ref, how) for ref in part.refs))
        deciders.update(dict.fromkeys(part.deciders))
        is_known = is_known and part.is_known and part.kind in {"value", "plain", "item", "star"}
    return Column(tuple(refs), name, is_known, deciders=tuple(deciders))


def _list_columns(values: Iterable[Value]) -> Iterable[Column]:
    for value in values:
        for option in get_alternatives(value):
            if isinstance(option, Column):
                yield option
            elif isinstance(option, (list, tuple)):
                yield from _list_columns(option)
            elif isinstance(option, External) and option.label.startswith("loop:"):
                yield UNKNOWN_COLUMN


def strengthen(ref: ColumnName, how: Transformation) -> ColumnName:
    """Return a reference that passes through one more transformation."""
    return ref._replace(transformation=get_stronger(ref.transformation, how))


def decide_by(column: Column, effect: Effect) -> tuple[tuple[ColumnName, Effect], ...]:
    """List the columns of a condition, as columns that decide with ``effect``."""
    refs = [*column.refs, *(ref for ref, _ in column.deciders)]
    return tuple(
        (ref._replace(transformation="identity"), effect)
        for ref in dict.fromkeys(refs)
        if ref.name != "*"
    )


def show(value: Value) -> str | None:
    """Return a value as Spark shows it in an expression's name; None where it is unknown."""
    if isinstance(value, Column):
        shown = value.shown
        return shown if shown is None or len(shown) <= _LONGEST_NAME else None
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, str) and len(value) <= _LONGEST_NAME and not has_placeholder(value):
        return render(value)
    return None


def show_call(name: str, values: Iterable[Value]) -> str | None:
    """Return ``name(a, b)`` as Spark names it."""
    shown = [show(value) for value in values]
    if any(text is None for text in shown):
        return None
    if sum(len(text) for text in shown if text is not None) > _LONGEST_NAME:
        return None
    return f"{name}({', '.join(text for text in shown if text is not None)})"


def operate_columns(symbol: str, left: Value, right: Value) -> Column:
    """Return ``left symbol right``, where one of them is a column."""
    shown = show(left), show(right)
    name = None
    if None not in shown:
        name = f"({shown[0]} {_OPERATOR_TEXTS.get(symbol, symbol)} {shown[1]})"
        if symbol == "**":
            name = f"POWER({shown[0]}, {shown[1]})"
        if symbol == "!=":
            name = f"(NOT ({shown[0]} = {shown[1]}))"
    return combine_columns([left, right], name=name)


def negate_column(symbol: str, value: Column) -> Column:
    """Return ``~column`` or ``-column``."""
    name = None
    if value.shown is not None:
        name = f"(NOT {value.shown})" if symbol == "~" else f"negative({value.shown})"
    return combine_columns([value], name=name)


def call_udf(name: str, args: Iterable[Value]) -> Column:
    """Call a user-defined function: its texts name columns."""
    columns = [parse_column_name(arg) if isinstance(arg, str) else arg for arg in args]
    return combine_columns(columns, name=show_call(name, columns))
