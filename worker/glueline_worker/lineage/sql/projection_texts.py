"""The text of each column of each SELECT, for those that Spark names after their text."""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence

from sqlglot import exp
from sqlglot.tokenizer_core import Token, TokenType

from glueline_worker.lineage.sql.implicit_names import name_expression, name_tokens
from glueline_worker.lineage.sql.parse import tokenize_sql

_END = frozenset(
    {
        TokenType.FROM,
        TokenType.WHERE,
        TokenType.GROUP_BY,
        TokenType.HAVING,
        TokenType.ORDER_BY,
        TokenType.SORT_BY,
        TokenType.CLUSTER_BY,
        TokenType.DISTRIBUTE_BY,
        TokenType.LIMIT,
        TokenType.UNION,
        TokenType.EXCEPT,
        TokenType.INTERSECT,
        TokenType.LATERAL,
        TokenType.INTO,
        TokenType.WINDOW,
        TokenType.QUALIFY,
    }
)
_BEFORE = frozenset({TokenType.DISTINCT, TokenType.ALL, TokenType.HINT})
_OPEN = frozenset({TokenType.L_PAREN, TokenType.L_BRACKET})
_CLOSE = frozenset({TokenType.R_PAREN, TokenType.R_BRACKET})


class ProjectionTexts:
    """The places of all columns of all SELECTs in a text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens: Sequence[Token] = ()
        self._places: list[tuple[int, int, int]] | None = None

    def has(self, word: str) -> bool:
        """Tell whether the text has a word in it."""
        return word in self._text

    def name(
        self, node: exp.Expr, is_table: Callable[[str], bool], is_alias: Callable[[str], bool]
    ) -> str | None:
        """Return Spark's name for a column without alias; None if it is not known.

        It is made of the text, or of the parser's own spelling where its place is not known.
        """
        at = min(
            (part.meta["start"] for part in node.find_all(exp.Identifier) if "start" in part.meta),
            default=None,
        )
        if at is not None and not node.find(exp.Select):
            if self._places is None:
                self._tokens = tokenize_sql(self._text)
                self._places = sorted(self._find_places())
            index = bisect_right(self._places, at, key=lambda place: place[0])
            for start, first, last in reversed(self._places[max(0, index - 4) : index]):
                if start <= at <= self._tokens[last - 1].end:
                    return name_tokens(self._text, self._tokens[first:last], is_table, is_alias)
        return name_expression(node.sql("spark"), is_table, is_alias)

    def _find_places(self) -> Iterator[tuple[int, int, int]]:
        """Yield where each column begins in the text, and its first and last token."""
        lists: list[tuple[int, int]] = []  # depth, and the column's first token
        depth = 0
        is_start = False
        for index, token in enumerate(self._tokens):
            kind = token.token_type
            if is_start and kind not in _BEFORE:
                lists.append((depth, index))
                is_start = False
            if kind in _OPEN:
                depth += 1
            elif kind in _CLOSE:
                depth -= 1
                while lists and lists[-1][0] > depth:
                    yield self._place(lists.pop()[1], index)
            elif kind == TokenType.SELECT:
                is_start = True
            elif lists and lists[-1][0] == depth and (kind == TokenType.COMMA or kind in _END):
                yield self._place(lists.pop()[1], index)
                is_start = kind == TokenType.COMMA
        for _, first in lists:
            yield self._place(first, len(self._tokens))

    def _place(self, first: int, last: int) -> tuple[int, int, int]:
        return self._tokens[first].start, first, last
