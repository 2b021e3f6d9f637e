"""Statements, and the definitions among them: ``val``, ``def``, ``object`` and ``class``."""

from collections.abc import Callable

from glueline_worker.lineage.scala.grammar.assignments import read_expression_or_assignment
from glueline_worker.lineage.scala.grammar.blocks import read_branch
from glueline_worker.lineage.scala.grammar.classes import read_class, read_object
from glueline_worker.lineage.scala.grammar.signatures import read_signature, skip_modifiers
from glueline_worker.lineage.scala.python_writer import make_python_name
from glueline_worker.lineage.scala.translator import Translator

_CLAUSES = ("import", "package", "type")


def read_statement(translator: Translator) -> str | None:
    """Read a definition, an assignment or an expression; return the value of an expression."""
    cursor = translator.cursor
    skip_modifiers(translator)
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


def _skip_clause(translator: Translator) -> None:
    cursor = translator.cursor
    if cursor.take("package") and cursor.is_at("object"):
        read_object(translator)
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
    scala_name = cursor.advance().text
    name = make_python_name(scala_name)
    cursor.skip_type_arguments()
    is_value = not cursor.is_at("(")
    parameters = read_signature(translator)
    if cursor.take(":"):
        cursor.skip_type("=", "{")
    if not cursor.is_at("=", "{"):
        return
    cursor.take("=")
    is_method = bool(translator.members) and not translator.locals
    translator.locals.append({parameter.partition("=")[0] for parameter in parameters})
    first = ["self"] if is_method else []
    if is_method and is_value:
        writer.emit("@property", line)
    with writer.block(f"def {name}({', '.join(first + parameters)}):", line):
        writer.emit(f"return {read_branch(translator)}", line)
    translator.locals.pop()


_DEFINITIONS: dict[str, Callable[[Translator], None]] = {
    "class": read_class,
    "def": _read_function,
    "object": read_object,
    "trait": read_class,
    "val": _read_value,
    "var": _read_value,
}
