"""The fallback where no parser helps: a statement's tables by the keywords before their names.

It finds no columns, but it reads texts that no parser accepts: half a statement, a vendor's
clause, a template. It never looks into strings or comments.
"""

from collections.abc import Sequence
from itertools import takewhile

from glueline_worker.lineage.sql.lexer import SqlToken
from glueline_worker.lineage.sql.model import SqlStatement, StatementKind, TableName
from glueline_worker.lineage.sql.query.tables import find_file_path, split_metadata_table
from glueline_worker.lineage.word_sets import split_words

_NO_NAMES = split_words(
    "SELECT VALUES LATERAL UNNEST WITH WHERE SET ON AS AND OR JOIN FROM INTO GROUP ORDER CASE "
    "TABLE ONLY IF NOT EXISTS UNION"
)
_END_OF_FROM = split_words(
    "WHERE GROUP ORDER HAVING QUALIFY LIMIT UNION EXCEPT INTERSECT WINDOW SELECT SET ON USING "
    "WHEN FROM JOIN LATERAL CLUSTER DISTRIBUTE SORT TABLESAMPLE PIVOT MAP REDUCE INSERT"
)
_BEFORE_TARGET = frozenset({"TABLE", "INTO", "IF", "NOT", "EXISTS"})
_KINDS: dict[str, StatementKind] = {
    "SELECT": "select",
    "WITH": "select",
    "FROM": "select",
    "(": "select",
    "VALUES": "select",
    "INSERT": "insert",
    "REPLACE": "insert",
    "UPSERT": "insert",
    "MERGE": "merge",
    "UPDATE": "update",
    "DELETE": "delete",
    "CREATE": "create_table",
    "USE": "use",
}
_FOLLOWS: dict[str, frozenset[str]] = {
    "select": frozenset({"SELECT", "FROM", "VALUES"}),
    "insert": frozenset({"INTO", "OVERWRITE"}),
    "merge": frozenset({"USING"}),
    "update": frozenset({"SET"}),
    "delete": frozenset({"FROM"}),
    "create_table": frozenset({"TABLE", "VIEW"}),
}
"""A word that each kind of statement must have; without it, the text is no SQL."""


def read_table_name(tokens: Sequence[SqlToken], index: int) -> tuple[TableName, int]:
    """Return the dotted name that begins at ``index`` and its end; empty if there is none.

    A placeholder that touches a word is part of the same name.
    """
    parts: list[str] = []
    end = -1
    while index < len(tokens):
        token = tokens[index]
        if token.kind not in {"word", "quoted", "placeholder"}:
            break
        if parts and token.start != end:
            break
        if not parts and token.upper in _NO_NAMES:
            break
        glued = bool(parts) and tokens[index - 1].text != "."
        if glued:
            parts[-1] += token.value
        else:
            parts.append(token.value)
        end = token.end
        index += 1
        if index + 1 < len(tokens) and tokens[index].text == ".":
            end = tokens[index + 1].start
            index += 1
    return tuple(parts), index


def read_by_keywords(tokens: Sequence[SqlToken], line: int) -> SqlStatement | None:
    """Read a statement by its keywords; None where the text is no SQL that moves data."""
    uppers = {token.upper for token in tokens}
    kind = _KINDS.get(tokens[0].upper or tokens[0].text)
    if tokens[0].upper in {"WITH", "FROM"}:
        kind = next(
            (_KINDS[word] for word in ("INSERT", "MERGE", "UPDATE") if word in uppers), kind
        )
    if kind is None or not _FOLLOWS.get(kind, uppers) & uppers:
        return None
    found = _KeywordScan(tokens)
    found.read()
    view = kind == "create_table" and found.is_view
    if not found.reads and found.write is None:
        return None
    reads = [name for name in found.reads if name[0].lower() not in found.ctes or len(name) > 1]
    paths = [path for name in reads if (path := find_file_path(name))]
    write = found.write
    written_path = find_file_path(write) if write else None
    return SqlStatement(
        "create_view" if view else kind,
        reads=tuple(dict.fromkeys(name for name in reads if not find_file_path(name))),
        write=None if found.session or written_path else write,
        view=write if found.session else None,
        path_reads=tuple(dict.fromkeys(paths)),
        path_writes=(written_path,) if written_path else found.locations,
        line=line,
    )


