"""Column functions that are more than a call: literals, structs, counts, expressions in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from glueline_worker.lineage.script.domain.call import Call
from glueline_worker.lineage.script.domain.column_methods import add_case
from glueline_worker.lineage.script.domain.columns import (
    UNKNOWN_COLUMN,
    call_udf,
    combine_columns,
    parse_column_name,
    show,
    show_call,
)
from glueline_worker.lineage.script.domain.template_text import as_text
from glueline_worker.lineage.script.domain.values import (
    Column,
    Value,
)
from glueline_worker.lineage.script.models.spark.code_schemas import list_schema_names
from glueline_worker.lineage.script.models.spark.function_arguments import list_arguments
from glueline_worker.lineage.script.models.spark.subqueries import parse_expressions


def _make_struct(call: Call) -> Value:
    """Call ``struct(…)`` or ``named_struct(…)``: its fields keep what they are made of."""
    columns = list_arguments(call)
    made = combine_columns(columns, name=show_call("struct", columns))
    if any(isinstance(each, Column) and each.kind == "star" for each in columns):
        return made
    if call.name == "named_struct":
        pairs = list(zip(columns[::2], columns[1::2], strict=False))
        fields = tuple(
            (as_text(show(key)), each) for key, each in pairs if isinstance(each, Column)
        )
    else:
        fields = tuple(
            (each.name, each) for each in columns if isinstance(each, Column) and each.name
        )
    return replace(made, fields=fields)


def _make_window(call: Call) -> Value:
    """Call ``window(time, …)``: a struct with the start and the end of a span of time."""
    columns = list_arguments(call)
    made = combine_columns(columns, name=call.name)
    return replace(made, fields=(("start", made), ("end", made)))


def _parse_document(call: Call) -> Value:
    """Call ``from_json(column, schema)``: its fields are those of the schema."""
    columns = list_arguments(call)
    made = combine_columns(columns[:1], name=show_call(call.name, columns[:1]))
    names = list_schema_names(call.arg(1, "schema"))
    return replace(made, fields=tuple((name, made) for name in names or ()))


def _name_column(call: Call) -> Value:
    value = call.arg(0, "col", "colName")
    if isinstance(value, str):
        return parse_column_name(value)
    return value if isinstance(value, Column) else UNKNOWN_COLUMN


def _parse_expression(call: Call) -> Value:
    value = call.arg(0, "str")
    found = parse_expressions(call.state, value) if isinstance(value, str) else ()
    return found[0] if len(found) == 1 else UNKNOWN_COLUMN


def _make_literal(call: Call) -> Value:
    value = call.arg(0, "col")
    if isinstance(value, Column):
        return value
    return Column((), show(value))


def _count(call: Call) -> Value:
    value = call.arg(0, "col")
    text = show(value)
    if text in {"*", "1"} or (isinstance(value, Column) and value.kind == "star"):
        return Column((), "count(1)")
    columns = list_arguments(call)
    return combine_columns(columns, "aggregation", show_call("count", columns))


def _count_distinct(call: Call) -> Value:
    columns = list_arguments(call)
    shown = show_call("", columns)
    name = None if shown is None else f"{_DISTINCT[call.name]}(DISTINCT {shown[1:-1]})"
    return combine_columns(columns, "aggregation", name)


def _call_by_name(call: Call) -> Value:
    """Call ``call_function(name, …)``: the texts name columns."""
    return call_udf(as_text(call.args[0]) if call.args else "", call.args[1:])


def _order(call: Call) -> Value:
    return list_arguments(call)[0] if call.args else UNKNOWN_COLUMN


_DISTINCT = {
    "countDistinct": "count",
    "count_distinct": "count",
    "sumDistinct": "sum",
    "sum_distinct": "sum",
}
_ORDERS = "asc asc_nulls_first asc_nulls_last desc desc_nulls_first desc_nulls_last"
SPECIAL: dict[str, Callable[[Call], Value]] = {
    "expr": _parse_expression,
    "lit": _make_literal,
    "typedLit": _make_literal,
    "typedlit": _make_literal,
    "col": _name_column,
    "column": _name_column,
    "when": lambda call: add_case(None, call.values),
    "broadcast": lambda call: call.arg(0, "df"),
    "struct": _make_struct,
    "named_struct": _make_struct,
    "count": _count,
    "window": _make_window,
    "session_window": _make_window,
    **dict.fromkeys(("from_json", "from_csv", "from_xml"), _parse_document),
    **dict.fromkeys(_DISTINCT, _count_distinct),
    **dict.fromkeys(_ORDERS.split(), _order),
    **dict.fromkeys(("call_function", "call_udf", "callUDF"), _call_by_name),
}
"""Functions by name that are read in a way of their own."""
