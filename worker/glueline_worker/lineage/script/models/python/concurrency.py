"""Functions that run other code: executors, threads, ``partial``, ``exec``."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import Any

from glueline_worker.lineage.script.domain.call import Call
from glueline_worker.lineage.script.domain.library_object import LibraryObject
from glueline_worker.lineage.script.domain.limits import report_limit
from glueline_worker.lineage.script.domain.template_text import as_text, has_placeholder
from glueline_worker.lineage.script.domain.values import UNKNOWN, Class, Function, Method, Value
from glueline_worker.lineage.script.models.library import Library
from glueline_worker.lineage.script.source import parser

_CALLABLE = (Function, Method, Class, LibraryObject)
_EXEC_DEPTH = 4


@dataclass(eq=False)
class Future(LibraryObject):
    """A future: whatever it is, what matters is the result."""

    result: Value

    def list_contents(self) -> list[Value]:
        """List the result."""
        return [self.result]

    def call(self, call: Call) -> Value:
        """Call a method of the future."""
        return self.result if call.name in {"result", "get", "__call__"} else UNKNOWN


@dataclass(eq=False)
class Partial(LibraryObject):
    """A function with some of its arguments, as ``functools.partial`` makes it."""

    function: Value
    args: list[Value] = field(default_factory=list)
    kwargs: dict[Any, Value] = field(default_factory=dict)

    def call(self, call: Call) -> Value:
        """Call the function."""
        args, kwargs = [*self.args, *call.args], {**self.kwargs, **call.kwargs}
        return call.reading.call(self.function, args, kwargs)


def _submit(call: Call) -> Value:
    """Call ``executor.submit(function, …)`` or a sibling: run at once."""
    function, *args = call.args or [UNKNOWN]
    if args and not isinstance(function, _CALLABLE):  # run_in_executor(None, function, …)
        function, *args = args
    if call.name == "apply_async" and args and isinstance(args[0], (list, tuple)):
        args = list(args[0])
    result = (
        call.reading.call(function, args, call.kwargs) if isinstance(function, _CALLABLE) else None
    )
    return Future(result)


def _run_thread(call: Call) -> Value:
    """Call ``Thread(target=function, args=(…))``: run at once."""
    target = call.arg(1, "target")
    args, kwargs = call.arg(None, "args", default=()), call.mapping(None, "kwargs")
    if isinstance(target, (Function, Method)):
        call.reading.call(target, list(args) if isinstance(args, (list, tuple)) else [], kwargs)
    return UNKNOWN


def _make_partial(call: Call) -> Value:
    return Partial(call.arg(0), call.args[1:], call.kwargs)


def _get_attribute(call: Call) -> Value:
    name = call.arg(1)
    value = call.reading.get_attribute(call.arg(0), as_text(name))
    return value if isinstance(name, str) else UNKNOWN


def _get_variables(call: Call) -> Value:
    return call.reading.module.vars if call.name == "globals" else call.reading.scope.vars


def _run_text(call: Call) -> Value:
    """Call ``exec(text)`` or ``eval(text)``: the text is read as the script is."""
    code = call.arg(0)
    module = parser.try_parse(code) if isinstance(code, str) and not has_placeholder(code) else None
    if module is None:
        return UNKNOWN
    if len(call.reading.stack) > _EXEC_DEPTH:
        report_limit(f"{call.name}() within more than {_EXEC_DEPTH} calls is not followed")
        return UNKNOWN
    call.state.charge(len(code))
    if call.name == "eval" and len(module.body) == 1 and isinstance(module.body[0], ast.Expr):
        return call.reading.evaluate(module.body[0].value)
    call.reading.run(module.body)
    return None


CONCURRENCY = Library(
    functions={
        "submit": _submit,
        "apply_async": _submit,
        "run_in_executor": _submit,
        "to_thread": _submit,
        "Thread": _run_thread,
        "Process": _run_thread,
        "Timer": _run_thread,
        "partial": _make_partial,
        "getattr": _get_attribute,
        "globals": _get_variables,
        "locals": _get_variables,
        "exec": _run_text,
        "eval": _run_text,
    }
)
