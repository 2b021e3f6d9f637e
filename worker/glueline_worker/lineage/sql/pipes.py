"""Pipes: ``FROM t |> WHERE x > 1 |> SELECT a`` becomes subqueries within one another."""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from glueline_worker.lineage.sql.lexer import SqlToken, make_sign, make_tokens

PLACE = "glueline_place_"
"""The name of the column at a place of the input, with the place behind it."""
_ENDS = frozenset({"ORDER", "SORT", "CLUSTER", "DISTRIBUTE", "LIMIT", "OFFSET"})
_SETS = frozenset({"UNION", "EXCEPT", "INTERSECT", "MINUS"})
_ITEMS = frozenset({"PIVOT", "UNPIVOT", "TABLESAMPLE", "LATERAL"})
_JOINS = frozenset(
    {"JOIN", "LEFT", "RIGHT", "FULL", "INNER", "CROSS", "NATURAL", "SEMI", "ANTI", "LATERAL"}
)


def has_pipe(tokens: Sequence[SqlToken]) -> bool:
    """Tell whether a statement has ``|>``."""
    return any(
        token.text == "|" and after.text == ">" and token.end == after.start
        for token, after in pairwise(tokens)
    )


def rewrite_pipes(tokens: Sequence[SqlToken]) -> list[SqlToken]:
    """Return a statement without pipes, also within its parentheses."""
    result: list[list[SqlToken]] = [[]]
    for token in tokens:
        if token.text == "(":
            result.append([])
        elif token.text == ")" and len(result) > 1:
            inner = _rewrite_level(result.pop())
            result[-1] += [make_sign("("), *inner, token]
        else:
            result[-1].append(token)
    while len(result) > 1:
        inner = result.pop()
        result[-1] += [make_sign("("), *inner]
    return _rewrite_level(result[0])


def _rewrite_level(tokens: list[SqlToken]) -> list[SqlToken]:
    """Rewrite the pipes outside parentheses."""
    steps = list(_split(tokens))
    if len(steps) == 1:
        return tokens
    head, query = _split_head(steps[0])
    pipe = _Pipe(query)
    for step in steps[1:]:
        pipe.apply(step)
    return [*head, *pipe.finish()]


def _split(tokens: Sequence[SqlToken]) -> Iterator[list[SqlToken]]:
    step: list[SqlToken] = []
    depth = 0
    skip = False
    for index, token in enumerate(tokens):
        if skip:
            skip = False
            continue
        depth += (token.text == "(") - (token.text == ")")
        after = tokens[index + 1] if index + 1 < len(tokens) else None
        if depth == 0 and token.text == "|" and after is not None and after.text == ">":
            yield step
            step = []
            skip = True
        else:
            step.append(token)
    yield step


def _split_head(tokens: list[SqlToken]) -> tuple[list[SqlToken], list[SqlToken]]:
    """Split what stands before the query: INSERT INTO t, CREATE VIEW v AS, WITH …."""
    depth = 0
    for index, token in enumerate(tokens):
        depth += (token.text == "(") - (token.text == ")")
        if depth == 0 and token.upper in {"FROM", "SELECT", "VALUES"}:
            return tokens[:index], tokens[index:]
    return [], tokens


