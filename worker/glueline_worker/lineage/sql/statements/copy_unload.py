"""Statements that move whole tables or files; each engine spells them in its own way.

UNLOAD and COPY (Redshift, Athena, Snowflake, PostgreSQL, Databricks), LOAD DATA (Hive, MySQL),
INSERT OVERWRITE DIRECTORY and Redshift's ALTER TABLE APPEND are read by their keywords;
only the query inside goes to the parser.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise

from msgspec.structs import replace

from glueline_worker.lineage.sql.keyword_fallback import read_table_name
from glueline_worker.lineage.sql.lexer import SqlToken, find_closing
from glueline_worker.lineage.sql.model import SqlStatement, StatementKind

InnerQueryReader = Callable[[str | Sequence[SqlToken]], SqlStatement]
"""Reads a query: a quoted one as text, else its tokens."""

_QUERY = frozenset({"SELECT", "WITH", "FROM", "VALUES", "TABLE"})


def read_copy_unload(
    tokens: Sequence[SqlToken], line: int, inner: InnerQueryReader
) -> SqlStatement | None:
    """Read a statement of these kinds; None for any other."""
    words = [token.upper for token in tokens[:8]]
    if words[0] == "UNLOAD":
        return _read_unload(tokens, line, inner)
    if words[0] == "COPY":
        return _read_copy(tokens, line, inner)
    if words[:2] == ["LOAD", "DATA"]:
        return _read_load(tokens, line)
    if words[0] == "INSERT" and "DIRECTORY" in words[1:4]:
        return _read_directory(tokens, line, inner)
    if words[:2] == ["ALTER", "TABLE"] and "APPEND" in words:
        return _read_append(tokens, line)
    return None


def _read_unload(
    tokens: Sequence[SqlToken], line: int, inner: InnerQueryReader
) -> SqlStatement | None:
    to = _find_at_top(tokens, {"TO"})
    if to is None:
        return None
    body = _strip_parentheses(tokens[1:to])
    query = inner(body[0].value if len(body) == 1 and body[0].kind == "string" else body)
    return replace(query, kind="unload", line=line, path_writes=_list_paths(tokens[to + 1 :][:1]))


def _read_copy(
    tokens: Sequence[SqlToken], line: int, inner: InnerQueryReader
) -> SqlStatement | None:
    start = 2 if len(tokens) > 1 and tokens[1].upper == "INTO" else 1
    turn = _find_at_top(tokens, {"FROM", "TO"})
    if turn is None or turn <= start:
        return None
    left, right = tokens[start:turn], tokens[turn + 1 :]
    if tokens[turn].upper == "TO":  # COPY t TO 'path'
        return _read_move("copy", source=left, target=right, line=line, inner=inner)
    return _read_move("copy", source=right, target=left, line=line, inner=inner)


def _read_move(
    kind: StatementKind,
    source: Sequence[SqlToken],
    target: Sequence[SqlToken],
    line: int,
    inner: InnerQueryReader,
) -> SqlStatement:
    statement = SqlStatement(kind)
    if source and source[0].text == "(":
        end = find_closing(source)
        statement = inner(source[1:end])
    elif path := _list_paths(source[:1]):
        statement = replace(statement, path_reads=path)
    elif name := read_table_name(source, 0)[0]:
        statement = replace(statement, reads=(name,))
    if path := _list_paths(target[:1]):
        return replace(statement, kind=kind, line=line, path_writes=path)
    return replace(statement, kind=kind, line=line, write=read_table_name(target, 0)[0] or None)


def _read_load(tokens: Sequence[SqlToken], line: int) -> SqlStatement | None:
    source = next((token for token in tokens if token.kind in {"string", "quoted"}), None)
    into = _find_at_top(tokens, {"INTO"})
    if source is None or into is None:
        return None
    name = read_table_name(tokens, into + 2)[0]  # INTO TABLE name
    return SqlStatement("copy", path_reads=(source.value,), write=name or None, line=line)


def _read_append(tokens: Sequence[SqlToken], line: int) -> SqlStatement | None:
    """Read ALTER TABLE target APPEND FROM source."""
    source = _find_at_top(tokens, {"FROM"})
    if source is None:
        return None
    read, write = read_table_name(tokens, source + 1)[0], read_table_name(tokens, 2)[0]
    rest = (read,) if read else ()
    return SqlStatement("insert", reads=rest, rest=rest, write=write or None, line=line)


def _read_directory(
    tokens: Sequence[SqlToken], line: int, inner: InnerQueryReader
) -> SqlStatement | None:
    query = _find_at_top(tokens, _QUERY)
    if query is None:
        return None
    head = tokens[:query]
    # After DIRECTORY, or OPTIONS (path '…'): ROW FORMAT has strings too, but no path.
    path = next((item for before, item in pairwise(head) if _is_path(before, item)), None)
    paths = (path.value,) if path else ()
    return replace(inner(tokens[query:]), kind="insert", line=line, path_writes=paths)


def _is_path(before: SqlToken, token: SqlToken) -> bool:
    named = before.upper in {"DIRECTORY", "PATH"} or before.value.lower() == "path"
    return named and token.kind in {"string", "quoted", "placeholder"}


def _list_paths(tokens: Sequence[SqlToken]) -> tuple[str, ...]:
    """Return the paths among ``tokens``; a lone placeholder is a table, as in COPY {table}."""
    return tuple(token.value for token in tokens if token.kind == "string")


def _find_at_top(tokens: Sequence[SqlToken], words: set[str] | frozenset[str]) -> int | None:
    """Return the index of the first of ``words`` outside parentheses."""
    depth = 0
    for index, token in enumerate(tokens):
        if token.text == "(":
            depth += 1
        elif token.text == ")":
            depth -= 1
        elif depth == 0 and token.upper in words:
            return index
    return None


def _strip_parentheses(tokens: Sequence[SqlToken]) -> Sequence[SqlToken]:
    if tokens and tokens[0].text == "(" and find_closing(tokens) == len(tokens) - 1:
        return tokens[1:-1]
    return tokens
