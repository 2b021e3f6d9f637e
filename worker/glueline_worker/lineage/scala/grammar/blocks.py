"""Blocks and function literals."""

from collections.abc import Callable, Sequence

from glueline_worker.lineage.scala.grammar.cases import read_cases
from glueline_worker.lineage.scala.python_writer import make_python_name
from glueline_worker.lineage.scala.translator import Translator


def read_block(translator: Translator) -> str:
    """Read a block, or the function literal that braces may hold."""
    cursor = translator.cursor
    opening = cursor.advance()
    cursor.skip_lines()
    if cursor.is_at("case"):
        name = translator.writer.make_name("given")
        value = _write_function(translator, [name], lambda: read_cases(translator, name))
    elif is_function(translator) or is_typed_parameter(translator):
        parameters = read_parameters(translator)
        value = _write_function(translator, parameters, lambda: translator.statements("}"))
    else:
        value = translator.statements("}")
    cursor.leave(opening)
    return value


def read_branch(translator: Translator) -> str:
    """Read a block, or a single statement."""
    translator.cursor.skip_lines()
    if translator.cursor.is_at("{"):
        return read_block(translator)
    return translator.statement() or "None"


def read_function(translator: Translator) -> str:
    """Read ``x => …`` or ``(x: Type, y) => …``."""
    parameters = read_parameters(translator)
    return _write_function(translator, parameters, lambda: read_branch(translator))


def is_function(translator: Translator) -> bool:
    """Tell whether a function literal begins here."""
    cursor = translator.cursor
    token = cursor.token
    if token.kind == "id":
        return cursor.peek().text == "=>" and cursor.peek().kind == "op"
    if token.text == "(" and token.kind == "op" and token.partner > 0:
        after = cursor.get(token.partner + 1)
        return after.text == "=>" and after.kind == "op"
    return False


def is_typed_parameter(translator: Translator) -> bool:
    """Tell whether ``x: Type =>`` begins here, which only braces allow."""
    cursor = translator.cursor
    if cursor.token.kind != "id" or cursor.peek().text != ":":
        return False
    # The arrow comes after a name, a colon and a type of one to five tokens.
    return any(cursor.peek(count).text == "=>" for count in range(3, 8))


def read_parameters(translator: Translator) -> list[str]:
    """Read the names of a function literal's parameters, and the arrow."""
    cursor = translator.cursor
    opening = cursor.token
    found: list[str] = []
    if not cursor.take("("):
        found.append(_read_parameter(translator))
    while opening.partner >= 0 and cursor.position < opening.partner:
        found.append(_read_parameter(translator))
        cursor.take(",")
    cursor.leave(opening)
    cursor.take("=>")
    return found


def _read_parameter(translator: Translator) -> str:
    cursor = translator.cursor
    cursor.take("implicit")
    name = cursor.advance().text
    if cursor.take(":"):
        cursor.skip_type("=>")
    return translator.writer.make_name("unused") if name == "_" else make_python_name(name)


def _write_function(
    translator: Translator, parameters: Sequence[str], read_body: Callable[[], str]
) -> str:
    """Write a function unless its body is one expression, and return its name or a lambda."""
    writer = translator.writer
    line = translator.cursor.token.line
    translator.locals.append(set(parameters))
    with writer.capture() as lines:
        writer.depth += 1
        value = read_body()
        writer.depth -= 1
    translator.locals.pop()
    if not lines:
        return f"(lambda {', '.join(parameters)}: {value})"
    name = writer.make_name("function")
    with writer.block(f"def {name}({', '.join(parameters)}):", line):
        writer.lines += lines
        writer.emit(f"return {value}", line)
    return name
