"""The names that Spark gives to columns without an alias: ``sum(amount)``, ``(amount + 1)``.

Spark prints its expression tree, so that ``SUM( amount )`` becomes ``sum(amount)``. This reads the
tokens of one expression with a small operator-precedence parser and prints them in the same way.
What it does not know has no name.
"""

import re
from collections.abc import Callable, Sequence

from sqlglot.tokenizer_core import Token, TokenType

from glueline_worker.lineage.sql.function_names import COMPARE, VARIABLE, FunctionPrinter
from glueline_worker.lineage.sql.interval_names import read_interval
from glueline_worker.lineage.sql.name_cursor import Printed, UnknownNameError
from glueline_worker.lineage.sql.parse import tokenize_sql
from glueline_worker.lineage.sql.spark_names import (
    NUMBER_TYPES,
    print_binary,
    print_function,
    print_number,
)
from glueline_worker.lineage.sql.window_names import read_window
from glueline_worker.lineage.word_sets import split_words

_WITHOUT_PARENTHESES = split_words("current_date current_timestamp current_user session_user")
_OR, _AND, _NOT = range(1, COMPARE)
_BIT_OR, _BIT_AND, _ADD, _MULTIPLY, _UNARY = range(COMPARE + 1, COMPARE + 6)
_BINARY = {
    "OR": _OR,
    "AND": _AND,
    "=": COMPARE,
    "==": COMPARE,
    "<>": COMPARE,
    "!=": COMPARE,
    "<=>": COMPARE,
    "<": COMPARE,
    "<=": COMPARE,
    ">": COMPARE,
    ">=": COMPARE,
    "|": _BIT_OR,
    "^": _BIT_OR,
    "&": _BIT_AND,
    "+": _ADD,
    "-": _ADD,
    "||": _ADD,
    "*": _MULTIPLY,
    "/": _MULTIPLY,
    "%": _MULTIPLY,
    "DIV": _MULTIPLY,
}
_MATCHES = split_words("LIKE ILIKE RLIKE REGEXP IN BETWEEN IS")
_TIMESTAMP = re.compile(
    r"(?:current_timestamp|now|to_timestamp|from_unixtime|date_trunc|make_timestamp)\("
    r"|CAST\(.* AS TIMESTAMP\w*\)\Z",
    re.IGNORECASE | re.DOTALL,
)
_MAX_TOKENS = 400
"""Beyond these a name is of no use to anyone; it also bounds the recursion."""


def _never(_: str) -> bool:
    return False


def name_expression(
    text: str, is_table: Callable[[str], bool] = _never, is_alias: Callable[[str], bool] = _never
) -> str | None:
    """Return Spark's name for an expression without alias; None if it is not known.

    ``is_table`` tells whether the first part of a dotted name is a table, which Spark leaves out;
    ``is_alias`` whether a name is that of an earlier column of the same SELECT.
    """
    return name_tokens(text, tokenize_sql(text), is_table, is_alias)


def name_tokens(
    text: str,
    tokens: Sequence[Token],
    is_table: Callable[[str], bool] = _never,
    is_alias: Callable[[str], bool] = _never,
) -> str | None:
    """Return Spark's name for an expression that is some of the ``tokens`` of a text."""
    if not tokens or len(tokens) > _MAX_TOKENS:
        return None
    printer = _Printer(text, tokens, is_table, is_alias)
    try:
        found = printer.read(0)
    except (UnknownNameError, RecursionError):
        return None
    return None if printer.is_left else (found.name or found.text)


