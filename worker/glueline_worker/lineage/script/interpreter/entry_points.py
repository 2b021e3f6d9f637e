"""Functions that the script defines and never calls: handlers and modules for others to import."""

from __future__ import annotations

import ast

from glueline_worker.lineage.script.domain.values import Class, External, Function, Instance
from glueline_worker.lineage.script.interpreter.statements import Interpreter


def run_uncalled(run: Interpreter, module: ast.Module) -> None:
    """Call each function that nothing else in the script mentions, with nothing known."""
    mentioned = _mentioned(module)
    for value in list(run.module.vars.values()):
        if isinstance(value, Function) and value.name not in mentioned:
            _try(run, value)
        elif isinstance(value, Class):
            instance = run.call(value, [], {})
            methods = [item for item in value.scope.vars.values() if isinstance(item, Function)]
            for method in methods:
                if method.node not in run.called and method.name not in mentioned:
                    bound = method.bind(
                        instance if isinstance(instance, Instance) else External("")
                    )
                    _try(run, bound)


def _try(run: Interpreter, function: Function) -> None:
    if function.node not in run.called:
        try:
            run.invoke(function, [], {})
        except RecursionError:
            run.state.leave_out(f"{function.name} is nested too deeply to be followed")


def _mentioned(module: ast.Module) -> set[str]:
    names = set()
    for node in ast.walk(module):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            names.add(node.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
            names.add(node.attr)
    return names
