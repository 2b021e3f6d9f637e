"""Texts of queries, made ready to be parsed."""

from __future__ import annotations

import re
from collections.abc import Container
from itertools import count

from glueline_worker.lineage.script.domain.values import Value

LOCAL_FILE = "file://"
"""Stands before the path of a file on the worker's own disk."""
_COMMENT = re.compile(r"('[^']*+'|\"[^\"]*+\")|--[^\n]*+|/\*.*?(?:\*/|\Z)", re.DOTALL)
_QUOTED = re.compile(r"'[^']*+'")
_PARAMETER = re.compile(r"'[^']*+'|\"[^\"]*+\"|\?|\$(\w++)")
_PARAMETER_LIMIT = 100


def remove_comments(text: str) -> str:
    """Return a query without its comments, which may hold quotes and semicolons."""
    return _COMMENT.sub(lambda found: found[1] or " ", text)


def mark_local_files(text: str, written: Container[str]) -> str:
    """Make URLs of the local files that were written, for SQL knows only URLs as files."""

    def mark(quoted: re.Match[str]) -> str:
        path = quoted[0][1:-1]
        is_local = path in written and "://" not in path
        return f"'{LOCAL_FILE}{path}'" if is_local else quoted[0]

    return _QUOTED.sub(mark, text)


def fill_in_parameters(text: str, given: Value) -> str:
    """Put the texts that are given as parameters into a query."""
    if not isinstance(given, (list, tuple, dict)):
        return text
    named = given if isinstance(given, dict) else {str(at + 1): v for at, v in enumerate(given)}
    turn = count(1)

    def fill(found: re.Match[str]) -> str:
        if found[0][0] not in "?$" or (at := next(turn)) > _PARAMETER_LIMIT:
            return found[0]
        value = named.get(found[1] or str(at))
        return f"'{value}'" if isinstance(value, str) and "'" not in value else found[0]

    return _PARAMETER.sub(fill, text)
