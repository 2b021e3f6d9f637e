"""Functions of Spark's columns: ``functions.upper(column)``."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from glueline.contract.lineage import Transformation
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
from glueline_worker.lineage.script.domain.library_object import LibraryObject
from glueline_worker.lineage.script.domain.template_text import as_text
from glueline_worker.lineage.script.domain.values import (
    MISSING,
    Column,
    External,
    Function,
    Value,
)
from glueline_worker.lineage.script.models.library import Library
from glueline_worker.lineage.script.models.spark.code_schemas import list_schema_names
from glueline_worker.lineage.script.models.spark.function_kinds import (
    AGGREGATES,
    AMBIGUOUS,
    FAMILIAR,
    GENERATED,
    KEEPING,
    MASKING,
    SHOWN_DEFAULTS,
    SHOWN_FORMS,
    SHOWN_NAMES,
    UNNAMED,
)
from glueline_worker.lineage.script.models.spark.function_table import SIGNATURES, Parameter
from glueline_worker.lineage.script.models.spark.subqueries import parse_expressions
from glueline_worker.lineage.word_sets import split_words

_MODULE_NAMES = split_words("F f fn func sf SqlFuncs")
"""Names that scripts import ``pyspark.sql.functions`` under."""
_MAP = re.compile(r"(?:explode|explode_outer)\((?:map|map_\w+|str_to_map|transform_\w+)\(")
"""An exploded map, as Spark shows it."""
_NOT_IN_TABLE = split_words("lit typedLit typedlit when col column expr broadcast")


def _call_function(call: Call) -> Value:
    known = call.name in SIGNATURES or call.name in _NOT_IN_TABLE
    if call.name == "sum" and len(call.parts) == 1 and call.args and _is_list(call.args[0]):
        return combine_columns(call.args)  # Python's own, of columns
    if not known:
        return _call_unknown(call)
    return call_column_function(call) if _is_of_columns(call) else MISSING


def _is_list(value: Value) -> bool:
    return isinstance(value, (list, tuple)) and any(isinstance(item, Column) for item in value)


def _call_unknown(call: Call) -> Value:
    """Call a function of Spark's module that the table does not have: its column is unknown."""
    if len(call.parts) < 2 or not _is_module(call):  # noqa: PLR2004 - the module and its function
        return MISSING
    if call.name in {"udf", "pandas_udf", "arrow_udf", "udtf", "arrow_udtf"}:
        return UserFunction("udf")
    return replace(call_udf(call.name, call.values), name=None)


def _is_module(call: Call) -> bool:
    before = call.parts[-2]
    return before == "functions" or (len(call.parts) == 2 and before in _MODULE_NAMES)  # noqa: PLR2004


def _is_of_columns(call: Call) -> bool:
    if any(isinstance(arg, Column) for arg in call.values):
        return True
    if "functions" in call.parts or call.parts[0] in _MODULE_NAMES:
        return True
    if len(call.parts) > 1:
        return False
    if call.state.has_star_functions:
        return True
    # With a text as its first argument, a bare `sum` or `max` is no builtin but a star import.
    is_text = any(isinstance(arg, str) for arg in call.args[:1])
    return call.name in FAMILIAR and (call.name not in AMBIGUOUS or is_text)


def call_column_function(call: Call) -> Value:
    """Call ``pyspark.sql.functions.name``."""
    special = _SPECIAL.get(call.name)
    if special is not None:
        return special(call)
    columns = _list_arguments(call)
    how: Transformation = "transformation"
    if call.name in AGGREGATES:
        how = "aggregation"
    elif call.name in MASKING:
        how = "masking"
    made = combine_columns(columns, how, _name_call(call.name, columns))
    if call.name in KEEPING and columns and isinstance(columns[0], Column):
        made = _keep_fields(made, columns[0])
    if call.name in GENERATED:
        return _generate(call.name, made, columns)
    return made


def _keep_fields(made: Column, column: Column) -> Column:
    """Give the fields of a struct to what is one, or holds such structs."""
    if column.fields:
        return replace(made, fields=column.fields)
    if column.kind in {"plain", "item"} and len(column.refs) == 1:
        return replace(made, shape=column.refs[0])
    return replace(made, shape=column.shape)


def _name_call(name: str, columns: list[Value]) -> str | None:
    """Return the name of a column that a call makes, as Spark gives it."""
    if name in UNNAMED:
        return None
    if name in SHOWN_FORMS:
        shown = [show(column) for column in columns]
        is_known = None not in shown and len(shown) >= 1 + ("{1}" in SHOWN_FORMS[name])
        return SHOWN_FORMS[name].format(*shown, "") if is_known else None
    needed, defaults = SHOWN_DEFAULTS.get(name, (0, ()))
    added = defaults[max(0, len(columns) - needed) :]
    shown_name = name if name == "log" and len(columns) > 1 else SHOWN_NAMES.get(name, name)
    return show_call(shown_name, [*columns, *added])


