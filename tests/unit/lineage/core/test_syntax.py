"""Scripts are read right while other threads log exceptions, whose tracebacks are parsed too."""

import ast
import gc
import io
import logging
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import structlog

from glueline_worker.lineage import syntax
from glueline_worker.lineage.job import read_job_lineage
from glueline_worker.lineage.model import LineageContext

TABLES = 40
SCRIPT = "".join(
    f"spark.table('raw.t{n}').filter(col('x') + {n} * 3 > y[{n}]).write.saveAsTable('mart.t{n}')\n"
    for n in range(TABLES)
).encode()
FORMATTERS = ("stdlib", "structlog", "traceback", "inspect")


class Garbage:
    """A cycle with a finalizer: a collection while a tree is made lets other threads go on."""

    def __init__(self) -> None:
        self.itself = self

    def __del__(self) -> None:
        for _ in range(50):
            pass


def formatter(kind: str) -> Callable[[], Any]:
    """Something that a thread does with the exception that it handles."""
    if kind == "stdlib":
        logger = logging.getLogger("a thread of the test")
        logger.handlers, logger.propagate = [logging.StreamHandler(io.StringIO())], False
        return lambda: logger.error("it failed", exc_info=sys.exc_info())
    if kind == "structlog":
        processors = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
        log = structlog.wrap_logger(structlog.PrintLogger(io.StringIO()), processors)
        return lambda: log.error("it failed", exc_info=sys.exc_info())
    if kind == "inspect":
        return lambda: ast.literal_eval("[1, {'a': (2, 3)}, [[4]]]")
    return traceback.format_exc


@contextmanager
def exceptions_logged() -> Iterator[list[BaseException]]:
    """Threads that log exceptions without pause; what went wrong in them."""
    errors: list[BaseException] = []
    done = threading.Event()

    def log(kind: str) -> None:
        act = formatter(kind)
        try:
            while not done.is_set():
                try:
                    (1 + 2) / (0 * 3) + len("x") * 2
                except ZeroDivisionError:
                    act()
                Garbage()
        except BaseException as error:  # noqa: BLE001 - the test shows it
            errors.append(error)

    threads = [threading.Thread(target=log, args=(kind,)) for kind in FORMATTERS]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        for thread in threads:
            thread.start()
        yield errors
    finally:
        done.set()
        for thread in threads:
            thread.join()
        sys.setswitchinterval(interval)


@pytest.mark.parametrize("times", [24, pytest.param(1_000, marks=pytest.mark.slow)])
def test_a_script_is_read_completely_while_other_threads_log_exceptions(times: int) -> None:
    with exceptions_logged() as errors:
        for _ in range(times):
            lineage = read_job_lineage({}, SCRIPT, None, LineageContext())
            assert lineage.gaps == ()
            assert len(lineage.edges) == TABLES
    assert errors == []


def test_a_tree_that_fails_for_a_moment_is_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    failures = [SystemError("AST constructor recursion depth mismatch"), RecursionError()]
    parse = ast.parse

    def parse_in_the_end(*args: Any, **kwargs: Any) -> Any:
        if failures:
            raise failures.pop()
        return parse(*args, **kwargs)

    monkeypatch.setattr(ast, "parse", parse_in_the_end)
    assert ast.unparse(syntax.parse_module("a = 1")) == "a = 1"
    assert ast.unparse(syntax.parse_python_expression("a + 1")) == "a + 1"


def test_a_tree_that_fails_for_good_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> Any:
        raise SystemError

    monkeypatch.setattr(ast, "parse", fail)
    with pytest.raises(SystemError):
        syntax.parse_module("a = 1")
    (failure,) = read_job_lineage({}, b"a = 1", None, LineageContext()).failures
    assert failure == "the script could not be read: SystemError"


def test_nothing_waits_for_ever_for_its_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(syntax, "LONGEST_WAIT", 0.01)
    taken, done = threading.Event(), threading.Event()

    def hold() -> None:
        with syntax._tree_lock.take():
            taken.set()
            done.wait(60)

    thread = threading.Thread(target=hold)
    thread.start()
    taken.wait(60)
    try:
        assert syntax.parse_module("a = 1").body
    finally:
        done.set()
        thread.join()
    assert gc.isenabled()
