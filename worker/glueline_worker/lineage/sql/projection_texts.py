"""The text of each column of each SELECT, for those that Spark names after their text."""

from bisect import bisect_right

from sqlglot import exp
from sqlglot.tokens import TokenType

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
        self._places: list[tuple[int, int]] | None = None

    def find(self, node: exp.Expr) -> str:
        """Return the text of a column; the parser's own spelling where its place is not known."""
        starts = [
            part.meta["start"] for part in node.find_all(exp.Identifier) if "start" in part.meta
        ]
        if starts and not node.find(exp.Select):
            if self._places is None:
                self._places = sorted(self._find_places())
            at = min(starts)
            index = bisect_right(self._places, (at, len(self._text)))
            for start, end in reversed(self._places[max(0, index - 4) : index]):
                if start <= at < end:
                    return self._text[start:end]
        return node.sql("spark")

    def _find_places(self) -> list[tuple[int, int]]:
        places: list[tuple[int, int]] = []
        open_lists: list[tuple[int, int]] = []  # depth, and the start of the column
        depth = 0
        end = 0
        is_start = False
        for token in tokenize_sql(self._text):
            kind = token.token_type
            if is_start and kind not in _BEFORE:
                open_lists.append((depth, token.start))
                is_start = False
            if kind in _OPEN:
                depth += 1
            elif kind in _CLOSE:
                depth -= 1
                while open_lists and open_lists[-1][0] > depth:
                    places.append((open_lists.pop()[1], end))
            elif kind == TokenType.SELECT:
                is_start = True
            elif open_lists and open_lists[-1][0] == depth:
                if kind == TokenType.COMMA:
                    places.append((open_lists.pop()[1], end))
                    is_start = True
                elif kind in _END:
                    places.append((open_lists.pop()[1], end))
            end = token.end + 1
        places += [(start, end) for _, start in open_lists]
        return places
