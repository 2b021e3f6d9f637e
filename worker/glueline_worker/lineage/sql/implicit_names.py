"""The names that Spark gives to columns without an alias: ``sum(amount)``, ``(amount + 1)``.

Spark prints its expression tree, so that ``SUM( amount )`` becomes ``sum(amount)``. This reads the
tokens of one expression with a small operator-precedence parser and prints them in the same way.
What it does not know has no name.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlglot.tokenizer_core import Token, TokenType

from glueline_worker.lineage.sql.parse import tokenize_sql
from glueline_worker.lineage.sql.spark_names import (
    CASTS,
    RUNNING,
    WHOLE,
    WINDOW_FRAMES,
    print_binary,
    print_function,
    print_number,
)
from glueline_worker.lineage.word_sets import split_words

_WITHOUT_PARENTHESES = split_words("current_date current_timestamp current_user session_user")
_OR, _AND, _NOT, _COMPARE, _BIT_OR, _BIT_AND, _ADD, _MULTIPLY, _UNARY = range(1, 10)
_BINARY = {
    "OR": _OR,
    "AND": _AND,
    "=": _COMPARE,
    "==": _COMPARE,
    "<>": _COMPARE,
    "!=": _COMPARE,
    "<=>": _COMPARE,
    "<": _COMPARE,
    "<=": _COMPARE,
    ">": _COMPARE,
    ">=": _COMPARE,
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
_WORDED = split_words("position trim substring substr ltrim rtrim overlay")
"""Functions with words between their arguments."""
_VARIABLE = "namedlambdavariable()"
_MAX_TOKENS = 400
"""Beyond these a name is of no use to anyone; it also bounds the recursion."""


class _UnknownNameError(Exception):
    """Raised where an expression has a part that is not known here."""


@dataclass(frozen=True, slots=True)
class _Printed:
    """An expression as Spark prints it; ``name`` is set where a bare column gives its name."""

    text: str
    name: str | None = None
    is_column: bool = False


def name_expression(text: str, is_table: Callable[[str], bool] = lambda _: False) -> str | None:
    """Return Spark's name for an expression without alias; None if it is not known.

    ``is_table`` tells whether the first part of a dotted name is a table, which Spark leaves out.
    """
    return name_tokens(text, tokenize_sql(text), is_table)


def name_tokens(
    text: str, tokens: Sequence[Token], is_table: Callable[[str], bool] = lambda _: False
) -> str | None:
    """Return Spark's name for an expression that is some of the ``tokens`` of a text."""
    if not tokens or len(tokens) > _MAX_TOKENS:
        return None
    printer = _Printer(text, tokens, is_table)
    try:
        found = printer.read(0)
    except (_UnknownNameError, RecursionError):
        return None
    return None if printer.is_left else (found.name or found.text)


