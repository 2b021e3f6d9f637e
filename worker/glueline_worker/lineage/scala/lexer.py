"""Splits Scala text into tokens, with the line ends that end statements.

A line end counts where the token before it can end a statement and the one after it can begin
one (Scala Language Specification, 1.2), and never inside parentheses or brackets.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, cast

from glueline_worker.lineage.word_sets import split_words

ScalaTokenKind = Literal["id", "number", "string", "op", "newline", "end"]
StringPart = str | tuple[str, int]
"""Text, or the code of an interpolation with its line."""

_TOKEN = re.compile(
    r"""(?P<skip>[ \t\r\f\v]+|//[^\n]*|/\*(?s:.*?)(?:\*/|\Z))
    |(?P<newline>\n)
    |(?P<string>(?:[A-Za-z_]\w*|\$)?(?:\"\"\"|\"))
    |(?P<char>'(?:[^'\\\n]|\\u[0-9a-fA-F]{4}|\\.)')
    |(?P<symbol>'[A-Za-z_]\w*)
    |(?P<number>\d[\w]*(?:\.\d\w*)?)
    |(?P<quoted>`[^`\n]+`)
    |(?P<id>[^\W\d]\w*|\$\w+)
    |(?P<op>[(){}\[\],;.@]|[^\w\s(){}\[\],;.@"'`]+)
    |(?P<other>.)""",
    re.VERBOSE,
)
_ESCAPE = re.compile(r"\\(?:u+([0-9a-fA-F]{4})|(.))", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
_MARGIN = re.compile(r"^[ \t]*\|", re.MULTILINE)
_STRIP_MARGIN = re.compile(r"\s*\.\s*stripMargin\b(?:\s*\(\s*\))?")
_INTERPOLATION = re.compile(r"\$(?:(\$)|\{|([A-Za-z_]\w*))")
_BRACES = re.compile(r"[{}]|\"\"\"(?s:.*?)\"\"\"|\"(?:[^\"\\\n]|\\.)*+\"?")
_FORMAT = re.compile(r"%[-#+ 0,(]*+\d*+(?:\.\d++)?[a-zA-Z]")
_CLOSING = {"(": ")", "[": "]", "{": "}"}
_ENDS = frozenset({")", "]", "}", "_"})
_NO_END = split_words(
    "abstract case catch class def do else extends final finally for if implicit import "
    "lazy match new object override package private protected sealed throw trait try type "
    "val var while with yield"
)
_NO_START = split_words(
    "catch else extends finally match with yield , . ; : = => <- <: <% >: # [ ) ]"
)


@dataclass(slots=True)
class ScalaToken:
    """A token; ``parts`` are those of a string."""

    kind: ScalaTokenKind
    text: str
    line: int
    parts: list[StringPart] = field(default_factory=list)
    partner: int = -1
    """For an opening bracket, where its closing one stands."""


def lex_scala(text: str, line: int = 1) -> list[ScalaToken]:
    """Return the tokens of ``text``, ended by one of kind ``end``."""
    found: list[ScalaToken] = []
    position = 0
    while match := _TOKEN.match(text, position):
        kind, position = match.lastgroup, match.end()
        word = match.group()
        if kind == "string":
            token, position = _read_string(text, match, line)
            found.append(token)
        elif kind == "newline":
            found.append(ScalaToken("newline", word, line))
        elif kind == "char":
            found.append(ScalaToken("string", word, line, [_unescape(word[1:-1])]))
        elif kind == "symbol":
            found.append(ScalaToken("string", "$", line, [word[1:]]))
        elif kind == "quoted":
            found.append(ScalaToken("id", word[1:-1], line))
        elif kind in {"id", "number", "op"}:
            found.append(ScalaToken(cast("ScalaTokenKind", kind), word, line))
        line += text.count("\n", match.start(), position)
    found.append(ScalaToken("end", "", line))
    return _pair_brackets(_drop_line_ends(found))


def _read_string(text: str, opening: re.Match[str], line: int) -> tuple[ScalaToken, int]:
    """Read a string with its interpolations; one that does not end takes the rest of its line."""
    prefix = opening.group().rstrip('"')
    raw = opening.group().endswith('"""')
    position = opening.end()
    parts: list[StringPart] = []
    end = re.compile(r'"""(?!")' if raw else r'"|\n|\Z')
    literal = re.compile(r'[^"$]+' if raw else r'(?:[^"\\$\n]|\\.)+', re.DOTALL)
    while position < len(text) and not end.match(text, position):
        hole = _INTERPOLATION.match(text, position) if prefix else None
        if hole and hole[2]:
            parts.append((hole[2], line + text.count("\n", opening.start(), position)))
            position = hole.end()
        elif hole and not hole[1]:
            stop = _find_closing_brace(text, hole.end())
            code = text[hole.end() : stop]
            parts.append((code, line + text.count("\n", opening.start(), position)))
            position = stop + 1
        else:
            chunk = literal.match(text, position)
            value = chunk.group() if chunk else text[position]
            position += max(len(value), hole.end() - position if hole else 0)
            parts.append(value if raw or prefix == "raw" else _unescape(value))
    closing = end.match(text, position)
    position = closing.end() if closing else len(text)
    if prefix == "f":
        parts = _remove_formats(parts)
    if margin := _STRIP_MARGIN.match(text, position):
        position = margin.end()
        parts = _remove_margin(parts)
    kind = prefix if prefix == "$" else ""
    return ScalaToken("string", kind, line, parts), position


def _find_closing_brace(text: str, position: int) -> int:
    depth = 1
    while match := _BRACES.search(text, position):
        depth += {"{": 1, "}": -1}.get(match.group(), 0)
        if depth == 0:
            return match.start()
        position = match.end()
    return len(text)


def _unescape(text: str) -> str:
    def get_character(match: re.Match[str]) -> str:
        if match[1]:
            return chr(int(match[1], 16))
        return _ESCAPES.get(match[2], match[2])

    return _ESCAPE.sub(get_character, text) if "\\" in text else text


def _remove_formats(parts: list[StringPart]) -> list[StringPart]:
    """Remove the ``%1.2f`` that follow values in f"…"."""
    kept: list[StringPart] = []
    for part in parts:
        after_value = bool(kept) and isinstance(kept[-1], tuple)
        kept.append(
            _FORMAT.sub("", part, count=1) if after_value and isinstance(part, str) else part
        )
    return kept


def _remove_margin(parts: list[StringPart]) -> list[StringPart]:
    return [_MARGIN.sub("", part) if isinstance(part, str) else part for part in parts]


def _drop_line_ends(tokens: list[ScalaToken]) -> list[ScalaToken]:
    """Leave out the line ends that end no statement."""
    kept: list[ScalaToken] = []
    brackets: list[str] = []
    for index, token in enumerate(tokens):
        if token.kind == "op" and token.text in {"(", "[", "{"}:
            brackets.append(token.text)
        elif token.kind == "op" and token.text in {")", "]", "}"} and brackets:
            brackets.pop()
        if token.kind != "newline":
            kept.append(token)
        elif kept and (not brackets or brackets[-1] == "{") and _can_end(kept[-1]):
            following = next(
                (item for item in tokens[index + 1 : index + 50] if item.kind != "newline"), token
            )
            if following.text not in _NO_START or following.kind == "string":
                kept.append(token)
    return kept


def _can_end(token: ScalaToken) -> bool:
    if token.kind in {"string", "number"}:
        return True
    if token.kind == "id":
        return token.text not in _NO_END
    return token.text in _ENDS


def find_unmatched_lines(tokens: Sequence[ScalaToken]) -> list[int]:
    """Return the lines of brackets that do not match: misread text, or no Scala."""
    lines: list[int] = []
    stack: list[ScalaToken] = []
    for token in tokens:
        if token.kind != "op":
            continue
        if token.text in _CLOSING:
            stack.append(token)
        elif token.text in _CLOSING.values():
            opening = stack.pop() if stack else None
            if opening is None or _CLOSING[opening.text] != token.text:
                lines.append(token.line)
    return sorted({*lines, *(token.line for token in stack)})


def _pair_brackets(tokens: list[ScalaToken]) -> list[ScalaToken]:
    stack: list[int] = []
    for index, token in enumerate(tokens):
        if token.kind == "op" and token.text in {"(", "[", "{"}:
            stack.append(index)
        elif token.kind == "op" and token.text in {")", "]", "}"} and stack:
            tokens[stack.pop()].partner = index
    for index in stack:
        tokens[index].partner = len(tokens) - 1
    return tokens
