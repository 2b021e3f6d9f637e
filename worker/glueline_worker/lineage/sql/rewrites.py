"""Spellings of Spark that the parser does not know, put into words that it knows.

``TABLE t``, ``IDENTIFIER('t')``, ``FROM STREAM t``, ``t@v1`` and ``INSERT … REPLACE WHERE`` become
plain SELECTs and names; pipes become subqueries. It works on tokens, before anything is parsed.
"""

import re
from collections.abc import Mapping, Sequence

from glueline_worker.lineage.sql.clauses import CLAUSE_WORDS, simplify_clauses
from glueline_worker.lineage.sql.lexer import MADE, SqlToken, find_closing, make_tokens
from glueline_worker.lineage.sql.pipes import has_pipe, rewrite_pipes
from glueline_worker.lineage.word_sets import split_words

_TRIGGERS = split_words("TABLE IDENTIFIER STREAM REPLACE")
_SIGNS = re.compile(
    r"\|>|@|\b(?:table|identifier|stream|replace|flow|evolution|system_version|window|if\s+not)\b",
    re.IGNORECASE,
)
_BEGINNINGS = split_words(
    "|> @ table identifier stream replace flow evolution system_version window if"
)
"""What one of ``_SIGNS`` begins with: most texts have none, and this look is the cheaper one."""
_BEFORE_TABLE = split_words("UNION ALL EXCEPT INTERSECT MINUS DISTINCT AS")
_BEFORE_QUERY = _BEFORE_TABLE | split_words("( , FROM JOIN IN EXISTS LATERAL") | {""}
_QUERY = split_words("SELECT WITH FROM TABLE VALUES (")
_VERSION = re.compile(r"(.+)@(?:v\d+|\d{14,17})", re.DOTALL)
_PLAIN = re.compile(r"[A-Za-z_]\w*")
_NAME_PART = re.compile(r"`((?:[^`]|``)*)`|([^.`]+)")


def may_need_rewriting(text: str) -> bool:
    """Tell whether a text has any of the words and signs that are rewritten here."""
    lower = text.lower()
    if not any(sign in lower for sign in _BEGINNINGS):
        return False
    return _SIGNS.search(text) is not None


def rewrite_spark(
    tokens: Sequence[SqlToken], variables: Mapping[str, str | None]
) -> Sequence[SqlToken]:
    """Return a statement in words that the parser knows."""
    if [token.upper for token in tokens[:2]] == ["CREATE", "FLOW"]:
        tokens = _drop_flow_name(tokens)
    words = {token.upper for token in tokens}
    if any("@" in token.text for token in tokens):
        tokens = list(map(_drop_version, tokens))
    if words & _TRIGGERS:
        if "IDENTIFIER" in words:
            tokens = _name_identifiers(tokens, variables)
        if "REPLACE" in words and tokens[0].upper == "INSERT":
            tokens = _drop_replaced_rows(tokens)
        if "TABLE" in words or "STREAM" in words:
            tokens = _rewrite_tables(tokens)
    if words & CLAUSE_WORDS:
        tokens = simplify_clauses(tokens)
    return rewrite_pipes(tokens) if has_pipe(tokens) else tokens


def fold_text(tokens: Sequence[SqlToken], variables: Mapping[str, str | None]) -> str | None:
    """Return the text of ``'a' || variable || 'b'``; None if it is not constant."""
    found = ""
    for token in tokens:
        if token.kind == "string" or token.text[0] == '"':
            found += token.value
        elif token.kind == "word" and (value := variables.get(token.text.lower())) is not None:
            found += value
        elif token.text not in {"|", "(", ")"}:
            return None
    return found


def _drop_flow_name(tokens: Sequence[SqlToken]) -> Sequence[SqlToken]:
    """Return the INSERT of ``CREATE FLOW f AS INSERT …``."""
    at = next((i for i, token in enumerate(tokens) if token.upper == "INSERT"), 0)
    return tokens[at:]


def _drop_version(token: SqlToken) -> SqlToken:
    found = _VERSION.fullmatch(token.text) if token.kind == "word" else None
    return SqlToken("word", found[1], MADE, found[1].upper()) if found else token


def _name_identifiers(
    tokens: Sequence[SqlToken], variables: Mapping[str, str | None]
) -> list[SqlToken]:
    """Replace ``IDENTIFIER('db' || '.t')`` by the name that it makes."""
    result: list[SqlToken] = []
    index = 0
    while index < len(tokens):
        token = tokens[index]
        inner: list[SqlToken] = []
        if token.upper == "IDENTIFIER" and index + 1 < len(tokens):
            inner = _take_parentheses(tokens, index + 1)
        name = _make_name(inner, variables) if inner else None
        if name:
            result += name
            index += len(inner) + 3
        else:
            result.append(token)
            index += 1
    return result


def _take_parentheses(tokens: Sequence[SqlToken], start: int) -> list[SqlToken]:
    """Return what stands in the parentheses that open at ``start``; nothing if none do."""
    end = find_closing(tokens, start)
    return list(tokens[start + 1 : end]) if end < len(tokens) else []


