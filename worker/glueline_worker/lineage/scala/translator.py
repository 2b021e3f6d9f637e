"""The state of a translation from Scala to Python, which all readers of the grammar share."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import TypeAlias

from glueline_worker.lineage.scala.cursor import TokenCursor
from glueline_worker.lineage.scala.declarations import Declarations, Shape
from glueline_worker.lineage.scala.json_text import TextPieces
from glueline_worker.lineage.scala.lexer import ScalaToken
from glueline_worker.lineage.scala.python_writer import PythonWriter, make_python_name

ExpressionReader: TypeAlias = Callable[..., str]
"""Reads an expression whose operators bind at least as tight as its second argument."""
StatementReader: TypeAlias = Callable[["Translator"], str | None]
"""Reads a statement and returns its value if it is an expression."""

_LITERALS = {"true": "True", "false": "False", "null": "None", "Nil": "[]", "None": "None"} | {
    "this": "self",
    "super": "self",
}


class Translator:
    """Translates the tokens of one script.

    Readers of the grammar take a translator, move its cursor over a construct, write Python
    statements and return a Python expression. Statements hold expressions, and blocks make
    expressions of statements: ``expression`` and ``statement`` close that circle, so that the
    modules of the grammar import one another in one direction.
    """

    def __init__(
        self,
        tokens: list[ScalaToken],
        declarations: Declarations,
        writer: PythonWriter,
        *,
        read_expression: ExpressionReader,
        read_statement: StatementReader,
    ) -> None:
        self.cursor = TokenCursor(tokens)
        self.declarations = declarations
        self.writer = writer
        self.expression: Callable[..., str] = partial(read_expression, self)
        self.statement: Callable[[], str | None] = partial(read_statement, self)
        self.members: list[set[str]] = []
        """The members of the enclosing classes: in their methods, ``x`` is ``self.x``."""
        self.locals: list[set[str]] = []
        """The names that each enclosing function defines itself."""
        self.pairs: dict[str, tuple[str, str]] = {}
        """The two sides of ``a -> b``, by the Python expression of the pair."""
        self.texts: dict[str, TextPieces] = {}
        """The pieces of the texts that were read, by their expressions and by variables."""
        self.has_defined = False
        """True after a statement that defined a function or a class."""
        self._blanks: list[list[str]] = []
        """The names that stand for ``_``, for each enclosing argument."""

    def statements(self, *closing: str) -> str:
        """Read statements up to one of ``closing`` and return the value of the last one.

        Definitions are written first, as Scala lets a script use them before.
        """
        cursor, writer = self.cursor, self.writer
        value: str | None = None
        line = cursor.token.line
        first = len(writer.lines)
        while True:
            cursor.skip_lines()
            if cursor.is_at(*closing) or cursor.token.kind == "end":
                return self._name_call(value, line)
            if value and not value.isidentifier():
                writer.emit(value, line)
            start, begun, line = cursor.position, len(writer.lines), cursor.token.line
            self.has_defined = False
            value = self.statement()
            if self.has_defined:
                lines = writer.lines[begun:]
                del writer.lines[begun:]
                writer.lines[first:first] = lines
                first += len(lines)
            if cursor.position == start:
                cursor.advance()

    def argument(self) -> str:
        """Read an expression in which ``_`` stands for the parameter of a function."""
        self._blanks.append([])
        value = self.expression()
        blanks = self._blanks.pop()
        if not blanks:
            return value
        if [value] == blanks:
            if self._blanks:  # f(_) within a larger expression, which is the function
                self._blanks[-1].append(value)
                return value
            return "None"
        return f"(lambda {', '.join(blanks)}: {value})"

    def translate_name(self, name: str) -> str:
        """Return the Python expression of a name, of ``_`` or of a word for a value."""
        if name == "_":
            blank = self.writer.make_name("it")
            if self._blanks:
                self._blanks[-1].append(blank)
            return blank
        if name in _LITERALS:
            return _LITERALS[name]
        python = make_python_name(name)
        if self.is_local(name):
            return python
        if self.members and name in self.members[-1]:
            return f"self.{python}"
        is_call = name in self.declarations.values and not self.cursor.is_at("(", "_", "=")
        return f"{python}()" if is_call else python

    def is_local(self, name: str) -> bool:
        """Tell whether an enclosing function defines ``name``."""
        return any(name in names for names in self.locals)

    def add_locals(self, names: Iterable[str]) -> None:
        """Add names that the innermost function defines."""
        if self.locals:
            self.locals[-1].update(names)

    def get_shape(self, expression: str) -> Shape:
        """Return the kind of value of an expression, as far as its form or its name tells."""
        if expression.startswith("{"):
            return "map"
        if expression.startswith(("[", "list(", "range(")):
            return "sequence"
        if expression in self.texts:
            return "text"
        return self.declarations.shapes.get(expression.removeprefix("self."), "value")

    def _name_call(self, value: str | None, line: int) -> str:
        """Return a block's value; a call gets a name, to keep it on its line."""
        if value is None or "(" not in value or value in self.texts or value in self.pairs:
            return value or "None"
        name = self.writer.make_name()
        self.writer.emit(f"{name} = {value}", line)
        return name
