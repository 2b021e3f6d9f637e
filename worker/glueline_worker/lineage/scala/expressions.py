"""Scala expressions as Python expressions.

What Python has no expression for (blocks, branches, long functions) is written as statements
before, and its value stands in a variable.
"""

from abc import abstractmethod
from itertools import takewhile

from glueline_worker.lineage.scala import operators
from glueline_worker.lineage.scala.calls import Calls
from glueline_worker.lineage.scala.declarations import Names
from glueline_worker.lineage.scala.lexer import Token, lex
from glueline_worker.lineage.scala.methods import Arguments
from glueline_worker.lineage.scala.options import python_text
from glueline_worker.lineage.scala.python_writer import Code, python_name, words

_LITERALS = {"true": "True", "false": "False", "null": "None", "Nil": "[]", "None": "None"} | {
    "this": "self",
    "super": "self",
}
_CONTROL = frozenset({"if", "for", "while", "do", "try", "throw", "return"})
_NO_OPERATOR = words(
    "case catch do else extends finally if match then while with yield _ => = <- : @ # . , "
    "; ( ) [ ] { }"
)


class Expressions(Calls):
    """Reads expressions."""

    def __init__(self, tokens: list[Token], names: Names, code: Code) -> None:
        super().__init__(tokens, names, code)
        self._blanks: list[list[str]] = []

    @abstractmethod
    def control(self) -> str:
        """The value of ``if``, ``for``, ``try`` and the like."""

    @abstractmethod
    def matched(self, value: str) -> str:
        """The value of ``value match { … }``."""

    @abstractmethod
    def function(self) -> str:
        """A function literal."""

    def expression(self, least: int = 0) -> str:
        """An expression with operators that bind at least as tight as ``least``."""
        if self.is_function():
            return self.function()
        line = self.token.line
        left = self.postfix(self._prefix())
        total = ""  # a long sum without parentheses: Python can parse only so many
        while (operator := self._operator()) is not None:
            precedence = operators.precedence(operator)
            if precedence < least:
                break
            self.next()
            if operator == "match":
                left = self.matched(left)
                continue
            self.skip_type_arguments()
            right = self.expression(precedence + 1)
            if operator == "+" and right not in self.pairs:
                total = f"{total or left} + {right}"
                left = f"({total})"
            else:
                left, total = self._combined(left, operator, right), ""
            short = self.code.short(left, line)
            left, total = short, total if short is left else ""
        return left

    def _operator(self) -> str | None:
        token = self.token
        if token.text == "match" and token.kind == "id":
            return "match"
        if token.kind not in {"id", "op"} or token.text in _NO_OPERATOR:
            return None
        after = self.ahead()  # nothing follows a postfix operator: seconds, _*
        ends = after.kind in {"newline", "end"} or after.text in {")", "]", "}", ",", ";", "=>"}
        return None if ends or operators.assigns(token.text) else token.text

    def _combined(self, left: str, operator: str, right: str) -> str:
        if operator in {"->", "→"}:
            pair = f"({left}, {right})"
            self.pairs[pair] = left, right
            return pair
        value = operators.combined(left, operator, right, self.pairs)
        return value or self.method(left, operator, Arguments([right]))

    def _prefix(self) -> str:
        if self.take("!"):
            return f"(not {self.postfix(self._prefix())})"
        if self.at("-", "+", "~") and self.next():
            return self.postfix(self._prefix())
        return self._primary()

    def _primary(self) -> str:
        if self.at(*_CONTROL):
            return self.control()
        if self.at("{"):
            return self.block()
        return self._value(self.next())

    def _value(self, token: Token) -> str:
        if token.kind == "string":
            return self._string(token)
        if token.kind == "number":
            return _number(token.text)
        if token.kind == "op" and token.text == "(":
            return self._parenthesised()
        if token.kind != "id":
            return "None"
        return self._new() if token.text == "new" else self.name(token.text)

    def name(self, name: str) -> str:
        """A name, ``_`` or a word that stands for a value."""
        if name == "_":
            blank = self.code.name("it")
            if self._blanks:
                self._blanks[-1].append(blank)
            return blank
        if name in _LITERALS:
            return _LITERALS[name]
        if (
            self.members
            and name in self.members[-1]
            and not any(name in own for own in self.locals)
        ):
            return f"self.{python_name(name)}"
        return python_name(name)

    def _new(self) -> str:
        name = self.next().text
        while self.at(".") and self.ahead().kind == "id":
            self.next()
            name = self.next().text
        self.skip_type_arguments()
        arguments = self.arguments() if self.at("(") else Arguments()
        if self.at("{"):
            self.skip_group()
        return self.applied(python_name(name), arguments)

    def _parenthesised(self) -> str:
        items = self._list(")")
        if len(items) == 1:
            return items[0]
        return f"({', '.join(items)})" if items else "None"

    def _list(self, closing: str) -> list[str]:
        """Expressions up to ``closing``, without names and stars."""
        return list(self._arguments(closing).positional)

    def arguments(self) -> Arguments:
        """The arguments in parentheses at the cursor."""
        self.next()
        return self._arguments(")")

    def _arguments(self, closing: str) -> Arguments:
        positional: list[str] = []
        named: dict[str, str] = {}
        while not self.at(closing) and self.token.kind != "end":
            start = self.position
            self.skip_lines()
            name = ""
            if self.token.kind == "id" and self.ahead().text == "=" and self.ahead().kind == "op":
                name = python_name(self.next().text)
                self.next()
            value = self.argument()
            if self.take(":"):
                value = f"*{value}" if self.take("_") else value
                self.skip_type()
            if name:
                named[name] = value
            else:
                positional.append(value)
            self.skip_lines()
            if not self.take(",") and not self.at(closing) and self.position == start:
                self.next()
        self.take(closing)
        return Arguments(positional, named)

    def argument(self) -> str:
        """An expression in which ``_`` stands for the parameter of a function."""
        self._blanks.append([])
        value = self.expression()
        blanks = self._blanks.pop()
        if not blanks:
            return value
        if [value] == blanks:
            if self._blanks:  # f(_) within a larger expression: the function is around it
                self._blanks[-1].append(value)
                return value
            return "None"
        return f"(lambda {', '.join(blanks)}: {value})"

    def _string(self, token: Token) -> str:
        pieces: list[tuple[str, bool]] = []
        for part in token.parts:
            if isinstance(part, tuple):
                pieces.append((self._interpolated(*part), False))
            elif pieces and pieces[-1][1]:
                pieces[-1] = pieces[-1][0] + part, True
            else:
                pieces.append((part, True))
        text = python_text(pieces)
        if token.text == "$":
            return f"col({text})"
        self.texts[text] = pieces
        return text

    def _interpolated(self, code: str, line: int) -> str:
        outer = self.tokens, self.position
        self.tokens, self.position = lex(code, line), 0
        try:
            return f"str({self.argument()})"
        finally:
            self.tokens, self.position = outer

    def is_function(self) -> bool:
        """Whether a function literal begins here."""
        token = self.token
        if token.kind == "id":
            return self.ahead().text == "=>" and self.ahead().kind == "op"
        if token.text == "(" and token.kind == "op" and token.partner > 0:
            after = self.tokens[min(token.partner + 1, len(self.tokens) - 1)]
            return after.text == "=>" and after.kind == "op"
        return False


def _number(text: str) -> str:
    digits = "".join(takewhile(lambda character: character.isdigit() or character == ".", text))
    return digits.lstrip("0") or "0"
