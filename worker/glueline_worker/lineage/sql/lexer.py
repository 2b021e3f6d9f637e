"""Split SQL text into tokens, quickly, and never fail.

sqlglot has tokenizers of its own. This one finds placeholders, which they do not know, splits a
script into statements before one of them can spoil the others, and feeds the keyword fallback.
Every repetition is possessive or ends at its own first character, so that the time is linear in
the text.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from glueline_worker.lineage.sql.comments import flatten_comments
from glueline_worker.lineage.sql.kept_texts import MOST_KEPT, KeptTexts

SqlTokenKind = Literal["placeholder", "string", "quoted", "word", "op"]

_PLACEHOLDER = r"""
    \{\{[^{}]*\}\}                               # {{ jinja }}
  | \$\{[^{}\n]{0,200}\}                         # ${shell}
  | \{(?!\s*['"]|(?:ts|fn|oj|call|[dt])\s)[^{}\n;]{0,200}\}   # {python}, but not JDBC's {ts '…'}
  | %\(\w{1,100}\)s | %s\b | \?
  | (?<![\w:\])"'`]):[A-Za-z_]\w*                # :bind, but not a::type nor a:path
  | (?<![\w$])\$[A-Za-z_]\w*                     # $name
"""
_SKIP = r"\s+ | --[^\n]* | /\*(?s:.*?)(?:\*/|\Z) | \{\#[^\#]*\#\} | \{%[^%]*%\}"
_QUOTED = {
    True: r"{q}(?:[^{q}\\]|\\(?s:.)|{q}{q})*+(?:{q}|\\?\Z)",
    False: r"{q}(?:[^{q}]|{q}{q})*+(?:{q}|\Z)",
}


def _compile_pattern(*, backslash: bool, brackets: bool) -> re.Pattern[str]:
    quote = _QUOTED[backslash]
    names = [quote.format(q='"'), _QUOTED[False].format(q="`")]
    if brackets:
        names.append(r"\[[^\[\]\n]{1,200}\]")
    return re.compile(
        rf"""(?P<skip>{_SKIP})
        |(?P<placeholder>{_PLACEHOLDER})
        |(?P<string>{quote.format(q="'")} | \$\$(?s:.*?)(?:\$\$|\Z))
        |(?P<quoted>{"|".join(names)})
        |(?P<word>[\w\#@][\w\#@$]*)
        |(?P<op>.)""",
        re.VERBOSE,
    )


_STANDARD = _compile_pattern(backslash=False, brackets=False)
_BACKSLASH = _compile_pattern(backslash=True, brackets=False)
_BRACKETS = _compile_pattern(backslash=False, brackets=True)
_PATTERNS = {
    "tsql": _BRACKETS,
    "spark": _BACKSLASH,
    "hive": _BACKSLASH,
    "mysql": _BACKSLASH,
    "snowflake": _BACKSLASH,
    "bigquery": _BACKSLASH,
}

MADE = -1_000_000
"""The place of tokens that are not in the text: they touch no other token."""


class SqlToken(NamedTuple):
    """A piece of SQL with its place in the text. ``upper`` is a word's keyword form."""

    kind: SqlTokenKind
    text: str
    start: int
    upper: str = ""

    @property
    def end(self) -> int:
        """Return the offset after the last character."""
        return self.start + len(self.text)

    @property
    def value(self) -> str:
        """Return the text without its quotes."""
        if self.kind == "string" and self.text.startswith("$$"):
            return self.text.removeprefix("$$").removesuffix("$$")
        if self.kind in {"string", "quoted"}:
            quote = "]" if self.text[0] == "[" else self.text[0]
            return self.text[1:].removesuffix(quote).replace(quote * 2, quote)
        return self.text


_lexed = KeptTexts[tuple[SqlToken, ...]]()


def lex_sql(text: str, dialect: str) -> Iterator[SqlToken]:
    """Yield the tokens of ``text`` without comments, jinja blocks and white space."""
    if len(text) > MOST_KEPT:
        return _find_tokens(text, dialect)
    found = _lexed.get(text, dialect)
    if found is None:
        found = tuple(_find_tokens(text, dialect))
        _lexed.keep(text, dialect, found)
    return iter(found)


def _find_tokens(text: str, dialect: str) -> Iterator[SqlToken]:
    make = tuple.__new__  # half the time of the class's own
    for match in _PATTERNS.get(dialect, _STANDARD).finditer(flatten_comments(text, dialect)):
        kind = match.lastgroup
        if kind == "word":
            word = match.group()
            yield make(SqlToken, (kind, word, match.start(), word.upper()))
        elif kind != "skip":
            yield make(SqlToken, (kind, match.group(), match.start(), ""))


def split_statements(tokens: Iterator[SqlToken]) -> Iterator[list[SqlToken]]:
    """Split tokens at semicolons; empty statements are left out."""
    statement: list[SqlToken] = []
    for token in tokens:
        if token.text != ";":
            statement.append(token)
        elif statement:
            yield statement
            statement = []
    if statement:
        yield statement


def find_closing(tokens: Sequence[SqlToken], start: int = 0) -> int:
    """Return the index of what closes the parenthesis at ``start``; the end if nothing does."""
    depth = 0
    for index in range(start, len(tokens)):
        depth += (tokens[index].text == "(") - (tokens[index].text == ")")
        if depth == 0:
            return index
    return len(tokens)


def make_sign(text: str) -> SqlToken:
    """Return a token that is no word, and stands in no text."""
    return SqlToken("op", text, MADE)


def make_tokens(words: str) -> list[SqlToken]:
    """Return tokens of plain words and signs, which stand in no text."""
    return [
        SqlToken("word", word, MADE, word.upper()) if word[0].isalpha() else make_sign(word)
        for word in words.split()
    ]
