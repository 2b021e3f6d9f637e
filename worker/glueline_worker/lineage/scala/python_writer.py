"""The Python that is being written: lines with their depth and the Scala line they come from."""

import keyword
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

from glueline_worker.lineage.syntax import parse_module

_DEEPEST = 90
"""Python can parse a hundred levels of indentation."""
_CLAUSES = ("else:", "except ", "finally:", "try:")
_SOUND = {"elif": "elif unknown__():", "for": "for item__ in unknown__():", "while": "while True:"}
_LONG = 1_000
"""Characters of an expression above which it gets a name, so that none grows without bound."""


def words(text: str) -> frozenset[str]:
    """The words of ``text``."""
    return frozenset(text.split())


class Translated(NamedTuple):
    """A script in Python, the Scala line of each of its lines, and the Scala lines left out."""

    python: str
    lines: list[int]
    lost: list[int]


@dataclass(slots=True)
class Code:
    """Python source under construction."""

    lines: list[tuple[int, str, int]] = field(default_factory=list)
    depth: int = 0
    _names: int = 0

    def emit(self, text: str, line: int) -> None:
        """Add a statement."""
        self.lines.append((self.depth, text, line))

    def name(self, stem: str = "value") -> str:
        """A name that no Scala script has."""
        self._names += 1
        return f"{stem}__{self._names}"

    def short(self, expression: str, line: int) -> str:
        """``expression``, or the name of a variable that holds it if it is long."""
        if len(expression) <= _LONG:
            return expression
        name = self.name()
        self.emit(f"{name} = {expression}", line)
        return name

    @contextmanager
    def block(self, header: str, line: int) -> Iterator[None]:
        """The body of a compound statement."""
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
    def aside(self) -> Iterator[list[tuple[int, str, int]]]:
        """Collect the lines written inside instead of adding them."""
        outer, self.lines = self.lines, []
        try:
            yield self.lines
        finally:
            self.lines = outer

    def source(self) -> Translated:
        """The text, and the Scala line of each of its lines.

        A line that a misread script made no Python is left out, so that it spoils no other.
        """
        kept: list[tuple[str, int]] = []
        lost: list[int] = []
        for depth, text, line in self.lines:
            sound = _sound(text, deepest=depth == _DEEPEST) if depth <= _DEEPEST else None
            if sound is None:
                lost.append(line)
            if depth <= _DEEPEST:
                kept.append(
                    (f"{' ' * depth}{_instead(text, depth) if sound is None else sound}", line)
                )
        return Translated("\n".join(text for text, _ in kept), [line for _, line in kept], lost)


def _sound(text: str, *, deepest: bool) -> str | None:
    """A line that Python can parse, None for one that it cannot."""
    header = text.endswith(":")
    body = " pass" if header and deepest else ""
    if text.startswith(_CLAUSES):
        return text + body
    try:
        parse_module(f"{text.removeprefix('el')} pass" if header else text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return text + body


def _instead(text: str, depth: int) -> str:
    """What stands for a line that is left out, so that the lines below keep their place."""
    if not text.endswith(":"):
        return "pass"
    header = _SOUND.get(text.partition(" ")[0], "if True:")
    return f"{header} pass" if depth == _DEEPEST else header


def python_name(name: str) -> str:
    """A Scala name as Python can hold it."""
    plain = "".join(letter if letter.isalnum() or letter == "_" else "_" for letter in name)
    return f"{plain}_" if keyword.iskeyword(plain) or not plain.isidentifier() else plain
