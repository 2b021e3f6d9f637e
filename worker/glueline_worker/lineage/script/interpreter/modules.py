"""Imported modules whose source is at hand: they are run once, as Python does."""

from __future__ import annotations

import ast

from glueline_worker.lineage.script.domain.reading import Reading
from glueline_worker.lineage.script.domain.values import External, Module, Value, VariableScope
from glueline_worker.lineage.script.interpreter.conditions import list_lines_with_if
from glueline_worker.lineage.script.source.parser import decode_script, parse_script

_MODULE_LIMIT = 60
"""The most modules that one script runs."""


def import_module(reading: Reading, name: str) -> Module | None:
    """Run a module at its first import; None for one whose source is not at hand."""
    if (found := reading.modules.get(name)) is not None:
        return found
    sources = reading.state.context.modules
    if not sources:
        return None
    source = sources.get(name)
    if source is None and not any(other.startswith(f"{name}.") for other in sources):
        return None
    if len(reading.modules) >= _MODULE_LIMIT:
        reading.state.leave_out(f"more than {_MODULE_LIMIT} imported modules are not followed")
        return None
    is_package = any(other.startswith(f"{name}.") for other in sources)
    package = name if is_package else name.rpartition(".")[0]
    module = Module(name, VariableScope(place=name), package)
    reading.modules[name] = module  # before it runs, as modules may import one another
    if parent := name.rpartition(".")[0]:
        import_module(reading, parent)
    if source:
        _run(reading, module, source)
    return module


def _run(reading: Reading, module: Module, source: str) -> None:
    module.scope.vars["__name__"] = module.name
    state = reading.state
    outer = reading.scope, reading.assumptions, reading.has_broken_off
    calls = reading.stack, reading.forks_at_call
    with state.enter_module(module.name):
        state.line = None
        text = decode_script(source)
        tree = parse_script(text, state.warn, state.leave_out)
        reading.lines_with_if[module.name] = list_lines_with_if(text)
        reading.scope, reading.assumptions = module.scope, {}
        reading.stack, reading.forks_at_call = [], []
        reading.returns.append([])
        try:
            reading.run_module(tree.body)
        finally:
            reading.returns.pop()
            reading.scope, reading.assumptions, reading.has_broken_off = outer
            reading.stack, reading.forks_at_call = calls


def get_module_attribute(reading: Reading, module: Module, name: str) -> Value:
    """Return a variable of a module, or the module below it of that name."""
    if name in module.scope.vars:
        return module.scope.vars[name]
    path = f"{module.name}.{name}"
    return import_module(reading, path) or External(path)


def list_public_names(module: Module) -> list[str]:
    """List the names that ``from module import *`` binds."""
    variables = module.scope.vars
    listed = variables.get("__all__")
    if isinstance(listed, (list, tuple)):
        return [name for name in listed if isinstance(name, str) and name in variables]
    return [name for name in variables if not name.startswith("_")]


def find_absolute_name(reading: Reading, node: ast.ImportFrom) -> str:
    """Return the full name of the module that ``from … import`` names."""
    if not node.level:
        return node.module or ""
    module = reading.modules.get(reading.scope.place)
    parts = module.package.split(".") if module is not None and module.package else []
    base = parts[: len(parts) - (node.level - 1)] if node.level > 1 else parts
    return ".".join([*base, node.module] if node.module else base)
