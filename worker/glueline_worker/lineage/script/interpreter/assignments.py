"""Names and places that values are put into: targets of assignments, parameters, patterns."""

from __future__ import annotations

import ast

from glueline_worker.lineage.script.domain.reading import Reading
from glueline_worker.lineage.script.domain.template_text import map_alternatives
from glueline_worker.lineage.script.domain.values import (
    UNKNOWN,
    Class,
    External,
    Frame,
    Function,
    Instance,
    LibraryObject,
    OneOf,
    Value,
    VariableScope,
    get_alternatives,
    join_values,
    name_set,
)

_OPTIONS = name_set(
    "dbtable connectionname paths preactions postactions streamarn topicname redshifttmpdir"
)


def assign(run: Reading, target: ast.expr, value: Value) -> None:
    """Put ``value`` where ``target`` says."""
    if isinstance(target, ast.Name):
        run.bind(target.id, value)
    elif isinstance(target, (ast.Tuple, ast.List)):
        _unpack(run, target.elts, value)
    elif isinstance(target, ast.Subscript):
        box, key = run.evaluate(target.value), run.evaluate(target.slice)
        if isinstance(box, External) and _is_option(key):
            assign(run, target.value, {key: value})  # of options that another module made
        set_item(run, box, key, value)
        if isinstance(box, Frame):
            _add_column(run, target.value, box, value)
    elif isinstance(target, ast.Attribute):
        _set_attribute(run, run.evaluate(target.value), target.attr, value)
    elif isinstance(target, ast.Starred):
        assign(run, target.value, value)


def _is_option(key: Value) -> bool:
    """Whether ``key`` names a connection option rather than a column."""
    return isinstance(key, str) and ("." in key or key.lower() in _OPTIONS)


def _add_column(run: Reading, target: ast.expr, frame: Frame, value: Value) -> None:
    """``frame["column"] = value``: what comes from another frame flows into this one."""
    others = [node for node in run.state.find_frames(value) if node != frame.node]
    if others and isinstance(target, ast.Name):
        run.bind(target.id, run.state.transform([frame, *map(Frame, others)], label="column"))


def _unpack(run: Reading, targets: list[ast.expr], value: Value) -> None:
    if isinstance(value, OneOf) and all(isinstance(item, (tuple, list)) for item in value.options):
        columns = zip(*value.options, strict=False)
        value = tuple(join_values(column) for column in columns)
    if isinstance(value, (tuple, list)):
        items = list(value)
        star = next((at for at, item in enumerate(targets) if isinstance(item, ast.Starred)), None)
        if star is not None:
            end = len(items) - (len(targets) - star - 1)
            items[star:end] = [items[star:end]]
        for target, item in zip(targets, [*items, *[UNKNOWN] * len(targets)], strict=False):
            assign(run, target, item)
        return
    for target in targets:
        assign(run, target, element(value, target))


def element(value: Value, target: ast.expr) -> Value:
    """An item of ``value``, which nobody can enumerate, as it is bound to ``target``."""
    if isinstance(value, External) and value.label.startswith("loop:"):
        return External(
            "item", f"loop:{target.id}" if isinstance(target, ast.Name) else value.label
        )
    if isinstance(value, Frame) and isinstance(target, ast.Name):
        return Frame(value.node, value.kind, f"loop:{target.id}")
    return value if isinstance(value, (External, Frame)) else UNKNOWN


def set_item(run: Reading, box: Value, key: Value, value: Value) -> None:
    """``box[key] = value``."""
    for option in get_alternatives(box):
        if isinstance(option, Instance):
            run.call_method(option, "__setitem__", [key, value], {})
        elif isinstance(option, dict) and isinstance(key, (str, int, float, tuple)):
            run.state.journal.touch(option)
            option[key] = value
        elif isinstance(option, dict):
            run.state.journal.touch(option)
            for name in get_alternatives(key):
                option[name if isinstance(name, (str, int, External)) else "?"] = value
        elif (
            isinstance(option, list) and isinstance(key, int) and -len(option) <= key < len(option)
        ):
            run.state.journal.touch(option)
            option[key] = value
        elif isinstance(option, LibraryObject):
            run.set_tool_item(option, key, value)


def _set_attribute(run: Reading, box: Value, name: str, value: Value) -> None:
    for option in get_alternatives(box):
        if isinstance(option, Instance):
            run.state.journal.touch(option.attributes)
            option.attributes[name] = value
        elif isinstance(option, Class):
            run.state.journal.touch(option.scope.vars)
            option.scope.vars[name] = value


def augment(run: Reading, node: ast.AugAssign) -> None:
    """``target += value`` and its siblings."""
    before = run.evaluate(node.target)
    value = run.evaluate(node.value)
    if (
        isinstance(before, list)
        and isinstance(node.op, ast.Add)
        and isinstance(value, (list, tuple))
    ):
        run.state.journal.touch(before)
        before.extend(value)
        return
    if isinstance(before, dict) and isinstance(node.op, ast.BitOr) and isinstance(value, dict):
        run.state.journal.touch(before)
        before.update(value)
        return
    assign(
        run, node.target, map_alternatives(lambda a, b: run.operate(node.op, a, b), before, value)
    )


def capture(run: Reading, pattern: ast.pattern, subject: Value) -> None:
    """Bind the names of a ``case`` pattern."""
    for part in ast.walk(pattern):
        name = getattr(part, "name", None)
        if isinstance(part, (ast.MatchAs, ast.MatchStar)) and name:
            run.bind(name, subject if part is pattern else UNKNOWN)


def bind_parameters(
    run: Reading,
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
            scope.vars[name] = parameter_value(name)
    for parameter, default in zip(parameters.kwonlyargs, function.keyword_defaults, strict=True):
        scope.vars[parameter.arg] = rest.pop(parameter.arg, default)
    if parameters.vararg:
        scope.vars[parameters.vararg.arg] = tuple(values[len(positional) :])
    if parameters.kwarg:
        scope.vars[parameters.kwarg.arg] = rest
    run.state.charge(len(positional))


def _takes(parameters: ast.arguments, name: str) -> bool:
    """Whether a function has a parameter ``name``."""
    return any(parameter.arg == name for parameter in (*parameters.args, *parameters.kwonlyargs))


def parameter_value(name: str) -> Value:
    """What is known of a parameter that no caller gave."""
    return External(name)