class _Printer:
    def __init__(self, text: str, tokens: Sequence[Token], is_table: Callable[[str], bool]) -> None:
        self._text = text
        self._tokens = tokens
        self._at = 0
        self._is_table = is_table
        self._bound: list[str] = []

    @property
    def is_left(self) -> bool:
        return self._at < len(self._tokens)

    def _peek(self, ahead: int = 0) -> str:
        """Return the next token, in capitals; "" at the end. Texts and quoted names are no word."""
        index = self._at + ahead
        if index >= len(self._tokens):
            return ""
        token = self._tokens[index]
        if token.token_type == TokenType.STRING or self._text[token.start] == "`":
            return " "
        return token.text.upper()

    def _take(self) -> Token:
        if self._at >= len(self._tokens):
            raise _UnknownNameError
        self._at += 1
        return self._tokens[self._at - 1]

    def _accept(self, *words: str) -> bool:
        if any(self._peek(index) != word for index, word in enumerate(words)):
            return False
        self._at += len(words)
        return True

    def _expect(self, *words: str) -> None:
        if not self._accept(*words):
            raise _UnknownNameError

    def read(self, power: int) -> _Printed:
        """Read an expression whose operators bind more strongly than ``power``."""
        left = self._read_prefix()
        while True:
            word = self._peek()
            negated = word == "NOT" and self._peek(1) in _MATCHES
            if (word in _MATCHES or negated) and power < _COMPARE:
                self._at += negated
                left = self._read_match(left, negated=negated)
                continue
            binding = _BINARY.get(word)
            if binding is None or binding <= power:
                return left
            self._at += 1
            left = _Printed(print_binary(word, left.text, self.read(binding).text))

    def _read_match(self, left: _Printed, *, negated: bool) -> _Printed:
        word = self._take().text.upper()
        if word == "IS":
            negated = self._accept("NOT")
            if self._accept("NULL"):
                return _Printed(f"({left.text} IS {'NOT ' * negated}NULL)")
            if self._accept("DISTINCT", "FROM"):
                negated = not negated
                text = f"({left.text} <=> {self.read(_COMPARE).text})"
            else:
                text = f"({left.text} <=> {self.read(_COMPARE).text})"
        elif word == "IN":
            self._expect("(")
            text = f"({left.text} IN ({', '.join(self._read_list(')'))}))"
        elif word == "BETWEEN":
            low = self.read(_COMPARE).text
            self._expect("AND")
            text = f"between({left.text}, {low}, {self.read(_COMPARE).text})"
        else:
            right = self.read(_COMPARE).text
            escape = f" ESCAPE '{self._take().text}'" if self._accept("ESCAPE") else ""
            text = {
                "LIKE": f"{left.text} LIKE {right}{escape}",
                "ILIKE": f"ilike({left.text}, {right})",
            }.get(word, f"RLIKE({left.text}, {right})")
        return _Printed(f"(NOT {text})" if negated else text)

    def _read_prefix(self) -> _Printed:
        word = self._peek()
        if word in {"NOT", "!"}:
            self._at += 1
            return _Printed(f"(NOT {self.read(_NOT).text})")
        if word in {"-", "+", "~"}:
            self._at += 1
            is_number = self._at < len(self._tokens) and (
                self._tokens[self._at].token_type == TokenType.NUMBER
            )
            inner = self.read(_UNARY).text
            if word == "-" and is_number:
                return _Printed(f"-{inner}")
            return _Printed(f"~{inner}" if word == "~" else f"({word} {inner})")
        return self._read_postfix(self._read_primary())

    def _read_postfix(self, found: _Printed) -> _Printed:
        while True:
            if self._accept("["):
                index = self.read(0).text
                self._expect("]")
                found = _Printed(f"{found.text}[{index}]")
            elif self._accept("."):
                name = self._take().text
                found = _Printed(f"{found.text}.{name}")
            elif self._accept("::"):
                found = self._cast("CAST", found, self._read_type())
            elif self._accept("FILTER", "("):
                self._expect("WHERE")
                found = _Printed(f"{found.text} FILTER (WHERE {self.read(0).text})")
                self._expect(")")
            elif self._accept("OVER"):
                found = self._read_window(found)
            else:
                return found

    def _read_primary(self) -> _Printed:  # noqa: C901, PLR0911 - one return for each kind
        token = self._take()
        word = token.text.upper()
        if token.token_type == TokenType.STRING:
            return _Printed(token.text)
        if token.token_type == TokenType.NUMBER:
            return _Printed(print_number(token.text))
        if self._text[token.start] == "`":
            return self._read_path(token.text)
        if word == "(":
            found = self.read(0)
            self._expect(")")
            return found
        if word == "*":
            return _Printed("*")
        if word == "CASE":
            return self._read_case()
        if word in {"NULL", "TRUE", "FALSE"}:
            return _Printed("NULL" if word == "NULL" else word.lower())
        if self._peek() == " " and word in {"DATE", "TIMESTAMP"}:
            return _Printed(f"{word} '{self._take().text}'")
        if not (token.text[0].isalpha() or token.text[0] == "_") or word in {"SELECT", "INTERVAL"}:
            raise _UnknownNameError
        if self._accept("("):
            return self._read_function(token.text)
        if word.lower() in _WITHOUT_PARENTHESES:
            return _Printed(print_function(word.lower(), []))
        return self._read_path(token.text)

    def _read_path(self, first: str) -> _Printed:
        parts = [first]
        while self._peek() == "." and self._at + 1 < len(self._tokens):
            self._at += 1
            parts.append(self._take().text)
            if self._accept("("):
                return self._read_function(".".join(parts))
        if parts[0].lower() in self._bound:
            return _Printed(".".join([_VARIABLE, *parts[1:]]))
        if len(parts) > 1 and self._is_table(parts[0]):
            del parts[0]
        return _Printed(".".join(parts), parts[-1], is_column=len(parts) == 1)

    def _read_function(self, name: str) -> _Printed:
        lower = name.lower()
        if lower in {"cast", "try_cast"}:
            inner = self.read(0)
            self._expect("AS")
            found = self._cast(name.upper(), inner, self._read_type())
            self._expect(")")
            return found
        if lower == "extract":
            field = self._take().text
            self._expect("FROM")
            found = _Printed(f"extract({field} FROM {self.read(0).text})")
            self._expect(")")
            return found
        if lower in _WORDED:
            return self._read_worded(lower)
        distinct = self._accept("DISTINCT")
        args = self._read_list(")")
        if lower in CASTS and len(args) == 1:
            return self._cast("CAST", _Printed(args[0], is_column=args[0].isidentifier()), lower)
        if distinct:
            args[:1] = [f"DISTINCT {args[0]}"] if args else []
        return _Printed(print_function(lower, args))

    def _read_worded(self, name: str) -> _Printed:
        """Read ``position(a IN b)``, ``trim(BOTH a FROM b)`` or ``substring(a FROM 1 FOR 2)``."""
        side = self._peek() if self._peek() in {"BOTH", "LEADING", "TRAILING"} else ""
        self._at += bool(side)
        args = [self.read(_COMPARE).text]
        if name.endswith("trim") and self._accept("FROM"):
            text = f"TRIM({side or 'BOTH'} {args[0]} FROM {self.read(0).text})"
            self._expect(")")
            return _Printed(text)
        if name == "position" and self._accept("IN"):
            args.append(self.read(0).text)
            name = "locate"
        while not self._accept(")"):
            if self._accept("FROM") and name == "substr":
                name = "substring"
            elif self._tokens[self._at - 1].text.upper() != "FROM" and not any(
                map(self._accept, (",", "FOR", "PLACING"))
            ):
                raise _UnknownNameError
            args.append(self.read(0).text)
        return _Printed(print_function(name, args))

    def _read_list(self, end: str) -> list[str]:
        items: list[str] = []
        while not self._accept(end):
            if items:
                self._expect(",")
            item = self._read_lambda() or self.read(0).text
            if self._accept("AS"):  # struct(a AS b)
                item += f" AS {self._take().text}"
            items.append(item)
        return items

    def _read_lambda(self) -> str | None:
        """Read ``x -> body`` or ``(x, y) -> body``; Spark does not print the variables' names."""
        at = self._at
        names: list[str] = []
        if self._accept("("):
            while not names or self._accept(","):
                names.append(self._take().text.lower())
            closed = self._accept(")")
        else:
            names.append(self._take().text.lower())
            closed = True
        if not (closed and self._accept("->")):
            self._at = at
            return None
        self._bound += names
        body = self.read(0).text
        del self._bound[-len(names) :]
        return f"lambdafunction({', '.join([body, *[_VARIABLE] * len(names)])})"

    def _read_case(self) -> _Printed:
        value = None if self._peek() == "WHEN" else self.read(0).text
        parts = ["CASE"]
        while self._accept("WHEN"):
            condition = self.read(0).text
            condition = condition if value is None else f"({value} = {condition})"
            self._expect("THEN")
            parts.append(f"WHEN {condition} THEN {self.read(0).text}")
        if self._accept("ELSE"):
            parts.append(f"ELSE {self.read(0).text}")
        self._expect("END")
        return _Printed(" ".join([*parts, "END"]))

    def _read_type(self) -> str:
        """Read ``decimal(12, 2)``; Spark prints it in capitals without blanks."""
        parts = [self._take().text.upper()]
        closing = {"(": ")", "<": ">"}.get(self._peek())
        if closing:
            depth = 0
            while True:
                token = self._take().text.upper()
                depth += (token in {"(", "<"}) - (token in {")", ">"})
                parts.append(token)
                if depth == 0:
                    break
        return "".join(parts)

    def _cast(self, word: str, inner: _Printed, kind: str) -> _Printed:
        name = inner.name or inner.text if inner.is_column else None
        return _Printed(f"{word}({inner.text} AS {kind.upper()})", name)

    def _read_window(self, found: _Printed) -> _Printed:
        """Read a window, which Spark prints with its frame."""
        self._expect("(")
        parts: list[str] = []
        if self._accept("PARTITION") or self._accept("PARTITION BY"):
            self._accept("BY")
            keys = [self.read(0).text]
            while self._accept(","):
                keys.append(self.read(0).text)
            parts.append(f"PARTITION BY {', '.join(keys)}")
        order: list[str] = []
        if self._accept("ORDER") or self._accept("ORDER BY"):
            self._accept("BY")
            order.append(self._read_order())
            while self._accept(","):
                order.append(self._read_order())
            parts.append(f"ORDER BY {', '.join(order)}")
        if not self._accept(")"):
            raise _UnknownNameError  # a frame of its own
        function = found.text.partition("(")[0].lower()
        parts.append(WINDOW_FRAMES.get(function, RUNNING if order else WHOLE))
        return _Printed(f"{found.text} OVER ({' '.join(parts)})")

    def _read_order(self) -> str:
        key = self.read(0).text
        down = self._accept("DESC")
        self._accept("ASC")
        nulls = "LAST" if down else "FIRST"
        if self._accept("NULLS"):
            nulls = self._take().text.upper()
        return f"{key} {'DESC' if down else 'ASC'} NULLS {nulls}"
