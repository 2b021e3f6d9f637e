"""Statements, and the definitions among them: ``val``, ``def``, ``object`` and ``class``."""

from collections.abc import Callable, Sequence

from glueline_worker.lineage.scala.grammar.assignments import read_expression_or_assignment
from glueline_worker.lineage.scala.grammar.blocks import read_branch
from glueline_worker.lineage.scala.lexer import ScalaToken
from glueline_worker.lineage.scala.python_writer import Line, make_python_name
from glueline_worker.lineage.scala.translator import Translator

_MODIFIERS = (
    *("abstract", "final", "implicit", "inline", "lazy", "override", "private", "protected"),
    *("sealed", "transparent"),
)
_CLAUSES = ("import", "package", "type")


def read_statement(translator: Translator) -> str | None:
    """Read a definition, an assignment or an expression; return the value of an expression."""
    cursor = translator.cursor
    _skip_modifiers(translator)
    has_defined = cursor.is_at("class", "def", "trait")
    value = None
    if cursor.is_at(*_CLAUSES) and cursor.peek().text != "=":
        _skip_clause(translator)
    elif cursor.is_at(*_DEFINITIONS):
        _DEFINITIONS[cursor.token.text](translator)
    else:
        value = read_expression_or_assignment(translator)
    translator.has_defined = has_defined
    return value


def _skip_modifiers(translator: Translator) -> None:
    cursor = translator.cursor
    while cursor.is_at("@"):
        cursor.advance()
        cursor.advance()
        cursor.skip_group()
        cursor.skip_lines()
    while cursor.is_at(*_MODIFIERS) or (
        cursor.is_at("case") and cursor.peek().text in {"class", "object"}
    ):
        cursor.advance()
        cursor.skip_type_arguments()


def _skip_clause(translator: Translator) -> None:
    cursor = translator.cursor
    if cursor.take("package") and cursor.is_at("object"):
        _read_object(translator)
    else:
        cursor.skip_statement()
        if cursor.is_at("}"):
            cursor.skip_group()


def _read_value(translator: Translator) -> None:
    """Read ``val`` or ``var``."""
    cursor = translator.cursor
    line = cursor.advance().line
    names = _read_names(translator)
    if cursor.take(":"):
        cursor.skip_type("=")
    if not cursor.take("="):
        return
    if cursor.is_at("_") and cursor.peek().kind in {"newline", "end"}:
        cursor.advance()
        value = "None"
    else:
        value = translator.expression()
    if value in translator.texts:
        translator.texts[names[0]] = translator.texts[value]
    if translator.get_shape(names[0]) == "value":
        translator.declarations.shapes[names[0]] = translator.get_shape(value)
    targets = ", ".join(_declare(translator, name) for name in names)
    translator.writer.emit(f"{targets} = {value}", line)


def _read_names(translator: Translator) -> list[str]:
    """Read the names on the left of ``val``: one, several, or those of a pattern."""
    cursor = translator.cursor
    opening = cursor.token
    found = []
    while not cursor.is_at("=", ":") and not cursor.is_at_line_end():
        token = cursor.advance()
        if token.kind == "id" and (token.text[0].islower() or cursor.is_at("=", ":")):
            found.append(make_python_name(token.text))
        if opening.text == "(" and cursor.is_at(":"):  # (a: Int, b: Int)
            cursor.advance()
            cursor.skip_type("=")
    return found or [translator.writer.make_name("unused")]


def _declare(translator: Translator, name: str) -> str:
    """Return the Python target of a name that is defined here."""
    if translator.locals:
        translator.add_locals([name])
    elif translator.members and name in translator.members[-1]:
        return f"self.{name}"
    return name


def _read_function(translator: Translator) -> None:
    """Read ``def``."""
    cursor, writer = translator.cursor, translator.writer
    line = cursor.advance().line
    name = make_python_name(cursor.advance().text)
    cursor.skip_type_arguments()
    parameters = _read_signature(translator)
    if cursor.take(":"):
        cursor.skip_type("=", "{")
    if not cursor.is_at("=", "{"):
        return
    cursor.take("=")
    is_method = bool(translator.members) and not translator.locals
    translator.locals.append({parameter.partition("=")[0] for parameter in parameters})
    first = ["self"] if is_method else []
    with writer.block(f"def {name}({', '.join(first + parameters)}):", line):
        writer.emit(f"return {read_branch(translator)}", line)
    translator.locals.pop()


