"""Functions that run other code: executors, threads, ``partial``, ``exec``."""

from __future__ import annotations

import ast
from collections.abc import Callable

from glueline_worker.lineage.script.domain.limits import report_limit
from glueline_worker.lineage.script.domain.template_text import as_text, has_placeholder
from glueline_worker.lineage.script.domain.values import (
    UNKNOWN,
    Class,
    Function,
    LibraryObject,
    Method,
    Value,
)
from glueline_worker.lineage.script.interpreter import attributes
from glueline_worker.lineage.script.models.call import Call
from glueline_worker.lineage.script.source import parser

_CALLABLE = (Function, Method, Class, LibraryObject)
EXEC_DEPTH = 4


def _submit(call: Call) -> Value:
    """``executor.submit(function, …)`` and its siblings: run at once."""
    function, *args = call.args or [UNKNOWN]
    if args and not isinstance(function, _CALLABLE):  # run_in_executor(None, function, …)
        function, *args = args
    if call.name == "apply_async" and args and isinstance(args[0], (list, tuple)):
        args = list(args[0])
    result = call.run.call(function, args, call.kwargs) if isinstance(function, _CALLABLE) else None
    return LibraryObject("future", {"result": result})


def call_future(call: Call) -> Value:
    """A method of a future: whatever it is, what matters is the result."""
    return call.receiver.data["result"] if call.name in {"result", "get", "__call__"} else UNKNOWN


def _thread(call: Call) -> Value:
    """``Thread(target=function, args=(…))``: run at once."""
    target = call.arg(1, "target")
    args, kwargs = call.arg(None, "args", default=()), call.mapping(None, "kwargs")
    if isinstance(target, (Function, Method)):
        call.run.call(target, list(args) if isinstance(args, (list, tuple)) else [], kwargs)
    return UNKNOWN


def _partial(call: Call) -> Value:
    return LibraryObject(
        "partial", {"function": call.arg(0), "args": call.args[1:], "kwargs": call.kwargs}
    )


def call_partial(call: Call) -> Value:
    """A call of what ``functools.partial`` made."""
    data = call.receiver.data
    return call.run.call(
        data["function"], [*data["args"], *call.args], {**data["kwargs"], **call.kwargs}
    )


def _attribute(call: Call) -> Value:
    name = call.arg(1)
    value = attributes.get_attribute(call.run, call.arg(0), as_text(name))
    return value if isinstance(name, str) else UNKNOWN


def _variables_of(call: Call) -> Value:
    return call.run.module.vars if call.name == "globals" else call.run.scope.vars


def _execute(call: Call) -> Value:
    """``exec(text)`` and ``eval(text)``: the text is read as the script is."""
    code = call.arg(0)
    module = parser.try_parse(code) if isinstance(code, str) and not has_placeholder(code) else None
    if module is None:
        return UNKNOWN
    if len(call.run.stack) > EXEC_DEPTH:
        report_limit(f"{call.name}() within more than {EXEC_DEPTH} calls is not followed")
        return UNKNOWN
    call.state.charge(len(code))
    if call.name == "eval" and len(module.body) == 1 and isinstance(module.body[0], ast.Expr):
        return call.run.evaluate(module.body[0].value)
    call.run.run(module.body)
    return None


FUNCTIONS: dict[str, Callable[[Call], Value]] = {
    "submit": _submit,
    "apply_async": _submit,
    "run_in_executor": _submit,
    "to_thread": _submit,
    "Thread": _thread,
    "Process": _thread,
    "Timer": _thread,
    "partial": _partial,
    "getattr": _attribute,
    "globals": _variables_of,
    "locals": _variables_of,
    "exec": _execute,
    "eval": _execute,
}
"""By the end of their path."""
