"""sqlglot's tokenizer with a short way for plain words and signs, which most tokens are.

The long way compares each word letter by letter with all spellings that have blanks or signs, such
as ``GROUP BY``. Only words with which such a spelling begins need that.
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from typing import ClassVar

from sqlglot.dialects.dialect import Dialect
from sqlglot.tokenizer_core import Token, TokenizerCore, TokenType

_PLAIN = re.compile(r"[ \t]*(?:([A-Za-z_][A-Za-z0-9_]*)(?=[ \t\r\n,().=;]|\Z)|([,().]))")
"""A word that ends there in each dialect, or a sign."""
_LINE_ENDS = frozenset("\r\n")
_BEGINNING = re.compile(r"\w+|.", re.DOTALL)


def make_tokens_of(sql: str, dialect: Dialect) -> list[Token]:
    """Return sqlglot's tokens of a text; raises its TokenError."""
    tokenizer = dialect.tokenizer()
    with suppress(TypeError, AttributeError):  # sqlglot's compiled build forbids subclasses
        core = tokenizer._core  # noqa: SLF001
        core.__class__ = _make_quick_core(dialect)
    return tokenizer.tokenize(sql)


class _QuickCore(TokenizerCore):
    __slots__ = ()
    kinds: ClassVar[Mapping[str, TokenType | None]] = {}
    """The kinds of words and signs; None for those that are read in the long way."""

    def _scan(self, check_semicolon: bool = False) -> None:  # noqa: FBT001, FBT002 - as in the base
        sql, size, kinds, match = self.sql, self.size, self.kinds, _PLAIN.match
        is_plain = True
        while size and not self._end:
            start = self._current
            found = match(sql, start) if is_plain else None
            text = found[found.lastindex or 0] if found else ""
            kind = kinds.get(text.upper(), TokenType.VAR) if found else None
            if found is None or kind is None:
                self._scan_slowly()
                # What follows an @ is a word, whatever it would be elsewhere.
                is_plain = not self.tokens or self.tokens[-1].token_type != TokenType.PARAMETER
            else:
                end = start + len(found[0])
                self._move(end - start)
                line = self._prev_token_line = self._line
                self._start = end - len(text)
                place = (line, self._col, self._start, end - 1)
                self.tokens.append(Token(kind, text, *place, self._comments))
                self._comments = []
            if check_semicolon and self._peek == ";":
                break
        if self.tokens and self._comments:
            self.tokens[-1].comments.extend(self._comments)

    def _move(self, count: int) -> None:
        """Go forward within a line."""
        if self._char in _LINE_ENDS:
            self._advance(count)
            return
        end = self._current = self._current + count
        self._col += count
        self._end = end >= self.size
        self._char = self.sql[end - 1]
        self._peek = "" if self._end else self.sql[end]

    def _scan_slowly(self) -> None:
        """Take one token, or the blanks before it, as the base does."""
        blanks = 0
        while self.sql[self._current + blanks : self._current + blanks + 1] in {" ", "\t"}:
            blanks += 1
        self._start = self._current + blanks
        self._advance(blanks or 1)
        if self._char.isspace():
            return
        if self._char.isascii() and self._char.isdigit():
            self._scan_number()
        elif self._char in self.identifiers:
            self._scan_identifier(self.identifiers[self._char])
        else:
            self._scan_keywords()


@lru_cache
def _make_quick_core(dialect: Dialect) -> type[TokenizerCore]:
    core = dialect.tokenizer()._core  # noqa: SLF001
    kinds: dict[str, TokenType | None] = {**core.single_tokens, **core.keywords}
    kinds = {text: None if kind in core.commands else kind for text, kind in kinds.items()}
    for text in (*core.keywords, *core.comments, *core.quotes, *core.format_strings):
        found = _BEGINNING.match(text)
        if found and not text.isidentifier():
            kinds[found[0].upper()] = None
    own = {"__slots__": (), "kinds": kinds}
    return type(f"Quick{type(dialect).__name__}", (_QuickCore,), own)