def _read_signature(translator: Translator) -> list[str]:
    """Read the parameters of all lists, implicit ones as optional."""
    cursor = translator.cursor
    found: list[str] = []
    while cursor.is_at("("):
        opening = cursor.advance()
        implicit = cursor.take("implicit", "using")
        while cursor.position < opening.partner:
            if parameter := _read_parameter(translator, implicit=implicit):
                found.append(parameter)
            cursor.take(",")
        cursor.leave(opening)
    return found


def _read_parameter(translator: Translator, *, implicit: bool) -> str:
    cursor = translator.cursor
    _skip_modifiers(translator)
    cursor.take("val", "var")
    name = make_python_name(cursor.advance().text)
    if not cursor.take(":"):
        return ""
    cursor.skip_type("=")
    if cursor.take("="):
        return f"{name}={translator.expression()}"
    return f"{name}=None" if implicit else name


def _read_object(translator: Translator) -> None:
    """Read ``object``: its members stand at the top level, and calls leave out its name."""
    cursor = translator.cursor
    cursor.advance()
    while not cursor.is_at("{") and not cursor.is_at_line_end():
        cursor.advance()
    if cursor.is_at("{"):
        opening = cursor.advance()
        translator.writer.emit(translator.statements("}"), opening.line)
        cursor.leave(opening)


def _read_class(translator: Translator) -> None:
    """Read ``class`` or ``trait``."""
    cursor = translator.cursor
    line = cursor.advance().line
    name = make_python_name(cursor.advance().text)
    cursor.skip_type_arguments()
    _skip_modifiers(translator)
    parameters = _read_signature(translator)
    base = ""
    while not cursor.is_at("{") and not cursor.is_at_line_end():
        if cursor.is_at("extends") and cursor.peek().text in translator.declarations.classes:
            base = make_python_name(cursor.peek().text)
        cursor.advance()
    with translator.writer.block(f"class {name}({base}):", line):
        _read_class_body(translator, parameters, line)


def _read_class_body(translator: Translator, parameters: Sequence[str], line: int) -> None:
    """Write the constructor, which runs the statements of the class, and the methods."""
    cursor, writer = translator.cursor, translator.writer
    own = [parameter.partition("=")[0] for parameter in parameters]
    opening = cursor.token
    end = opening.partner if cursor.is_at("{") else -1
    translator.members.append({*own, *_find_members(cursor.tokens, cursor.position, end)})
    outer, translator.locals = translator.locals, []
    with writer.block(f"def __init__({', '.join(['self', *parameters])}):", line):
        for parameter in own:
            writer.emit(f"self.{parameter} = {parameter}", line)
        methods = _read_constructor(translator, opening) if end >= 0 else []
    writer.lines += methods
    translator.locals = outer
    translator.members.pop()


def _read_constructor(translator: Translator, opening: ScalaToken) -> list[Line]:
    """Write the statements of a class and return the lines of its methods."""
    cursor, writer = translator.cursor, translator.writer
    methods: list[Line] = []
    cursor.advance()
    while cursor.position < opening.partner:
        cursor.skip_lines()
        start = cursor.position
        with writer.capture() as lines:
            value = translator.statement()
        if lines and lines[0][1].startswith("def "):
            methods += [(depth - 1, text, line) for depth, text, line in lines]
        else:
            writer.lines += lines
            if value:
                writer.emit(value, opening.line)
        if cursor.position == start:
            cursor.advance()
    cursor.leave(opening)
    return methods


def _find_members(tokens: Sequence[ScalaToken], start: int, end: int) -> list[str]:
    """Return the names that a class defines in its own braces."""
    found = []
    position = start + 1
    while 0 <= position < end:
        token = tokens[position]
        if token.kind == "id" and token.text in {"def", "val", "var"}:
            found.append(make_python_name(tokens[position + 1].text))
        position = token.partner + 1 if token.partner > position else position + 1
    return found


_DEFINITIONS: dict[str, Callable[[Translator], None]] = {
    "class": _read_class,
    "def": _read_function,
    "object": _read_object,
    "trait": _read_class,
    "val": _read_value,
    "var": _read_value,
}
