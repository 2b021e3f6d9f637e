"""Classes, traits and objects, with the members of the classes that they extend."""

from collections.abc import Sequence

from glueline_worker.lineage.scala.declarations import find_members
from glueline_worker.lineage.scala.grammar.arguments import read_call_arguments
from glueline_worker.lineage.scala.grammar.signatures import read_signature, skip_modifiers
from glueline_worker.lineage.scala.lexer import ScalaToken
from glueline_worker.lineage.scala.python_writer import Line, make_python_name
from glueline_worker.lineage.scala.translator import Translator

_METHOD = ("def ", "@property")
_BEFORE_BASE = ("extends", "with")


def read_object(translator: Translator) -> None:
    """Read ``object``: its members stand at the top level, and calls leave out its name."""
    cursor = translator.cursor
    line = cursor.advance().line
    name = make_python_name(cursor.advance().text)
    bases, end = _find_bases(translator)
    if bases:
        _write_singleton(translator, name, bases, end, line)
        return
    while not cursor.is_at("{") and not cursor.is_at_line_end():
        cursor.advance()
    if cursor.is_at("{"):
        opening = cursor.advance()
        translator.writer.emit(translator.statements("}"), opening.line)
        cursor.leave(opening)


def _find_bases(translator: Translator) -> tuple[list[str], int]:
    """Look ahead for the known classes in a header; return them and the position of its end."""
    cursor = translator.cursor
    bases: list[str] = []
    position = cursor.position
    while (token := cursor.get(position)).text != "{" and token.kind not in {"newline", "end"}:
        base = cursor.get(position + 1).text
        if token.text in _BEFORE_BASE and base in translator.declarations.classes:
            bases.append(base)
        position += 1
    return bases, position


def _write_singleton(
    translator: Translator, name: str, bases: Sequence[str], end: int, line: int
) -> None:
    """Write an object that has members of classes: an instance, whose members are names too."""
    cursor, writer = translator.cursor, translator.writer
    brace = cursor.get(end)
    own = find_members(cursor.tokens, end, brace.partner if brace.text == "{" else -1)
    inherited = translator.declarations.list_members(bases)
    made = f"{name}__class"
    _write_class(translator, made, (), line)
    writer.emit(f"{name}__object = {made}()", line)
    writer.emit(f"{name} = {name}__object", line)
    for member in dict.fromkeys(map(make_python_name, [*inherited, *own])):
        writer.emit(f"{member} = {name}__object.{member}", line)


def read_class(translator: Translator) -> None:
    """Read ``class`` or ``trait``."""
    cursor = translator.cursor
    line = cursor.advance().line
    name = make_python_name(cursor.advance().text)
    cursor.skip_type_arguments()
    skip_modifiers(translator)
    parameters = read_signature(translator)
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
        inherited = translator.declarations.list_members(bases)
        first = [text for _, text, _ in lines]
        _read_class_body(translator, parameters, [*first, *calls], inherited, line)


def _read_bases(translator: Translator) -> dict[str, str]:
    """Read the known classes that a class or an object extends, with what they are given."""
    cursor = translator.cursor
    found: dict[str, str] = {}
    while not cursor.is_at("{") and not cursor.is_at_line_end():
        is_base = cursor.take(*_BEFORE_BASE)
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
