"""Functions that click or typer call with the command line: their parameters are arguments."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from glueline_worker.lineage.script.domain.reading import Reading
from glueline_worker.lineage.script.domain.template_text import has_placeholder
from glueline_worker.lineage.script.domain.values import UNKNOWN, External, JobArgument, Value

_COMMANDS = frozenset({"command", "callback", "group"})
_OPTIONS = frozenset({"option", "argument"})


def is_command(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Tell whether a function is called with the command line."""
    return any(_get_name(decorator) in _COMMANDS for decorator in node.decorator_list)


def list_defaults(
    reading: Reading,
    node: ast.FunctionDef | ast.AsyncFunctionDef,
    parameters: list[ast.arg],
    defaults: tuple[Value, ...],
) -> tuple[Value, ...]:
    """List the value of each parameter, where the command line gives it."""
    options = _read_options(reading, node)
    given = dict(zip(reversed([each.arg for each in parameters]), reversed(defaults), strict=False))
    found: list[Value] = []
    for parameter in parameters:
        name = parameter.arg
        if name in options:
            found.append(options[name])
        elif options:  # click hands over something of its own
            found.append(given.get(name, External(name)))
        else:
            found.append(_get_argument(reading, name, given.get(name)))
    return tuple(found)


def _read_options(
    reading: Reading, node: ast.FunctionDef | ast.AsyncFunctionDef
) -> Mapping[str, Value]:
    """Read click's ``@option("--name", default=…)`` and ``@argument("name")``."""
    found: dict[str, Value] = {}
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call) and _get_name(decorator) in _OPTIONS:
            texts = [reading.evaluate(part) for part in decorator.args]
            words = [text for text in texts if isinstance(text, str)]
            option = max((word for word in words if word.startswith("-")), key=len, default="")
            plain = [word for word in words if not word.startswith("-")]
            written = option.split("/")[0].lstrip("-") or "".join(plain[:1])
            name = plain[0] if plain else written.replace("-", "_").lower()
            found[name] = _get_argument(reading, written, _get_default(reading, decorator))
    return found


def _get_default(reading: Reading, option: ast.Call) -> Value:
    given = (keyword.value for keyword in option.keywords if keyword.arg == "default")
    default = next(given, None)
    return None if default is None else reading.evaluate(default)


def _get_argument(reading: Reading, name: str, default: Value) -> Value:
    value = reading.state.get_argument(name)
    if not has_placeholder(value) or default is None or default is UNKNOWN:
        return value
    return JobArgument(default, f"arg:{name}") if isinstance(default, str) else default


def _get_name(decorator: ast.expr) -> str:
    target = decorator.func if isinstance(decorator, ast.Call) else decorator
    return target.attr if isinstance(target, ast.Attribute) else getattr(target, "id", "")