def _list_arguments(call: Call) -> list[Value]:
    """List the arguments in the order of the parameters: texts that name columns as columns."""
    parameters = SIGNATURES[call.name]
    found: list[Value] = []
    at = 0
    for parameter in parameters:
        if parameter.is_repeated:
            for arg in call.args[at:]:
                items = arg if isinstance(arg, (list, tuple)) else [arg]
                found += [_read_argument(call, parameter, item) for item in items]
            at = len(call.args)
        elif at < len(call.args):
            found.append(_read_argument(call, parameter, call.args[at]))
            at += 1
        elif parameter.name in call.kwargs:
            found.append(_read_argument(call, parameter, call.kwargs[parameter.name]))
    return found + call.args[at:]


def _read_argument(call: Call, parameter: Parameter, value: Value) -> Value:
    if parameter.kind == "column" and isinstance(value, str):
        return parse_column_name(value)
    if parameter.kind == "function":
        return _call_lambda(call, value)
    return value


def _call_lambda(call: Call, value: Value) -> Value:
    """Call a function of columns, with its variables as columns that are made of none."""
    if not isinstance(value, Function):
        return value
    names = value.node.args.args
    made = call.reading.invoke(value, [Column() for _ in names], {})
    return replace(made, name=None, text=None) if isinstance(made, Column) else made


def _generate(name: str, made: Column, columns: list[Value]) -> Column:
    names = GENERATED[name]
    if name.startswith("inline"):
        return replace(made, kind="inline", name=None)
    if name == "json_tuple":
        names = tuple(f"c{at}" for at in range(len(columns) - 1))
    elif name == "stack":
        count = columns[0] if columns else None
        rows = _read_figure(count)
        width = -(-(len(columns) - 1) // rows) if rows else 0
        names = tuple(f"col{at}" for at in range(width))
        if not names:
            return replace(made, name=None)
        parts = [combine_columns(columns[1 + at :: width]) for at in range(width)]
        made = replace(made, fields=tuple(zip(names, parts, strict=True)))
    if name.startswith("explode") and made.name and _MAP.match(made.name):
        return replace(made, name="key", names=("key", "value"))
    if len(names) == 1:
        return replace(made, name=names[0])
    return replace(made, name=names[0] if names else None, names=names)


def _read_figure(value: Value) -> int:
    text = show(value)
    return int(text) if text is not None and text.isdigit() else 0


def _make_struct(call: Call) -> Value:
    """Call ``struct(…)`` or ``named_struct(…)``: its fields keep what they are made of."""
    columns = _list_arguments(call)
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
    columns = _list_arguments(call)
    made = combine_columns(columns, name=call.name)
    return replace(made, fields=(("start", made), ("end", made)))


def _parse_document(call: Call) -> Value:
    """Call ``from_json(column, schema)``: its fields are those of the schema."""
    columns = _list_arguments(call)
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
    columns = _list_arguments(call)
    return combine_columns(columns, "aggregation", show_call("count", columns))


def _count_distinct(call: Call) -> Value:
    columns = _list_arguments(call)
    shown = show_call("", columns)
    name = None if shown is None else f"{_DISTINCT[call.name]}(DISTINCT {shown[1:-1]})"
    return combine_columns(columns, "aggregation", name)


def _call_by_name(call: Call) -> Value:
    """Call ``call_function(name, …)``: the texts name columns."""
    return call_udf(as_text(call.args[0]) if call.args else "", call.args[1:])


def _order(call: Call) -> Value:
    return _list_arguments(call)[0] if call.args else UNKNOWN_COLUMN


_DISTINCT = {
    "countDistinct": "count",
    "count_distinct": "count",
    "sumDistinct": "sum",
    "sum_distinct": "sum",
}
_ORDERS = "asc asc_nulls_first asc_nulls_last desc desc_nulls_first desc_nulls_last"
_SPECIAL: dict[str, Callable[[Call], Value]] = {
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


@dataclass(eq=False)
class UserFunction(LibraryObject):
    """A user-defined function: ``udf(function, type)``, or the same as a decorator."""

    name: str

    def call(self, call: Call) -> Value:
        """Call it with columns."""
        if call.name != "__call__":
            return self
        if any(isinstance(arg, (Function, External)) for arg in call.args):
            return self  # udf(type)(function)
        return replace(call_udf(self.name, call.values), name=None)


def _register_udf(call: Call) -> Value:
    """Call ``spark.udf.register(name, function)``."""
    return UserFunction(call.text(0, "name") or "udf")


SPARK_COLUMNS = Library(
    rules=(_call_function,),
    functions={
        "udf.register": _register_udf,
        **{f"functions.{name}": call_column_function for name in (*SIGNATURES, *_SPECIAL)},
    },
)
