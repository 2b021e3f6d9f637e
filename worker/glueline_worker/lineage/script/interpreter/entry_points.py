"""Entry points: functions that the script defines and never calls, such as handlers."""

from __future__ import annotations

import ast

from glueline_worker.lineage.script.domain.reading import Reading
from glueline_worker.lineage.script.domain.values import Class, External, Function, Instance
from glueline_worker.lineage.script.source.tree import walk


def run_entry_points(reading: Reading, module: ast.Module) -> None:
    """Call each function that nothing else in the script mentions, with nothing known."""
    mentioned = _find_names_in_use(module)
    for value in list(reading.module.vars.values()):
        if isinstance(value, (Function, Class)) and value.scope.place:
            continue  # imported: it is there to be called by others
        if isinstance(value, Function) and value.name not in mentioned:
            _try_function(reading, value)
        elif isinstance(value, Class):
            instance = reading.call(value, [], {})
            methods = [item for item in value.scope.vars.values() if isinstance(item, Function)]
            for method in methods:
                if method.node not in reading.called and method.name not in mentioned:
                    bound = method.bind(
                        instance if isinstance(instance, Instance) else External("")
                    )
                    _try_function(reading, bound)


def _try_function(reading: Reading, function: Function) -> None:
    if function.node not in reading.called:
        try:
            reading.invoke(function, [], {})
        except RecursionError:
            reading.state.leave_out(f"{function.name} is nested too deeply to be followed")


def _find_names_in_use(module: ast.Module) -> set[str]:
    names = set()
    for node in walk(module):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            names.add(node.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
            names.add(node.attr)
    return names
