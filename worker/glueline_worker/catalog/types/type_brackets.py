"""Find the brackets and commas in the text of a type, for ``column_types``."""

import re
from dataclasses import dataclass, field

# Quoted texts are bounded: a search starts at each quote, also of a text that never ends.
_MARK = re.compile(
    r"""`(?:[^`]{1,128}+|``){0,64}+`                     # a quoted name
      | (?<![^\s<(,])"(?:[^"]{1,128}+|""){0,64}+"        # a quoted name of Trino
      | \\.                                              # an escaped character: xsi\:type
      | \bcomment\s++(?:'(?:[^'\\]{1,128}+|\\.|''){0,256}+'|"(?:[^"\\]{1,128}+|\\.|""){0,256}+")
      | [<>(),:]""",
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)


@dataclass(slots=True)
class TypePart:
    """The text between two commas; ``brackets`` are the outermost ones in it."""

    start: int
    end: int = 0
    colon: int | None = None
    comment: re.Match[str] | None = None
    brackets: list["TypeBrackets"] = field(default_factory=list)


@dataclass(slots=True)
class TypeBrackets:
    """A pair of brackets and the parts between its commas."""

    opener: str
    start: int
    parts: list[TypePart]
    end: int = 0


def find_brackets(text: str) -> list[TypePart]:
    """Return the outermost parts of ``text``.

    Takes linear time. A bracket without its partner is an ordinary character.
    """
    opened, angles = [TypeBrackets("", 0, [TypePart(0)])], 0
    for match in _MARK.finditer(text):
        mark, at, parts = match[0], match.start(), opened[-1].parts
        if mark in ("<", "("):
            opened.append(TypeBrackets(mark, at, [TypePart(at + 1)]))
            angles += mark == "<"
        elif mark == ">" and angles:
            while opened[-1].opener == "(":
                opened.pop()
            angles -= 1
            _close(opened, at)
        elif mark == ")" and opened[-1].opener == "(":
            _close(opened, at)
        elif mark == ",":
            parts[-1].end = at
            parts.append(TypePart(at + 1))
        elif mark == ":" and parts[-1].colon is None:
            parts[-1].colon = at
        elif mark[0] in "cC":
            parts[-1].comment = match
    opened[0].parts[-1].end = len(text)
    return opened[0].parts


def _close(opened: list[TypeBrackets], at: int) -> None:
    brackets = opened.pop()
    brackets.end = brackets.parts[-1].end = at
    opened[-1].parts[-1].brackets.append(brackets)
