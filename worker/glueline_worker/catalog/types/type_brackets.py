"""Where a type's text has brackets and commas: the outline that ``types`` reads."""

import re
from dataclasses import dataclass, field

# Quoted texts are bounded: one that is never closed is searched from each of its quotes.
_MARK = re.compile(
    r"""`(?:[^`]{1,128}+|``){0,64}+`                     # a quoted name
      | (?<![^\s<(,])"(?:[^"]{1,128}+|""){0,64}+"        # a quoted name of Trino
      | \\.                                              # an escaped character: xsi\:type
      | \bcomment\s++(?:'(?:[^'\\]{1,128}+|\\.|''){0,256}+'|"(?:[^"\\]{1,128}+|\\.|""){0,256}+")
      | [<>(),:]""",
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)


@dataclass(slots=True)
class Part:
    """What stands between two commas; ``brackets`` are the outermost ones within."""

    start: int
    end: int = 0
    colon: int | None = None
    comment: re.Match[str] | None = None
    brackets: list["Brackets"] = field(default_factory=list)


@dataclass(slots=True)
class Brackets:
    """A pair of brackets and the parts between its commas."""

    opener: str
    start: int
    parts: list[Part]
    end: int = 0


def outline(text: str) -> list[Part]:
    """Return the outermost parts of ``text``.

    Takes linear time. A bracket without its partner is an ordinary character.
    """
    opened, angles = [Brackets("", 0, [Part(0)])], 0
    for match in _MARK.finditer(text):
        mark, at, parts = match[0], match.start(), opened[-1].parts
        if mark in ("<", "("):
            opened.append(Brackets(mark, at, [Part(at + 1)]))
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
            parts.append(Part(at + 1))
        elif mark == ":" and parts[-1].colon is None:
            parts[-1].colon = at
        elif mark[0] in "cC":
            parts[-1].comment = match
    opened[0].parts[-1].end = len(text)
    return opened[0].parts


def _close(opened: list[Brackets], at: int) -> None:
    brackets = opened.pop()
    brackets.end = brackets.parts[-1].end = at
    opened[-1].parts[-1].brackets.append(brackets)
