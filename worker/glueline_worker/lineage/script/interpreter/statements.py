"""Statements: each handler runs one and returns whether what follows it is reached."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from contextlib import suppress

from glueline_worker.lineage.script.domain.reading import Reading
from glueline_worker.lineage.script.domain.state import ReadingExhausted
from glueline_worker.lineage.script.domain.values import (
    External,
    Instance,
)
from glueline_worker.lineage.script.interpreter.assignments import assign, augment
from glueline_worker.lineage.script.interpreter.conditions import list_tests
from glueline_worker.lineage.script.interpreter.defaults import (
    drop_defaults,
    keep_settings,
    list_settings,
)
from glueline_worker.lineage.script.interpreter.definitions import define_class, define_function
from glueline_worker.lineage.script.interpreter.forks import answer_test, fork, fork_by_answers
from glueline_worker.lineage.script.interpreter.loops import run_for, run_while
from glueline_worker.lineage.script.interpreter.modules import (
    find_absolute_name,
    get_module_attribute,
    import_module,
    list_public_names,
)
from glueline_worker.lineage.script.interpreter.narrowing import narrow
from glueline_worker.lineage.script.interpreter.variables import bind_variable


def run_module(reading: Reading, body: Sequence[ast.stmt]) -> bool:
    """Run the script; a statement that cannot be followed costs only itself."""
    for at, statement in enumerate(body):
        try:
            if fork_by_answers(reading, body, at, reading.run_module) is not None:
                return True
            reading.run([statement])
        except RecursionError:
            reading.state.line = statement.lineno
            reading.state.leave_out("nested too deeply to be followed")
        except ReadingExhausted:
            raise
        except Exception as error:  # noqa: BLE001 - our defect costs a statement, not the job
            reading.state.line = statement.lineno
            defect = type(error).__name__
            reading.state.leave_out(f"not followed, by a defect of the reader: {defect}")
    return True


def run_statements(reading: Reading, body: Sequence[ast.stmt]) -> bool:
    """Run statements; return False when a return, raise, break or continue ends them."""
    state = reading.state
    for at, statement in enumerate(body):
        state.charge()
        state.line = statement.lineno
        if list_tests(reading, statement):
            goes_on = fork_by_answers(reading, body, at, reading.run)
            if goes_on is not None:
                return goes_on
        handler = _STATEMENTS.get(type(statement))
        if handler is not None and not handler(reading, statement):
            return False
    return True


def _run_expression(reading: Reading, node: ast.Expr) -> bool:
    reading.evaluate(node.value)
    return True


def _run_assignment(reading: Reading, node: ast.Assign) -> bool:
    value = reading.evaluate(node.value)
    for target in node.targets:
        assign(reading, target, value)
    return True


def _run_annotated_assignment(reading: Reading, node: ast.AnnAssign) -> bool:
    if node.value is not None:
        assign(reading, node.target, reading.evaluate(node.value))
    return True


def _run_augmented_assignment(reading: Reading, node: ast.AugAssign) -> bool:
    augment(reading, node)
    return True


def _run_if(reading: Reading, node: ast.If) -> bool:
    decided = answer_test(reading, node.test)

    def follow(*, holds: bool) -> bool:
        with narrow(reading, node.test, holds=holds):
            return reading.run(node.body if holds else node.orelse)

    if decided is not None:
        return follow(holds=decided)
    return fork(reading, lambda: follow(holds=True), lambda: follow(holds=False))


def _run_try(reading: Reading, node: ast.Try) -> bool:
    def body() -> bool:
        return reading.run(node.body) and reading.run(node.orelse)

    reading.has_broken_off = False
    returned = reading.returns[-1] if reading.returns else []
    first = len(returned)
    reached, broke = body(), reading.has_broken_off
    of_handlers, settings = len(returned), list_settings(reading, node)

    def through() -> bool:
        reading.has_broken_off = broke
        return reached

    if node.handlers:
        # A handler starts from what the body had done by then: at most all of it.
        paths = [
            lambda handler=handler: _run_handler(reading, handler) for handler in node.handlers
        ]
        reached, broke = fork(reading, through, *paths), reading.has_broken_off
        drop_defaults(returned, first, of_handlers)
        keep_settings(reading, settings)
    ended = not reading.run(node.finalbody)
    reading.has_broken_off = broke
    return reached and not ended


def _run_handler(reading: Reading, handler: ast.ExceptHandler) -> bool:
    if handler.name:
        bind_variable(reading, handler.name, External("exception"))
    return reading.run(handler.body)


def _run_with(reading: Reading, node: ast.With) -> bool:
    for item in node.items:
        value = reading.evaluate(item.context_expr)
        if isinstance(value, Instance):
            value = reading.call_method(value, "__enter__", [], {}) or value
        if item.optional_vars is not None:
            assign(reading, item.optional_vars, value)
    return reading.run(node.body)


def _run_return(reading: Reading, node: ast.Return) -> bool:
    value = reading.evaluate(node.value) if node.value is not None else None
    reading.has_broken_off = False
    if reading.returns:
        reading.returns[-1].append(value)
    return False


def _run_import(reading: Reading, node: ast.Import) -> bool:
    for name in node.names:
        found = import_module(reading, name.name)
        path = name.name if name.asname else name.name.split(".")[0]
        if found is not None and not name.asname:
            found = import_module(reading, path)
        bind_variable(reading, name.asname or path, found or External(path))
    return True


def _run_import_from(reading: Reading, node: ast.ImportFrom) -> bool:
    path = find_absolute_name(reading, node)
    module = import_module(reading, path)
    for name in node.names:
        if name.name != "*":
            found = module and get_module_attribute(reading, module, name.name)
            bind_variable(
                reading,
                name.asname or name.name,
                External(f"{path}.{name.name}") if found is None else found,
            )
        elif module is not None:
            for public in list_public_names(module):
                bind_variable(reading, public, module.scope.vars[public])
        elif node.module == "pyspark.sql.functions":
            reading.state.has_star_functions = True
    return True


def _run_global(reading: Reading, node: ast.Global | ast.Nonlocal) -> bool:
    reading.scope.globals.update(node.names)
    return True


def _run_delete(reading: Reading, node: ast.Delete) -> bool:
    for target in node.targets:
        if isinstance(target, ast.Subscript):
            box, key = reading.evaluate(target.value), reading.evaluate(target.slice)
            if isinstance(box, dict) and isinstance(key, str):
                reading.state.journal.touch(box)
                box.pop(key, None)
            elif isinstance(box, list) and isinstance(key, (int, slice)):
                reading.state.journal.touch(box)
                with suppress(IndexError, ValueError):
                    del box[key]
    return True


def _end_path(reading: Reading, node: ast.stmt) -> bool:
    if isinstance(node, ast.Raise) and node.exc is not None:
        reading.evaluate(node.exc)
    reading.has_broken_off = isinstance(node, (ast.Break, ast.Continue))
    return False


_STATEMENTS: dict[type[ast.stmt], Callable[..., bool]] = {
    ast.Expr: _run_expression,
    ast.Assign: _run_assignment,
    ast.AnnAssign: _run_annotated_assignment,
    ast.AugAssign: _run_augmented_assignment,
    ast.If: _run_if,
    ast.For: run_for,
    ast.AsyncFor: run_for,
    ast.While: run_while,
    ast.Try: _run_try,
    ast.TryStar: _run_try,
    ast.With: _run_with,
    ast.AsyncWith: _run_with,
    ast.FunctionDef: define_function,
    ast.AsyncFunctionDef: define_function,
    ast.ClassDef: define_class,
    ast.Return: _run_return,
    ast.Import: _run_import,
    ast.ImportFrom: _run_import_from,
    ast.Global: _run_global,
    ast.Nonlocal: _run_global,
    ast.Delete: _run_delete,
    ast.Raise: _end_path,
    ast.Break: _end_path,
    ast.Continue: _end_path,
}
