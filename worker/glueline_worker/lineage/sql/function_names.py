"""How Spark prints functions, CASE and types in the names of columns."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

from sqlglot.tokenizer_core import Token

from glueline_worker.lineage.sql.name_cursor import NameCursor, Printed, UnknownNameError
from glueline_worker.lineage.sql.spark_names import CASTS, print_function, print_trim
from glueline_worker.lineage.word_sets import split_words

COMPARE = 4
"""How strongly comparisons bind; arithmetic binds more strongly, NOT and AND less."""
VARIABLE = "namedlambdavariable()"
_WORDED = split_words("position trim substring substr ltrim rtrim overlay")
"""Functions with words between their arguments."""


class FunctionPrinter(NameCursor, ABC):
    """Reads functions; ``read`` reads their arguments."""

    def __init__(self, text: str, tokens: Sequence[Token]) -> None:
        super().__init__(text, tokens)
        self.bound: list[str] = []
        """The variables of the lambdas around the cursor."""

    @abstractmethod
    def read(self, power: int) -> Printed:
        """Read an expression whose operators bind more strongly than ``power``."""

    def read_function(self, name: str) -> Printed:
        """Read the arguments of a function, up to their closing parenthesis."""
        lower = name.lower()
        if lower in {"cast", "try_cast"}:
            inner = self.read(0)
            self.expect("AS")
            found = self.cast(name.upper(), inner, self.read_type())
            self.expect(")")
            return found
        if lower == "extract":
            field = self.take().text
            self.expect("FROM")
            found = Printed(f"extract({field} FROM {self.read(0).text})")
            self.expect(")")
            return found
        if lower in _WORDED:
            return self._read_worded(lower)
        distinct = self.accept("DISTINCT")
        args = self.read_list(")")
        if lower in CASTS and len(args) == 1:
            return self.cast("CAST", Printed(args[0], is_column=args[0].isidentifier()), lower)
        if distinct:
            args[:1] = [f"DISTINCT {args[0]}"] if args else []
        return Printed(print_function(lower, args))

    def _read_worded(self, name: str) -> Printed:
        """Read ``position(a IN b)``, ``trim(BOTH a FROM b)`` or ``substring(a FROM 1 FOR 2)``."""
        side = self.peek() if self.peek() in {"BOTH", "LEADING", "TRAILING"} else ""
        self.at += bool(side)
        args = [self.read(COMPARE).text]
        if name.endswith("trim") and self.accept("FROM"):
            text = f"TRIM({side or 'BOTH'} {args[0]} FROM {self.read(0).text})"
            self.expect(")")
            return Printed(text)
        if name == "position" and self.accept("IN"):
            args.append(self.read(0).text)
            name = "locate"
        while not self.accept(")"):
            if self.accept("FROM") and name == "substr":
                name = "substring"
            elif self._tokens[self.at - 1].text.upper() != "FROM" and not any(
                map(self.accept, (",", "FOR", "PLACING"))
            ):
                raise UnknownNameError
            args.append(self.read(0).text)
        if name in {"ltrim", "rtrim"} and len(args) > 1:
            return Printed(print_trim(name, args))
        return Printed(print_function(name, args))

    def read_list(self, end: str) -> list[str]:
        """Read expressions with commas between them, up to ``end``."""
        items: list[str] = []
        while not self.accept(end):
            if items:
                self.expect(",")
            item = self._read_lambda() or self.read(0).text
            if self.accept("AS"):  # struct(a AS b)
                item += f" AS {self.take().text}"
            items.append(item)
        return items

    def _read_lambda(self) -> str | None:
        """Read ``x -> body`` or ``(x, y) -> body``; Spark does not print the variables' names."""
        at = self.at
        names: list[str] = []
        if self.accept("("):
            while not names or self.accept(","):
                names.append(self.take().text.lower())
            closed = self.accept(")")
        else:
            names.append(self.take().text.lower())
            closed = True
        if not (closed and self.accept("->")):
            self.at = at
            return None
        self.bound += names
        body = self.read(0).text
        del self.bound[-len(names) :]
        return f"lambdafunction({', '.join([body, *[VARIABLE] * len(names)])})"

    def read_case(self) -> Printed:
        """Read what stands behind CASE."""
        value = None if self.peek() == "WHEN" else self.read(0).text
        parts = ["CASE"]
        while self.accept("WHEN"):
            condition = self.read(0).text
            condition = condition if value is None else f"({value} = {condition})"
            self.expect("THEN")
            parts.append(f"WHEN {condition} THEN {self.read(0).text}")
        if self.accept("ELSE"):
            parts.append(f"ELSE {self.read(0).text}")
        self.expect("END")
        return Printed(" ".join([*parts, "END"]))

    def read_type(self) -> str:
        """Read ``decimal(12, 2)``; Spark prints it in capitals without blanks."""
        parts = [self.take().text.upper()]
        closing = {"(": ")", "<": ">"}.get(self.peek())
        if closing:
            depth = 0
            while True:
                token = self.take().text.upper()
                depth += (token in {"(", "<"}) - (token in {")", ">"})
                parts.append(token)
                if depth == 0:
                    break
        return "".join(parts)

    def cast(self, word: str, inner: Printed, kind: str) -> Printed:
        """Return a cast, which is called as its column where it is one."""
        name = inner.name or inner.text if inner.is_column else None
        return Printed(f"{word}({inner.text} AS {kind.upper()})", name)
