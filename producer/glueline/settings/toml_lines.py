"""Line numbers in a TOML document, which the standard library's parser does not give.

The document is known to be valid, so that this reader only follows its structure.
"""

import re
from collections.abc import Sequence

Path = tuple[str | int, ...]

_TOKEN = re.compile(
    r"""
    (?P<skip>[ \t]+|\#[^\n]*)
    | (?P<newline>\r?\n)
    | (?P<text>\"{3}(?:\\.|[^\\])*?\"{3,5}|'{3}.*?'{3,5}|"(?:\\.|[^"\\])*"|'[^']*')
    | (?P<mark>[\[\]{}=,.])
    | (?P<bare>[^\s\[\]{}=,."'\#]+)
    """,
    re.VERBOSE | re.DOTALL,
)


def find_line(document: str, path: Sequence[str | int]) -> int | None:
    """Return the line of ``path``, or of the longest part that exists, in a valid document."""
    try:
        lines = _Reader(document).read()
    except RecursionError:  # values inside values without end
        return None
    for length in range(len(path), 0, -1):
        if found := lines.get(tuple(path[:length])):
            return found
    return None


class _Reader:
    """Collects the line of each key, table and element."""

    def __init__(self, document: str) -> None:
        self._tokens: list[tuple[str, int]] = []
        line = 1
        for found in _TOKEN.finditer(document):
            if found.lastgroup != "skip":
                self._tokens.append((found[0].strip("\r"), line))
            line += found[0].count("\n")
        self._tokens.append(("\n", line))
        self._at = 0
        self._lines: dict[Path, int] = {}
        self._elements: dict[Path, int] = {}

    def read(self) -> dict[Path, int]:
        """Return the line of each path."""
        table: Path = ()
        while self._at < len(self._tokens):
            if self._here == "\n":
                self._at += 1
            elif self._here == "[":
                table = self._header()
            else:
                self._pair(table)
        return self._lines

    @property
    def _here(self) -> str:
        return self._tokens[self._at][0]

    def _header(self) -> Path:
        line = self._tokens[self._at][1]
        is_element = self._tokens[self._at + 1][0] == "["
        self._at += 1 + is_element
        path: Path = ()
        *outer, last = self._keys()
        for key in outer:
            path = self._inside((*path, key))
        path = (*path, last)
        if is_element:
            self._elements[path] = self._elements.get(path, -1) + 1
            self._lines.setdefault(path, line)
            path = self._inside(path)
        self._lines.setdefault(path, line)
        self._at += 1 + is_element
        return path

    def _inside(self, path: Path) -> Path:
        """Return the path of the last element if ``path`` is an array of tables."""
        return (*path, self._elements[path]) if path in self._elements else path

    def _keys(self) -> list[str]:
        keys = [self._key()]
        while self._here == ".":
            self._at += 1
            keys.append(self._key())
        return keys

    def _key(self) -> str:
        text = self._here
        self._at += 1
        return text[1:-1] if text[0] in "\"'" else text

    def _pair(self, table: Path) -> None:
        line, path = self._tokens[self._at][1], table
        for key in self._keys():
            path = (*path, key)
            self._lines.setdefault(path, line)
        self._at += 1
        self._value(path)

    def _value(self, path: Path) -> None:
        match self._here:
            case "[":
                self._array(path)
            case "{":
                self._inline(path)
            case _:
                while self._here not in ("\n", ",", "]", "}"):
                    self._at += 1

    def _array(self, path: Path) -> None:
        index = 0
        self._at += 1
        while self._more("]"):
            self._lines[*path, index] = self._tokens[self._at][1]
            self._value((*path, index))
            index += 1

    def _inline(self, path: Path) -> None:
        self._at += 1
        while self._more("}"):
            self._pair(path)

    def _more(self, end: str) -> bool:
        """Tell whether something comes before ``end``; skips ``end`` if not."""
        while self._here in ("\n", ","):
            self._at += 1
        if self._here != end:
            return True
        self._at += 1
        return False