class _KeywordScan:
    """One pass over a statement's tokens."""

    def __init__(self, tokens: Sequence[SqlToken]) -> None:
        self._tokens = tokens
        self.reads: list[TableName] = []
        self.ctes: set[str] = set()
        self.write: TableName | None = None
        self.is_view = False
        self.session = False
        self.locations: tuple[str, ...] = ()

    def read(self) -> None:
        """Find the tables that the statement reads and writes."""
        # True for parentheses that hold a query: FROM inside others belongs to EXTRACT or TRIM.
        queries = [True]
        for index, token in enumerate(self._tokens):
            if token.text == "(":
                queries.append(False)
            elif token.text == ")" and len(queries) > 1:
                queries.pop()
            elif token.upper in {"SELECT", "WITH", "FROM"} and self._is_after_parenthesis(index):
                queries[-1] = True
            if token.upper:
                self._read_keyword(index, token.upper, in_query=queries[-1])

    def _read_keyword(self, index: int, word: str, *, in_query: bool) -> None:
        first = self._tokens[0].upper
        if word == "AS" and self._is_cte(index):
            self.ctes.add(self._tokens[index - 1].value.lower())
        elif word == "FROM" and in_query:
            self._read_from(index, first)
        elif word == "LOCATION":
            places = self._tokens[index + 1 : index + 2]
            self.locations += tuple(place.value for place in places if place.kind == "string")
        elif word == "JOIN" or (word == "USING" and first == "MERGE"):
            self._add_name(index + 1)
        elif self.write is None:
            self._read_target(index, word, first)

    def _is_after_parenthesis(self, index: int) -> bool:
        return index > 0 and self._tokens[index - 1].text == "("

    def _is_cte(self, index: int) -> bool:
        after = [token.text.upper() for token in self._tokens[index + 1 : index + 3]]
        before = self._tokens[index - 1] if index else None
        return (
            before is not None
            and before.kind != "op"
            and after[:1] == ["("]
            and after[1:] in (["SELECT"], ["WITH"], ["FROM"], ["VALUES"], ["("])
        )

    def _read_from(self, index: int, first: str) -> None:
        if first == "DELETE" and self.write is None:
            self.write = read_table_name(self._tokens, index + 1)[0] or None
            return
        before = self._tokens[index - 1].upper if index else ""
        if before == "DISTINCT" and index > 1 and self._tokens[index - 2].upper in {"IS", "NOT"}:
            return
        place = self._add_name(index + 1)
        while place < len(self._tokens):
            token = self._tokens[place]
            if token.upper in _END_OF_FROM or token.text in {"(", ")"}:
                return
            place = self._add_name(place + 1) if token.text == "," else place + 1

    def _add_name(self, index: int) -> int:
        name, end = read_table_name(self._tokens, index)
        function = end < len(self._tokens) and self._tokens[end].text == "("
        if name and not function:
            self.reads.append(split_metadata_table(name)[0])
        return max(end, index)

    def _read_target(self, index: int, word: str, first: str) -> None:
        wanted = (
            word == "INTO"
            or (word == "OVERWRITE" and first != "CREATE")
            or (word == "UPDATE" and index == 0)
            or (word in {"TABLE", "VIEW"} and first == "CREATE")
        )
        if not wanted:
            return
        between = self._tokens[index + 1 : index + 5]
        index += 1 + sum(1 for _ in takewhile(lambda item: item.upper in _BEFORE_TARGET, between))
        self.write = read_table_name(self._tokens, index)[0] or None
        self.is_view = word == "VIEW"
        head = {token.upper for token in self._tokens[1:5]}
        self.session = first == "CREATE" and bool(head & {"TEMP", "TEMPORARY"})
