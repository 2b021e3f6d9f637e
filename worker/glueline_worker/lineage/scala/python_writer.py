"""Write Python: lines with their depth and the Scala line they come from."""

import keyword
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from glueline_worker.lineage.syntax import parse_module

Line: TypeAlias = tuple[int, str, int]
"""Depth, text and Scala line."""

_DEEPEST = 90
"""Python can parse a hundred levels of indentation."""
_CLAUSES = ("else:", "except ", "finally:", "try:")
_SUBSTITUTES = {
    "elif": "elif unknown__():",
    "for": "for item__ in unknown__():",
    "while": "while True:",
}
_LONG = 1_000
"""Characters of an expression above which it gets a name, so that none grows without bound."""


class Translation(NamedTuple):
    """A script in Python, the Scala line of each of its lines, and the Scala lines left out."""

    python: str
    lines: list[int]
    lost: list[int]


@dataclass(slots=True)
class PythonWriter:
    """Writes Python source, statement by statement."""

    lines: list[Line] = field(default_factory=list)
    depth: int = 0
    _names: int = 0

    def emit(self, text: str, line: int) -> None:
        """Add a statement."""
        self.lines.append((self.depth, text, line))

    def make_name(self, stem: str = "value") -> str:
        """Return a name that no Scala script has."""
        self._names += 1
        return f"{stem}__{self._names}"

    def shorten(self, expression: str, line: int) -> str:
        """Return ``expression``, or if it is long the name of a variable that holds it."""
        if len(expression) <= _LONG:
            return expression
        name = self.make_name()
        self.emit(f"{name} = {expression}", line)
        return name

    @contextmanager
    def block(self, header: str, line: int) -> Iterator[None]:
        """Write the body of a compound statement inside."""
        self.emit(header, line)
        start = len(self.lines)
        self.depth += 1
        try:
            yield
        finally:
            if len(self.lines) == start:
                self.emit("pass", line)
            self.depth -= 1

    @contextmanager
    def capture(self) -> Iterator[list[Line]]:
        """Yield the list of the lines that are written inside, instead of adding them."""
        outer, self.lines = self.lines, []
        try:
            yield self.lines
        finally:
            self.lines = outer

    def finish(self) -> Translation:
        """Return the text and the Scala line of each of its lines.

        A misread script can yield lines that are no Python. They are left out, so that they spoil
        no others.
        """
        kept: list[tuple[str, int]] = []
        lost: list[int] = []
        for depth, text, line in self.lines:
            complete = _complete(text, deepest=depth == _DEEPEST) if depth <= _DEEPEST else None
            if complete is None:
                lost.append(line)
                complete = _make_substitute(text, depth)
            if depth <= _DEEPEST:
                kept.append((f"{' ' * depth}{complete}", line))
        return Translation("\n".join(text for text, _ in kept), [line for _, line in kept], lost)


def _complete(text: str, *, deepest: bool) -> str | None:
    """Return a line in a form that Python can parse; None for one that it cannot."""
    header = text.endswith(":")
    body = " pass" if header and deepest else ""
    if text.startswith(_CLAUSES) or text == "@property":
        return text + body
    try:
        parse_module(f"{text.removeprefix('el')} pass" if header else text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return text + body


def _make_substitute(text: str, depth: int) -> str:
    """Return a substitute for a line that is left out, so that the lines below keep their place."""
    if not text.endswith(":"):
        return "pass"
    header = _SUBSTITUTES.get(text.partition(" ")[0], "if True:")
    return f"{header} pass" if depth == _DEEPEST else header


def make_python_name(name: str) -> str:
    """Return a Scala name in a form that Python allows."""
    plain = "".join(letter if letter.isalnum() or letter == "_" else "_" for letter in name)
    return f"{plain}_" if keyword.iskeyword(plain) or not plain.isidentifier() else plain