class _Printer(FunctionPrinter):
    def __init__(
        self,
        text: str,
        tokens: Sequence[Token],
        is_table: Callable[[str], bool],
        is_alias: Callable[[str], bool],
    ) -> None:
        super().__init__(text, tokens)
        self._is_table = is_table
        self._is_alias = is_alias

    def read(self, power: int) -> Printed:
        """Read an expression whose operators bind more strongly than ``power``."""
        left = self._read_prefix()
        while True:
            word = self.peek()
            negated = word == "NOT" and self.peek(1) in _MATCHES
            if (word in _MATCHES or negated) and power < COMPARE:
                self.at += negated
                left = self._read_match(left, negated=negated)
                continue
            binding = _BINARY.get(word)
            if binding is None or binding <= power:
                return left
            self.at += 1
            left = _join(word, left, self.read(binding))

    def _read_match(self, left: Printed, *, negated: bool) -> Printed:
        word = self.take().text.upper()
        if word == "IS":
            negated = self.accept("NOT")
            if self.accept("NULL"):
                return Printed(f"({left.text} IS {'NOT ' * negated}NULL)")
            if self.accept("DISTINCT", "FROM"):
                negated = not negated
                text = f"({left.text} <=> {self.read(COMPARE).text})"
            else:
                text = f"({left.text} <=> {self.read(COMPARE).text})"
        elif word == "IN":
            self.expect("(")
            text = f"({left.text} IN ({', '.join(self.read_list(')'))}))"
        elif word == "BETWEEN":
            low = self.read(COMPARE).text
            self.expect("AND")
            text = f"between({left.text}, {low}, {self.read(COMPARE).text})"
        elif self.peek() in {"ANY", "SOME", "ALL"} and self.peek(1) == "(":
            every = "all" if self.take().text.upper() == "ALL" else "any"
            self.expect("(")
            self.read_list(")")
            return Printed(f"{'not' * negated}{word.lower()}{every}({left.text})")
        else:
            right = self.read(COMPARE).text
            escape = f" ESCAPE '{self.take().text}'" if self.accept("ESCAPE") else ""
            text = {
                "LIKE": f"{left.text} LIKE {right}{escape}",
                "ILIKE": f"ilike({left.text}, {right})",
            }.get(word, f"RLIKE({left.text}, {right})")
        return Printed(f"(NOT {text})" if negated else text)

    def _read_prefix(self) -> Printed:
        word = self.peek()
        if word in {"NOT", "!"}:
            self.at += 1
            return Printed(f"(NOT {self.read(_NOT).text})")
        if word in {"-", "+", "~"}:
            self.at += 1
            is_number = self.is_next(TokenType.NUMBER)
            inner = self.read(_UNARY).text
            if word == "-" and is_number:
                return Printed(f"-{inner}")
            return Printed(f"~{inner}" if word == "~" else f"({word} {inner})")
        return self._read_postfix(self._read_primary())

    def _read_postfix(self, found: Printed) -> Printed:
        while True:
            if self.accept("["):
                index = self.read(0).text
                self.expect("]")
                found = Printed(f"{found.text}[{index}]")
            elif self.accept("."):
                name = self.take().text
                found = Printed(f"{found.text}.{name}")
            elif self.accept("::"):
                kind = self.read_type()
                if kind not in NUMBER_TYPES or not found.text.isdigit():  # 1L is a number
                    found = self.cast("CAST", found, kind)
            elif self.accept("FILTER", "("):
                self.expect("WHERE")
                found = Printed(f"{found.text} FILTER (WHERE {self.read(0).text})")
                self.expect(")")
            elif self.accept_any("IGNORE NULLS", "RESPECT NULLS"):
                continue
            elif self.accept("OVER"):
                found = read_window(self, found, lambda: self.read(0), lambda: self.read(COMPARE))
            else:
                return found

    def _read_primary(self) -> Printed:  # noqa: C901, PLR0911 - one return for each kind
        token = self.take()
        word = token.text.upper()
        if token.token_type == TokenType.STRING:
            return Printed(self.take_text(token))
        if token.token_type == TokenType.NUMBER:
            return Printed(print_number(token.text))
        if self.is_quoted(token):
            return self._read_path(token.text)
        if word == "(":
            return self._read_parentheses()
        if word == "*":
            return Printed("*")
        if word == "CASE":
            return self.read_case()
        if word in {"NULL", "TRUE", "FALSE"}:
            return Printed("NULL" if word == "NULL" else word.lower())
        if self.peek() == " " and word in {"DATE", "TIMESTAMP"}:
            return Printed(f"{word} '{self.take().text}'")
        if word == "INTERVAL":
            return read_interval(self)
        if not (token.text[0].isalpha() or token.text[0] == "_") or word == "SELECT":
            raise UnknownNameError
        if self.accept("("):
            return self.read_function(token.text)
        if word.lower() in _WITHOUT_PARENTHESES:
            return Printed(print_function(word.lower(), []))
        return self._read_path(token.text)

    def _read_parentheses(self) -> Printed:
        """Read ``(a)``, or ``(a, b + 1)``, which is a struct."""
        items = [self.read(0)]
        while self.accept(","):
            items.append(self.read(0))
        self.expect(")")
        if len(items) == 1:
            return items[0]
        parts = [f"{item.name or f'col{n}'}, {item.text}" for n, item in enumerate(items, 1)]
        return Printed(f"named_struct({', '.join(parts)})")

    def _read_path(self, first: str) -> Printed:
        parts = [first]
        while self.peek() == "." and self.at + 1 < len(self._tokens):
            self.at += 1
            parts.append(self.take().text)
            if self.accept("("):
                return self.read_function(".".join(parts))
        if parts[0].lower() in self.bound:
            return Printed(".".join([VARIABLE, *parts[1:]]))
        if len(parts) > 1 and self._is_table(parts[0]):
            del parts[0]
        if self._is_alias(parts[0]):
            text = ".".join(parts)
            return Printed(f"lateralAliasReference({text})", text, is_column=True)
        return Printed(".".join(parts), parts[-1], is_column=len(parts) == 1)


def _join(word: str, left: Printed, right: Printed) -> Printed:
    """Return two expressions with an operator between them; intervals stand on the right."""
    if word in {"+", "-"} and left.is_interval != right.is_interval:
        if left.is_interval and word == "+":
            left, right = right, left
        if right.is_interval:
            # Of whole days, Spark prints it otherwise if the column is a date.
            if right.text.endswith("' DAY") and not _TIMESTAMP.match(left.text):
                raise UnknownNameError
            return Printed(f"{left.text} {word} {right.text}")
    return Printed(print_binary(word, left.text, right.text))
