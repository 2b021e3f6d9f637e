"""Comments within comments, which Spark, PostgreSQL, Redshift and SQL Server allow."""

import re

_NESTING = frozenset({"postgres", "redshift", "spark", "tsql"})
_NESTED = re.compile(r"/\*(?:[^*/]|\*(?!/)|/(?!\*))*+/\*")
_EDGE = re.compile(r"/\*|\*/")


def _compile_outside(*, backslash: bool) -> re.Pattern[str]:
    """Return a pattern for what may hide a comment's beginning, and for that beginning."""
    escaped = r"|\\(?s:.)" if backslash else ""
    stop = "\\\\" if backslash else ""
    quoted = [rf"{q}(?:[^{q}{stop}]{escaped})*+(?:{q}|\Z)" for q in ("'", '"')]
    return re.compile("|".join([*quoted, r"`[^`]*+(?:`|\Z)", r"--[^\n]*", r"/\*"]))


_OUTSIDE = {flag: _compile_outside(backslash=flag) for flag in (True, False)}


def flatten_comments(text: str, dialect: str) -> str:
    """Return ``text`` with blanks for the signs of comments that stand within others.

    Nothing moves to another place. A comment without an end is left as it is.
    """
    if dialect not in _NESTING or "/*" not in text or not _NESTED.search(text):
        return text
    outside = _OUTSIDE[dialect == "spark"]
    parts: list[str] = []
    done = at = 0
    while found := outside.search(text, at):
        at = found.end()
        if found.group() != "/*":
            continue
        end = _find_end(text, at)
        if end is None:
            break
        inner = _EDGE.sub("  ", text[at : end - 2])
        parts += [text[done:at], inner, "*/"]
        done = at = end
    return "".join([*parts, text[done:]])


def _find_end(text: str, at: int) -> int | None:
    """Return where the comment ends whose inner part begins at ``at``."""
    depth = 1
    for edge in _EDGE.finditer(text, at):
        depth += 1 if edge.group() == "/*" else -1
        if depth == 0:
            return edge.end()
    return None
