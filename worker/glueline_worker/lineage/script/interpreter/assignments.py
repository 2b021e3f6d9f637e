"""Names and places that values are put into: targets of assignments, parameters, patterns."""

from __future__ import annotations

import ast

from glueline_worker.lineage.script.domain.alternatives import (
    get_alternatives,
    join_values,
    map_alternatives,
)
from glueline_worker.lineage.script.domain.library_object import LibraryObject
from glueline_worker.lineage.script.domain.operators import operate
from glueline_worker.lineage.script.domain.reading import Reading
from glueline_worker.lineage.script.domain.values import (
    UNKNOWN,
    Class,
    External,
    Frame,
    Function,
    Instance,
    OneOf,
    Value,
    VariableScope,
)
from glueline_worker.lineage.script.interpreter.variables import bind_variable
from glueline_worker.lineage.word_sets import split_words

_CONNECTION_OPTIONS = split_words(
    "dbtable connectionname paths preactions postactions streamarn topicname redshifttmpdir"
)


def assign(reading: Reading, target: ast.expr, value: Value) -> None:
    """Put ``value`` where ``target`` says."""
    if isinstance(target, ast.Name):
        bind_variable(reading, target.id, value)
    elif isinstance(target, (ast.Tuple, ast.List)):
        _unpack(reading, target.elts, value)
    elif isinstance(target, ast.Subscript):
        box, key = reading.evaluate(target.value), reading.evaluate(target.slice)
        if isinstance(box, External) and _is_option(key):
            assign(reading, target.value, {key: value})  # of options that another module made
        _set_item(reading, box, key, value)
        if isinstance(box, Frame):
            _add_column(reading, target.value, box, value)
    elif isinstance(target, ast.Attribute):
        _set_attribute(reading, reading.evaluate(target.value), target.attr, value)
    elif isinstance(target, ast.Starred):
        assign(reading, target.value, value)


def _is_option(key: Value) -> bool:
    """Tell whether ``key`` names a connection option rather than a column."""
    return isinstance(key, str) and ("." in key or key.lower() in _CONNECTION_OPTIONS)


def _add_column(reading: Reading, target: ast.expr, frame: Frame, value: Value) -> None:
    """Run ``frame["column"] = value``: what comes from another frame flows into this one."""
    others = [node for node in reading.state.find_frames(value) if node != frame.node]
    if others and isinstance(target, ast.Name):
        bind_variable(
            reading,
            target.id,
            reading.state.transform([frame, *map(Frame, others)], label="column"),
        )


def _unpack(reading: Reading, targets: list[ast.expr], value: Value) -> None:
    if isinstance(value, OneOf) and all(isinstance(item, (tuple, list)) for item in value.options):
        columns = zip(*value.options, strict=False)
        value = tuple(join_values(column) for column in columns)
    if isinstance(value, Instance) and value.cls.fields:  # a named tuple
        value = [value.attributes.get(name, UNKNOWN) for name in value.cls.fields]
    if isinstance(value, (tuple, list)):
        items = list(value)
        star = next((at for at, item in enumerate(targets) if isinstance(item, ast.Starred)), None)
        if star is not None:
            end = len(items) - (len(targets) - star - 1)
            items[star:end] = [items[star:end]]
        for target, item in zip(targets, [*items, *[UNKNOWN] * len(targets)], strict=False):
            assign(reading, target, item)
        return
    for target in targets:
        assign(reading, target, _get_element(value, target))


def _get_element(value: Value, target: ast.expr) -> Value:
    """Return an item of ``value``, whose items are unknown, for ``target``."""
    if isinstance(value, External) and value.label.startswith("loop:"):
        return External(
            "item", f"loop:{target.id}" if isinstance(target, ast.Name) else value.label
        )
    if isinstance(value, Frame) and isinstance(target, ast.Name):
        return Frame(value.node, value.kind, f"loop:{target.id}")
    return value if isinstance(value, (External, Frame)) else UNKNOWN


def _set_item(reading: Reading, box: Value, key: Value, value: Value) -> None:
    """Run ``box[key] = value``."""
    for option in get_alternatives(box):
        if isinstance(option, Instance):
            reading.call_method(option, "__setitem__", [key, value], {})
        elif isinstance(option, dict) and isinstance(key, (str, int, float, tuple)):
            reading.state.journal.touch(option)
            option[key] = value
        elif isinstance(option, dict):
            reading.state.journal.touch(option)
            for name in get_alternatives(key):
                option[name if isinstance(name, (str, int, External)) else "?"] = value
        elif (
            isinstance(option, list) and isinstance(key, int) and -len(option) <= key < len(option)
        ):
            reading.state.journal.touch(option)
            option[key] = value
        elif isinstance(option, LibraryObject):
            option.set_item(key, value)


def _set_attribute(reading: Reading, box: Value, name: str, value: Value) -> None:
    for option in get_alternatives(box):
        if isinstance(option, Instance):
            reading.state.journal.touch(option.attributes)
            option.attributes[name] = value
        elif isinstance(option, Class):
            reading.state.journal.touch(option.scope.vars)
            option.scope.vars[name] = value
        elif isinstance(option, External) and option.name == "DataFrame":
            reading.state.frame_methods[name] = value
        elif isinstance(option, LibraryObject):
            option.set_attribute(name, value)


def augment(reading: Reading, node: ast.AugAssign) -> None:
    """Run ``target += value`` or a sibling."""
    before = reading.evaluate(node.target)
    value = reading.evaluate(node.value)
    if (
        isinstance(before, list)
        and isinstance(node.op, ast.Add)
        and isinstance(value, (list, tuple))
    ):
        reading.state.journal.touch(before)
        before.extend(value)
        return
    if isinstance(before, dict) and isinstance(node.op, ast.BitOr) and isinstance(value, dict):
        reading.state.journal.touch(before)
        before.update(value)
        return
    assign(
        reading,
        node.target,
        map_alternatives(lambda a, b: operate(reading, node.op, a, b), before, value),
    )


def bind_parameters(
    reading: Reading,
    function: Function,
    scope: VariableScope,
    args: list[Value],
    kwargs: dict[str, Value],
) -> None:
    """Put a call's arguments into the variables of the called function."""
    parameters = function.node.args
    positional = [*parameters.posonlyargs, *parameters.args]
    values = list(args)
    if function.bound is not None:
        values.insert(0, function.bound)
    rest = dict(kwargs)
    first_default = len(positional) - len(function.defaults)
    for at, parameter in enumerate(positional):
        name = parameter.arg
        if at < len(values):
            scope.vars[name] = values[at]
        elif name in rest:
            scope.vars[name] = rest.pop(name)
        elif at >= first_default:
            scope.vars[name] = function.defaults[at - first_default]
        elif rest and not parameters.kwarg and not _takes(parameters, next(iter(rest))):
            scope.vars[name] = rest.pop(next(iter(rest)))  # misnamed by the caller
        else:
            scope.vars[name] = External(name)  # no caller gave it
    for parameter, default in zip(parameters.kwonlyargs, function.keyword_defaults, strict=True):
        scope.vars[parameter.arg] = rest.pop(parameter.arg, default)
    if parameters.vararg:
        scope.vars[parameters.vararg.arg] = tuple(values[len(positional) :])
    if parameters.kwarg:
        scope.vars[parameters.kwarg.arg] = rest
    reading.state.charge(len(positional))


def _takes(parameters: ast.arguments, name: str) -> bool:
    """Tell whether a function has a parameter ``name``."""
    return any(parameter.arg == name for parameter in (*parameters.args, *parameters.kwonlyargs))
