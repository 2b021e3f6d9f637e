"""Definitions and assignments: ``val``, ``def``, ``object``, ``class``."""

from collections.abc import Sequence

from glueline_worker.lineage.scala.lexer import Token
from glueline_worker.lineage.scala.loops import Loops
from glueline_worker.lineage.scala.python_writer import python_name

_MODIFIERS = (
    *("abstract", "final", "implicit", "inline", "lazy", "override", "private", "protected"),
    *("sealed", "transparent"),
)
_ASSIGNMENTS = frozenset({"=", "+=", "++=", "-=", ":+=", "::="})


class Translation(Loops):
    """Reads a whole script."""

    def script(self) -> None:
        """Translate all there is, and call ``main``."""
        self.code.emit(self.statements(), 1)
        if "main" in self.names.functions:
            self.code.emit("main(sys.argv)", self.token.line)

    def statement(self) -> str | None:
        """A definition, an assignment or an expression."""
        self._skip_modifiers()
        defines = self.at("class", "def", "trait")
        value = self._one_statement()
        self.defines = defines
        return value

    def _one_statement(self) -> str | None:
        if self.at("import", "package", "type") and self.ahead().text != "=":
            self._skip_clause()
        elif self.at("val", "var"):
            self._value_definition()
        elif self.at("def"):
            self._function_definition()
        elif self.at("object"):
            self._object()
        elif self.at("class", "trait"):
            self._class()
        else:
            return self._expression_or_assignment()
        return None

    def _skip_modifiers(self) -> None:
        while self.at("@"):
            self.next()
            self.next()
            self.skip_group()
            self.skip_lines()
        while self.at(*_MODIFIERS) or (
            self.at("case") and self.ahead().text in {"class", "object"}
        ):
            self.next()
            self.skip_type_arguments()

    def _skip_clause(self) -> None:
        if self.take("package") and self.at("object"):
            self._object()
        else:
            self.skip_statement()
            if self.at("}"):
                self.skip_group()

    def _value_definition(self) -> None:
        line = self.next().line
        names = self._names()
        if self.take(":"):
            self.skip_type("=")
        if not self.take("="):
            return
        empty = self.at("_") and self.ahead().kind in {"newline", "end"}
        value = "None" if empty and self.next() else self.expression()
        if value in self.texts:
            self.texts[names[0]] = self.texts[value]
        if self.shape(names[0]) == "value":
            self.names.shapes[names[0]] = self.shape(value)
        self.code.emit(f"{', '.join(map(self._declared, names))} = {value}", line)

    def _names(self) -> list[str]:
        """The names on the left of ``val``: one, several, or those of a pattern."""
        opening = self.token
        found = []
        while not self.at("=", ":") and self.token.kind not in {"newline", "end"}:
            token = self.next()
            if token.kind == "id" and (token.text[0].islower() or self.at("=", ":")):
                found.append(python_name(token.text))
            if opening.text == "(" and self.at(":"):  # (a: Int, b: Int)
                self.next()
                self.skip_type("=")
        return found or [self.code.name("unused")]

    def _declared(self, name: str) -> str:
        if self.locals:
            self.locals[-1].add(name)
        elif self.members and name in self.members[-1]:
            return f"self.{name}"
        return name

    def _function_definition(self) -> None:
        line = self.next().line
        name = python_name(self.next().text)
        self.skip_type_arguments()
        parameters = self._signature()
        if self.take(":"):
            self.skip_type("=", "{")
        if not self.at("=", "{"):
            return
        self.take("=")
        own = {parameter.partition("=")[0] for parameter in parameters}
        inside = bool(self.members) and not self.locals
        self.locals.append(own)
        first = ["self"] if inside else []
        with self.code.block(f"def {name}({', '.join(first + parameters)}):", line):
            self.code.emit(f"return {self.branch()}", line)
        self.locals.pop()

    def _signature(self) -> list[str]:
        """The parameters of all lists, implicit ones as optional."""
        found: list[str] = []
        while self.at("("):
            opening = self.next()
            implicit = self.take("implicit", "using")
            while self.position < opening.partner:
                if parameter := self._one_parameter(implicit=implicit):
                    found.append(parameter)
                self.take(",")
            self.leave(opening)
        return found

    def _one_parameter(self, *, implicit: bool) -> str:
        self._skip_modifiers()
        self.take("val", "var")
        name = python_name(self.next().text)
        if not self.take(":"):
            return ""
        self.skip_type("=")
        if self.take("="):
            return f"{name}={self.expression()}"
        return f"{name}=None" if implicit else name

    def _object(self) -> None:
        """An object's members stand at the top level; ``Name.member`` leaves out the name."""
        self.next()
        while not self.at("{") and self.token.kind not in {"newline", "end"}:
            self.next()
        if self.at("{"):
            opening = self.next()
            self.code.emit(self.statements("}"), opening.line)
            self.leave(opening)

    def _class(self) -> None:
        line = self.next().line
        name = python_name(self.next().text)
        self.skip_type_arguments()
        self._skip_modifiers()
        parameters = self._signature()
        base = ""
        while not self.at("{") and self.token.kind not in {"newline", "end"}:
            if self.at("extends") and self.ahead().text in self.names.classes:
                base = python_name(self.ahead().text)
            self.next()
        with self.code.block(f"class {name}({base}):", line):
            self._body(parameters, line)

    def _body(self, parameters: Sequence[str], line: int) -> None:
        """The constructor, which runs the statements of the class, and the methods."""
        own = [parameter.partition("=")[0] for parameter in parameters]
        opening = self.token
        end = opening.partner if self.at("{") else -1
        self.members.append({*own, *_members(self.tokens, self.position, end)})
        outer, self.locals = self.locals, []
        with self.code.block(f"def __init__({', '.join(['self', *parameters])}):", line):
            for parameter in own:
                self.code.emit(f"self.{parameter} = {parameter}", line)
            methods = self._constructor(opening) if end >= 0 else []
        self.code.lines += methods
        self.locals = outer
        self.members.pop()

    def _constructor(self, opening: Token) -> list[tuple[int, str, int]]:
        """Write the statements of a class and return its methods."""
        methods: list[tuple[int, str, int]] = []
        self.next()
        while self.position < opening.partner:
            self.skip_lines()
            start = self.position
            with self.code.aside() as lines:
                value = self.statement()
            if lines and lines[0][1].startswith("def "):
                methods += [(depth - 1, text, line) for depth, text, line in lines]
            else:
                self.code.lines += lines
                if value:
                    self.code.emit(value, opening.line)
            if self.position == start:
                self.next()
        self.leave(opening)
        return methods

    def _expression_or_assignment(self) -> str | None:
        line = self.token.line
        target = self.expression()
        if not (self.token.kind == "op" and self.token.text in _ASSIGNMENTS):
            return target
        sign = self.next().text
        value = self.expression()
        self._scope(target, line)
        shape = self.shape(target)
        pair = self.pairs.get(value)
        if sign == "=":
            self.code.emit(f"{_assignable(target)} = {value}", line)
        elif pair and shape == "map":
            self.code.emit(f"{target}[{pair[0]}] = {pair[1]}", line)
        elif shape == "map":
            self.code.emit(f"{target}.update({value})", line)
        elif sign in {"+=", ":+="} and shape == "sequence":
            self.code.emit(f"{target}.append({value})", line)
        else:
            self.code.emit(f"{_assignable(target)} += {value}", line)
        return None

    def _scope(self, target: str, line: int) -> None:
        """Python wants to be told where a name that a function assigns to belongs."""
        if not self.locals or not target.isidentifier() or target in self.locals[-1]:
            return
        outer = any(target in names for names in self.locals)
        self.code.emit(f"{'nonlocal' if outer else 'global'} {target}", line)


def _members(tokens: Sequence[Token], start: int, end: int) -> list[str]:
    """The names that a class defines in its own braces."""
    found = []
    position = start + 1
    while 0 <= position < end:
        token = tokens[position]
        if token.kind == "id" and token.text in {"def", "val", "var"}:
            found.append(python_name(tokens[position + 1].text))
        position = token.partner + 1 if token.partner > position else position + 1
    return found


def _assignable(target: str) -> str:
    """A target that Python can assign to: a call becomes an item."""
    if target.endswith(")") and not target.startswith("("):
        name, _, rest = target.partition("(")
        return f"{name}[{rest[:-1]}]"
    return target if target[0].isalpha() else "ignored__"