class _Pipe:
    """A query that grows step by step.

    As long as nothing but joins and conditions follow, the items of FROM keep their names.
    """

    def __init__(self, query: list[SqlToken]) -> None:
        self._items: list[SqlToken]
        self._where: list[SqlToken] = []
        self._alias: list[SqlToken] = []
        self._is_one = True
        words = {token.upper for token in _list_outer(query)}
        if query and query[0].upper == "FROM" and "SELECT" not in words:
            self._items = query[1:]
            self._alias = _find_alias(self._items)
        else:
            self._items = _wrap(query)

    def apply(self, step: list[SqlToken]) -> None:
        if not step:
            return
        word = step[0].upper
        action = _ACTIONS.get(word)
        if action is not None:
            action(self, step)
        elif word in _ENDS or word in _SETS:
            self._replace([*self._select(make_tokens("*")), *step])
        elif word in _ITEMS and not (word == "LATERAL" and step[1:2] and step[1].upper != "VIEW"):
            self._close()
            self._items += step
        elif word in _JOINS:
            if self._where:
                self._close()
            self._items += step
            self._is_one = False

    def finish(self) -> list[SqlToken]:
        return self._select(make_tokens("*"))

    def _select(self, columns: Sequence[SqlToken]) -> list[SqlToken]:
        where = [*make_tokens("WHERE"), *self._where] if self._where else []
        return [*make_tokens("SELECT"), *columns, *make_tokens("FROM"), *self._items, *where]

    def _replace(self, query: list[SqlToken]) -> None:
        self._items = [*_wrap(query), *self._alias]
        self._where = []
        self._is_one = True

    def _close(self) -> None:
        if self._where or not self._is_one:
            self._replace(self._select(make_tokens("*")))

    def _where_step(self, step: list[SqlToken]) -> None:
        condition = [make_sign("("), *step[1:], make_sign(")")]
        self._where = [*self._where, *make_tokens("AND"), *condition] if self._where else condition

    def _select_step(self, step: list[SqlToken]) -> None:
        at = next((i for i in range(len(step)) if _is_window_clause(step, i)), len(step))
        self._alias_off([*self._select(step[1:at]), *step[at:]])

    def _extend_step(self, step: list[SqlToken]) -> None:
        self._replace(self._select([*make_tokens("* ,"), *step[1:]]))

    def _set_step(self, step: list[SqlToken]) -> None:
        columns = make_tokens("* REPLACE (")
        for index, part in enumerate(split_at_commas(step[1:])):
            name, value = part[:1], part[2:]
            columns += [*(make_tokens(",") if index else []), *value, *make_tokens("AS"), *name]
        self._replace(self._select([*columns, *make_tokens(")")]))

    def _drop_step(self, step: list[SqlToken]) -> None:
        self._replace(self._select([*make_tokens("* EXCEPT ("), *step[1:], *make_tokens(")")]))

    def _as_step(self, step: list[SqlToken]) -> None:
        self._alias_off(self._select(make_tokens("*")))
        self._alias = step[1:]
        self._items += step[1:]

    def _aggregate_step(self, step: list[SqlToken]) -> None:
        """Put the keys before the aggregates, as Spark does."""
        at = next((i for i, token in enumerate(step) if _is_group(step, i)), len(step))
        values, keys = step[1:at], step[at + 2 :]
        columns: list[SqlToken] = []
        group: list[SqlToken] = []
        for index, key in enumerate(split_at_commas(keys)):
            comma = make_tokens(",") if index else []
            # A number is the place of a column of the input.
            name = make_sign(PLACE + key[0].text) if key and key[0].text.isdecimal() else None
            columns += [*comma, *([name, *key[1:]] if name else key)]
            group += [*comma, *([name] if name else _drop_alias(key))]
        columns += [*(make_tokens(",") if keys and values else []), *values]
        query = self._select(columns)
        self._alias_off([*query, *(make_tokens("GROUP BY") if group else []), *group])

    def _alias_off(self, query: list[SqlToken]) -> None:
        self._alias = []
        self._replace(query)


_ACTIONS: dict[str, Callable[[_Pipe, list[SqlToken]], None]] = {
    "WHERE": _Pipe._where_step,  # noqa: SLF001
    "SELECT": _Pipe._select_step,  # noqa: SLF001
    "EXTEND": _Pipe._extend_step,  # noqa: SLF001
    "SET": _Pipe._set_step,  # noqa: SLF001
    "DROP": _Pipe._drop_step,  # noqa: SLF001
    "AS": _Pipe._as_step,  # noqa: SLF001
    "AGGREGATE": _Pipe._aggregate_step,  # noqa: SLF001
}


def _wrap(query: Sequence[SqlToken]) -> list[SqlToken]:
    return [make_sign("("), *query, make_sign(")")]


def _find_alias(items: Sequence[SqlToken]) -> list[SqlToken]:
    """Return the alias of a lone item, or its name, by which later steps may call it."""
    outer = [token for token in _list_outer(items) if token.text not in {".", ")"}]
    if any(token.kind not in {"word", "quoted"} for token in outer) or not outer:
        return []
    is_table = len(outer) == len(items) - sum(token.text == "." for token in items)
    has_one_name = len([token for token in outer if token.upper != "AS"]) == 1
    return outer[-1:] if is_table or has_one_name else []


def _list_outer(tokens: Sequence[SqlToken]) -> list[SqlToken]:
    """Return the tokens outside parentheses."""
    found: list[SqlToken] = []
    depth = 0
    for token in tokens:
        depth += token.text == "("
        if depth == 0:
            found.append(token)
        depth -= token.text == ")"
    return found


def split_at_commas(tokens: Sequence[SqlToken]) -> Iterator[list[SqlToken]]:
    """Yield what stands between the commas outside parentheses."""
    part: list[SqlToken] = []
    depth = 0
    for token in tokens:
        depth += (token.text in {"(", "["}) - (token.text in {")", "]"})
        if depth == 0 and token.text == ",":
            yield part
            part = []
        else:
            part.append(token)
    if part:
        yield part


def _is_window_clause(step: Sequence[SqlToken], index: int) -> bool:
    """Tell whether ``WINDOW name AS (`` begins here."""
    words = [token.upper for token in step[index : index + 3]]
    return words[:1] == ["WINDOW"] and words[2:] == ["AS"]


def _is_group(step: Sequence[SqlToken], index: int) -> bool:
    after = step[index + 1].upper if index + 1 < len(step) else ""
    return step[index].upper == "GROUP" and after == "BY"


def _drop_alias(key: list[SqlToken]) -> list[SqlToken]:
    for index, token in enumerate(key):
        if token.upper == "AS" and index + 2 == len(key):
            return key[:index]
    return key
