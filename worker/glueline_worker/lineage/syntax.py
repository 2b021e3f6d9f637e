"""Parses Python text into syntax trees, in a process where other threads make trees too.

Until a fix in Python 3.13, which later releases of 3.11 and 3.12 have too, all threads share one
counter of depth while they make a tree. Two at a time then fail with ``SystemError: AST
constructor recursion depth mismatch`` or with a ``RecursionError`` that means nothing
(python/cpython#106905). Formatting a traceback parses its lines as well, so every log line with an
exception is such another thread. Therefore one lock covers all calls of ``ast.parse`` in the
process, including those of ``traceback`` and ``inspect``, which look the function up when they
call it.
"""

import ast
import gc
import os
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import wraps
from typing import Any, cast

_ATTEMPTS = 3
"""Attempts to make one tree: calls of ``compile`` elsewhere do not take the lock."""
LONGEST_WAIT = 10.0
"""Seconds after which a tree is made without the lock, so that nothing hangs here."""


class _TreeLock:
    """Lets one thread at a time make trees."""

    def __init__(self) -> None:
        self._lock = threading.RLock()

    @contextmanager
    def take(self) -> Iterator[None]:
        """Wait until no other thread makes a tree, and keep the others waiting inside."""
        lock = self._lock
        is_taken = lock.acquire(timeout=LONGEST_WAIT)
        # A collection in here could call a finalizer that logs, and so wait for a thread that
        # holds the lock of a log handler and waits for this one.
        is_collecting = is_taken and gc.isenabled()
        if is_collecting:
            gc.disable()
        try:
            yield
        finally:
            if is_collecting:
                gc.enable()
            if is_taken:
                lock.release()

    def renew(self) -> None:
        """Replace the lock: after a fork, the thread that would release it is gone."""
        self._lock = threading.RLock()


_tree_lock = _TreeLock()


def _add_lock(parse: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(parse)
    def parse_with_lock(*args: Any, **kwargs: Any) -> Any:
        with _tree_lock.take():
            return parse(*args, **kwargs)

    return parse_with_lock


if sys.version_info < (3, 13):  # releases of 3.11 and 3.12 with the fix need no lock
    ast.parse = _add_lock(ast.parse)
    os.register_at_fork(after_in_child=_tree_lock.renew)


def parse_module(text: str) -> ast.Module:
    """Return the tree of a script.

    Raises SyntaxError, ValueError, RecursionError or MemoryError for text that is no Python.
    """
    return cast("ast.Module", _parse(text, "exec"))


def parse_python_expression(text: str) -> ast.expr:
    """Return the tree of one expression; raises as `parse_module` does."""
    return cast("ast.Expression", _parse(text, "eval")).body


def _parse(text: str, mode: str) -> ast.AST:
    for _ in range(_ATTEMPTS - 1):
        with suppress(RecursionError, SystemError):
            return _make_tree(text, mode)
    return _make_tree(text, mode)


def _make_tree(text: str, mode: str) -> ast.AST:
    # The filters belong to the whole process too; warnings about odd escapes are of no use.
    with _tree_lock.take(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return cast("ast.AST", ast.parse(text, mode=mode))
