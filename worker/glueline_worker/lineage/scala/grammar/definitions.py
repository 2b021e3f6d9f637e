"""Statements, and the definitions among them: ``val``, ``def``, ``object`` and ``class``."""

from collections.abc import Callable, Sequence

from glueline_worker.lineage.scala.declarations import find_members
from glueline_worker.lineage.scala.grammar.arguments import read_call_arguments
from glueline_worker.lineage.scala.grammar.assignments import read_expression_or_assignment
from glueline_worker.lineage.scala.grammar.blocks import read_branch
from glueline_worker.lineage.scala.lexer import ScalaToken
from glueline_worker.lineage.scala.python_writer import Line, make_python_name
from glueline_worker.lineage.scala.translator import Translator

_MODIFIERS = (
    *("abstract", "final", "implicit", "inline", "lazy", "override", "private", "protected"),
    *("sealed", "transparent"),
)
_METHOD = ("def ", "@property")
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
    scala_name = cursor.advance().text
    name = make_python_name(scala_name)
    cursor.skip_type_arguments()
    is_value = not cursor.is_at("(")
    parameters = _read_signature(translator)
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
    line = cursor.advance().line
    name = make_python_name(cursor.advance().text)
    if _has_known_base(translator):
        _write_singleton(translator, name, line)
        return
    while not cursor.is_at("{") and not cursor.is_at_line_end():
        cursor.advance()
    if cursor.is_at("{"):
        opening = cursor.advance()
        translator.writer.emit(translator.statements("}"), opening.line)
        cursor.leave(opening)


def _has_known_base(translator: Translator) -> bool:
    cursor = translator.cursor
    position = cursor.position
    while (token := cursor.get(position)).text != "{" and token.kind not in {"newline", "end"}:
        is_base = token.text in {"extends", "with"}
        if is_base and cursor.get(position + 1).text in translator.declarations.classes:
            return True
        position += 1
    return False


def _write_singleton(translator: Translator, name: str, line: int) -> None:
    """Write an object that has members of classes: an instance, whose members are names too."""
    cursor, writer = translator.cursor, translator.writer
    bases: list[str] = []
    position = cursor.position
    while (token := cursor.get(position)).text != "{" and token.kind not in {"newline", "end"}:
        if token.text in translator.declarations.classes:
            bases.append(token.text)
        position += 1
    own = find_members(cursor.tokens, position, token.partner if token.text == "{" else -1)
    inherited = [m for base in bases for m in translator.declarations.members.get(base, ())]
    made = f"{name}__class"
    _write_class(translator, made, (), line)
    writer.emit(f"{name}__object = {made}()", line)
    for member in dict.fromkeys(map(make_python_name, [*inherited, *own])):
        writer.emit(f"{member} = {name}__object.{member}", line)


def _read_class(translator: Translator) -> None:
    """Read ``class`` or ``trait``."""
    cursor = translator.cursor
    line = cursor.advance().line
    name = make_python_name(cursor.advance().text)
    cursor.skip_type_arguments()
    _skip_modifiers(translator)
    parameters = _read_signature(translator)
    _write_class(translator, name, parameters, line)


def _write_class(translator: Translator, name: str, parameters: Sequence[str], line: int) -> None:
    """Write a class from what follows its parameters."""
    fields = [parameter.partition("=")[0] for parameter in parameters]
    outer = translator.locals
    translator.members.append(set(fields))
    translator.locals = [set(fields)]  # what the bases are given is of the parameters
    with translator.writer.capture() as lines:
        bases = _read_bases(translator)
    translator.locals = outer
    translator.members.pop()
    names = [make_python_name(base) for base in bases]
    with translator.writer.block(f"class {name}({', '.join(names)}):", line):
        calls = [
            f"{make_python_name(base)}.__init__({', '.join(['self', *([found] if found else [])])})"
            for base, found in bases.items()
        ]
        inherited = [m for base in bases for m in translator.declarations.members.get(base, ())]
        first = [text for _, text, _ in lines]
        _read_class_body(translator, parameters, [*first, *calls], inherited, line)


def _read_bases(translator: Translator) -> dict[str, str]:
    """Read the known classes that a class or an object extends, with what they are given."""
    cursor = translator.cursor
    found: dict[str, str] = {}
    while not cursor.is_at("{") and not cursor.is_at_line_end():
        is_base = cursor.take("extends") or cursor.take("with")
        if not is_base or cursor.token.text not in translator.declarations.classes:
            cursor.advance()
            continue
        name = cursor.advance().text
        cursor.skip_type_arguments()
        found[name] = read_call_arguments(translator).render() if cursor.is_at("(") else ""
    return found


def _read_class_body(
    translator: Translator,
    parameters: Sequence[str],
    first: Sequence[str],
    inherited: Sequence[str],
    line: int,
) -> None:
    """Write the constructor, which runs the statements of the class, and the methods."""
    cursor, writer = translator.cursor, translator.writer
    fields = [parameter.partition("=")[0] for parameter in parameters]
    opening = cursor.token
    end = opening.partner if cursor.is_at("{") else -1
    own = find_members(cursor.tokens, cursor.position, end)
    translator.members.append({*fields, *map(make_python_name, [*inherited, *own])})
    outer, translator.locals = translator.locals, []
    with writer.block(f"def __init__({', '.join(['self', *parameters])}):", line):
        for parameter in fields:
            writer.emit(f"self.{parameter} = {parameter}", line)
        for text in first:
            writer.emit(text, line)
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
        if lines and lines[0][1].startswith(_METHOD):
            methods += [(depth - 1, text, line) for depth, text, line in lines]
        else:
            writer.lines += lines
            if value:
                writer.emit(value, opening.line)
        if cursor.position == start:
            cursor.advance()
    cursor.leave(opening)
    return methods


_DEFINITIONS: dict[str, Callable[[Translator], None]] = {
    "class": _read_class,
    "def": _read_function,
    "object": _read_object,
    "trait": _read_class,
    "val": _read_value,
    "var": _read_value,
}
