"""Arguments of Spark's column functions, and the names that Spark gives to their columns."""

from __future__ import annotations

from dataclasses import replace

from glueline_worker.lineage.script.domain.call import Call
from glueline_worker.lineage.script.domain.columns import (
    parse_column_name,
    show,
    show_call,
)
from glueline_worker.lineage.script.domain.values import (
    Column,
    Function,
    Value,
)
from glueline_worker.lineage.script.models.spark.function_kinds import (
    SHOWN_DEFAULTS,
    SHOWN_FORMS,
    SHOWN_NAMES,
    UNNAMED,
)
from glueline_worker.lineage.script.models.spark.function_table import SIGNATURES, Parameter


def name_call(name: str, columns: list[Value]) -> str | None:
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


def list_arguments(call: Call) -> list[Value]:
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