def _make_name(
    tokens: Sequence[SqlToken], variables: Mapping[str, str | None]
) -> list[SqlToken] | None:
    text = fold_text(tokens, variables)
    if text is not None:
        return _quote_name(text)
    if len(tokens) == 1 and tokens[0].kind == "placeholder":
        return [tokens[0]._replace(start=MADE)]
    return _join_placeholders(tokens)


def _join_placeholders(tokens: Sequence[SqlToken]) -> list[SqlToken] | None:
    """Return the name of ``:db || '.orders'``, which is known in part."""
    result: list[SqlToken] = []
    at = MADE
    for token in tokens:
        if token.kind == "placeholder":
            parts = [token._replace(start=at)]
        elif token.kind == "string":
            parts = [
                SqlToken("op" if text == "." else "word", text, at, text.upper())
                for text in re.findall(r"\.|[^.]+", token.value)
            ]
        elif token.text in {"|", "(", ")"}:
            continue
        else:
            return None
        for part in parts:
            result.append(part._replace(start=at))
            at = result[-1].end
    return result or None


def _quote_name(text: str) -> list[SqlToken] | None:
    result: list[SqlToken] = []
    for quoted, plain in _NAME_PART.findall(text.strip()):
        if result:
            result.append(SqlToken("op", ".", result[-1].end))
        at = result[-1].end if result else MADE
        part = plain or quoted.replace("``", "`")
        if _PLAIN.fullmatch(part):
            result.append(SqlToken("word", part, at, part.upper()))
        else:
            result.append(SqlToken("quoted", "`" + part.replace("`", "``") + "`", at))
    return result or None


def _drop_replaced_rows(tokens: Sequence[SqlToken]) -> Sequence[SqlToken]:
    """Drop ``REPLACE WHERE condition`` between the target of an INSERT and its query."""
    for index in range(2, len(tokens) - 1):
        if tokens[index].upper == "REPLACE" and tokens[index + 1].upper in {"WHERE", "USING"}:
            depth = 0
            for end in range(index + 2, len(tokens)):
                if depth == 0 and (tokens[end].upper or " ") in _QUERY:
                    return [*tokens[:index], *tokens[end:]]
                depth += (tokens[end].text == "(") - (tokens[end].text == ")")
    return tokens


def _rewrite_tables(tokens: Sequence[SqlToken]) -> list[SqlToken]:
    """Replace ``TABLE t`` as a query by ``SELECT * FROM t``, and ``FROM STREAM t`` by its table."""
    result: list[SqlToken] = []
    skip_close = 0
    seen: set[str] = set()
    for index, token in enumerate(tokens):
        seen.add(token.upper)
        after = tokens[index + 1] if index + 1 < len(tokens) else None
        is_name = (
            after is not None
            and after.kind in {"word", "quoted", "placeholder"}
            and after.upper not in _AFTER_ITEM
        )
        if (
            token.upper == "TABLE"
            and is_name
            and _is_table_query(tokens[max(0, index - 2) : index], seen)
        ):
            result += make_tokens("SELECT * FROM")
        elif token.upper == "STREAM" and _is_stream(tokens, index, is_name=is_name):
            skip_close += tokens[index + 1].text == "("
        elif skip_close and token.text in {"(", ")"}:
            skip_close -= token.text == ")"
        else:
            result.append(token)
    return result


def _is_stream(tokens: Sequence[SqlToken], index: int, *, is_name: bool) -> bool:
    before = tokens[index - 1] if index else None
    if before is None or not (before.upper in {"FROM", "JOIN"} or before.text == ","):
        return False
    after = [token.text for token in tokens[index + 1 : index + 3]]
    if after[:1] == ["("]:
        return True
    # Before Spark 4.2, ``stream s`` was a table with an alias: keywords are written in capitals.
    return is_name and (after[1:] == ["."] or tokens[index].text.isupper())


_AFTER_ITEM = split_words(
    "WHERE GROUP ORDER HAVING JOIN ON USING LEFT RIGHT FULL INNER CROSS NATURAL UNION EXCEPT "
    "INTERSECT LIMIT AS FROM LATERAL WINDOW QUALIFY CLUSTER DISTRIBUTE SORT TABLESAMPLE PIVOT"
)


def _is_table_query(before: Sequence[SqlToken], words: set[str]) -> bool:
    """Tell whether TABLE begins a query here, as it does not in INSERT INTO TABLE.

    ``before`` are the two tokens before it, and ``words`` all words so far.
    """
    if not before:
        return True
    last = before[-1].upper or before[-1].text
    if last == "(":
        opens = (before[-2].upper or before[-2].text) if len(before) > 1 else ""
        return opens in _BEFORE_QUERY
    if last in _BEFORE_TABLE or last == ">":
        return True
    is_first = "INSERT" in words and not words & {"SELECT", "FROM", "VALUES"}
    return is_first and last not in {"INTO", "OVERWRITE", "INSERT"}
