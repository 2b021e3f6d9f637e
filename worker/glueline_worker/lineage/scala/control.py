"""Blocks, function literals, branches and loops, as Python statements."""

from abc import abstractmethod
from collections.abc import Callable, Sequence

from glueline_worker.lineage.scala.expressions import Expressions
from glueline_worker.lineage.scala.lexer import Token
from glueline_worker.lineage.scala.patterns import bound, condition, last_header
from glueline_worker.lineage.scala.python_writer import python_name


class Control(Expressions):
    """Reads what Python has no expression for."""

    defines = False
    """Whether the last statement was a definition of a function or class."""

    @abstractmethod
    def repeated(self, word: str, line: int) -> str:
        """``for``, ``while`` or ``do`` after its first word."""

    @abstractmethod
    def statement(self) -> str | None:
        """A statement; its value if it is an expression."""

    def statements(self, *closing: str) -> str:
        """Statements up to one of ``closing``; the value of the last one.

        Definitions come first, as Scala lets them be used before.
        """
        value: str | None = None
        line = self.token.line
        first = len(self.code.lines)
        while True:
            self.skip_lines()
            if self.at(*closing) or self.token.kind == "end":
                return self._held(value, line)
            if value and not value.isidentifier():
                self.code.emit(value, line)
            start, begun, line = self.position, len(self.code.lines), self.token.line
            self.defines = False
            value = self.statement()
            if self.defines:
                lines = self.code.lines[begun:]
                del self.code.lines[begun:]
                self.code.lines[first:first] = lines
                first += len(lines)
            if self.position == start:
                self.next()

    def _held(self, value: str | None, line: int) -> str:
        """A block's value; what a call yields gets a name, to keep the call on its line."""
        if value is None or "(" not in value or value in self.texts or value in self.pairs:
            return value or "None"
        name = self.code.name()
        self.code.emit(f"{name} = {value}", line)
        return name

    # Blocks and functions

    def block(self) -> str:
        """A block, or the function literal that braces may hold."""
        opening = self.next()
        self.skip_lines()
        if self.at("case"):
            name = self.code.name("given")
            value = self._function([name], lambda: self.cases(name))
        elif self.is_function() or self.is_typed_parameter():
            parameters = self.parameters()
            value = self._function(parameters, lambda: self.statements("}"))
        else:
            value = self.statements("}")
        self.leave(opening)
        return value

    def function(self) -> str:
        """``x => …`` and ``(x: Type, y) => …``."""
        return self._function(self.parameters(), self.branch)

    def leave(self, opening: Token) -> None:
        """Go behind the bracket that closes ``opening``."""
        if opening.partner >= 0:
            self.position = min(opening.partner + 1, len(self.tokens) - 1)

    def is_typed_parameter(self) -> bool:
        """``x: Type =>`` without parentheses, which only braces allow."""
        if self.token.kind != "id" or self.ahead().text != ":":
            return False
        return any(self.ahead(count).text == "=>" for count in range(3, 8))

    def parameters(self) -> list[str]:
        """The names of a function literal's parameters, and the arrow."""
        opening = self.token
        found: list[str] = []
        if not self.take("("):
            found.append(self._parameter())
        while opening.partner >= 0 and self.position < opening.partner:
            found.append(self._parameter())
            self.take(",")
        self.leave(opening)
        self.take("=>")
        return found

    def _parameter(self) -> str:
        self.take("implicit")
        name = self.next().text
        if self.take(":"):
            self.skip_type("=>")
        return self.code.name("unused") if name == "_" else python_name(name)

    def _function(self, parameters: Sequence[str], body: Callable[[], str]) -> str:
        line = self.token.line
        self.locals.append(set(parameters))
        with self.code.aside() as lines:
            self.code.depth += 1
            value = body()
            self.code.depth -= 1
        self.locals.pop()
        if not lines:
            return f"(lambda {', '.join(parameters)}: {value})"
        name = self.code.name("function")
        with self.code.block(f"def {name}({', '.join(parameters)}):", line):
            self.code.lines += lines
            self.code.emit(f"return {value}", line)
        return name

    def branch(self) -> str:
        """A block, or a single statement."""
        self.skip_lines()
        return self.block() if self.at("{") else self.statement() or "None"

    def condition(self) -> str:
        """What stands in parentheses after ``if`` and ``while``."""
        opening = self.token
        if not self.take("("):
            found = self.expression()
            self.take("then")
            return found
        found = self.argument()
        self.leave(opening)
        return found

    # Branches

    def control(self) -> str:
        """``if``, ``for``, ``while``, ``do``, ``try``, ``throw`` or ``return``."""
        line = self.token.line
        word = self.next().text
        if word == "throw":
            self.code.emit(f"raise Exception({self.expression()})", line)
            return "None"
        if word == "return":
            leaves = self.at("}", ")", ";") or self.token.kind in {"newline", "end"}
            self.code.emit("return" if leaves else f"return {self.expression()}", line)
            return "None"
        if word == "if":
            return self._if(line)
        return self._try(line) if word == "try" else self.repeated(word, line)

    def _if(self, line: int) -> str:
        value = self.code.name()
        with self.code.block(f"if {self.condition()}:", line):
            self.code.emit(f"{value} = {self.branch()}", line)
        if self.take("else"):
            with self.code.block("else:", line):
                self.code.emit(f"{value} = {self.branch()}", line)
        return value

    def _try(self, line: int) -> str:
        value = self.code.name()
        with self.code.block("try:", line):
            self.code.emit(f"{value} = {self.branch()}", line)
        error = self.code.name("error")
        with self.code.block(f"except Exception as {error}:", line):
            if self.take("catch"):
                opening = self.token
                if self.take("{"):
                    self.skip_lines()
                    self.code.emit(f"{value} = {self.cases(error)}", line)
                    self.leave(opening)
                else:
                    self.code.emit(self.expression(), line)
        if self.take("finally"):
            with self.code.block("finally:", line):
                self.code.emit(self.branch(), line)
        return value

    def matched(self, value: str) -> str:
        """``value match { case … }``."""
        opening = self.token
        if not self.take("{"):
            return "None"
        self.skip_lines()
        name = self.code.name("given")
        self.code.emit(f"{name} = {value}", opening.line)
        found = self.cases(name)
        self.leave(opening)
        return found

    def cases(self, given: str) -> str:
        """The branches of ``match``; each is possible unless a literal decides."""
        value = self.code.name()
        header = "if"
        while self.take("case"):
            line = self.token.line
            pattern = self.pattern("=>", "if")
            test = condition(pattern, given)
            if self.take("if"):
                with self.code.aside():
                    self.expression()
                test = test or f"is_a_case({given})"
            self.take("=>")
            with self.code.block(f"{header} {test}:" if test else last_header(header), line):
                self._bind(pattern, given)
                self.code.emit(f"{value} = {self.statements('case', '}')}", line)
            header = "elif" if test else "if"
            self.skip_lines()
        return value

    def pattern(self, *closing: str) -> list[Token]:
        """The tokens up to one of ``closing`` outside brackets."""
        found: list[Token] = []
        while not self.at(*closing) and self.token.kind != "end":
            start = self.position
            self.skip_group()
            self.position = max(self.position, start + 1)
            found += self.tokens[start : self.position]
        return found

    def _bind(self, pattern: Sequence[Token], given: str) -> None:
        names = bound(pattern)
        if self.locals:
            self.locals[-1].update(names)
        if pattern and pattern[0].text == "(" and len(names) > 1:
            self.code.emit(f"{', '.join(names)} = {given}", pattern[0].line)
        else:
            for name in names:
                self.code.emit(f"{name} = {given}", pattern[0].line)
