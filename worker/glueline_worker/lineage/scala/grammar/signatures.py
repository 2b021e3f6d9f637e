"""What stands before and behind the name of a definition: modifiers and parameters."""

from glueline_worker.lineage.scala.python_writer import make_python_name
from glueline_worker.lineage.scala.translator import Translator

_MODIFIERS = (
    *("abstract", "final", "implicit", "inline", "lazy", "override", "private", "protected"),
    *("sealed", "transparent"),
)


def skip_modifiers(translator: Translator) -> None:
    """Pass annotations and modifiers."""
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


def read_signature(translator: Translator) -> list[str]:
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
    skip_modifiers(translator)
    cursor.take("val", "var")
    name = make_python_name(cursor.advance().text)
    if not cursor.take(":"):
        return ""
    cursor.skip_type("=")
    if cursor.take("="):
        return f"{name}={translator.expression()}"
    return f"{name}=None" if implicit else name
