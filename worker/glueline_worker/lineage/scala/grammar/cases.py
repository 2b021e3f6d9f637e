"""``match``, and the patterns of ``case``, ``for`` and ``val``."""

from collections.abc import Sequence

from glueline_worker.lineage.scala.lexer import ScalaToken
from glueline_worker.lineage.scala.python_writer import make_python_name
from glueline_worker.lineage.scala.translator import Translator


def read_match(translator: Translator, value: str) -> str:
    """Read ``value match { case … }`` after its word."""
    cursor, writer = translator.cursor, translator.writer
    opening = cursor.token
    if not cursor.take("{"):
        return "None"
    cursor.skip_lines()
    name = writer.make_name("given")
    writer.emit(f"{name} = {value}", opening.line)
    found = read_cases(translator, name)
    cursor.leave(opening)
    return found


def read_cases(translator: Translator, given: str) -> str:
    """Read the branches of ``match``; each is possible unless a literal decides."""
    cursor, writer = translator.cursor, translator.writer
    value = writer.make_name()
    header = "if"
    while cursor.take("case"):
        line = cursor.token.line
        pattern = cursor.take_until("=>", "if")
        test = _make_condition(pattern, given)
        if cursor.take("if"):
            with writer.capture():
                translator.expression()
            test = test or f"is_a_case({given})"
        cursor.take("=>")
        with writer.block(f"{header} {test}:" if test else _make_last_header(header), line):
            _bind_pattern(translator, pattern, given)
            writer.emit(f"{value} = {translator.statements('case', '}')}", line)
        header = "elif" if test else "if"
        cursor.skip_lines()
    return value


def find_variables(pattern: Sequence[ScalaToken]) -> list[str]:
    """Return the variables of a pattern: names in lower case that are no types."""
    found = []
    for before, token in zip([None, *pattern], pattern, strict=False):
        is_type = before is not None and before.text in {":", ".", "["}
        if token.kind == "id" and not is_type and token.text[0].islower():
            found.append(make_python_name(token.text))
    return list(dict.fromkeys(found))


def _make_condition(pattern: Sequence[ScalaToken], given: str) -> str:
    """Return the condition of a case; empty where it takes everything."""
    literals = [token for token in pattern if token.text != "|"]
    if literals and all(token.kind == "string" for token in literals):
        return f"{given} in {[part for token in literals for part in token.parts or ['']]!r}"
    takes_all = len(pattern) == 1 and (pattern[0].text == "_" or pattern[0].text[:1].islower())
    return "" if takes_all else f"is_a_case({given})"


def _make_last_header(header: str) -> str:
    """Return the header of a case that takes everything left."""
    return "else:" if header == "elif" else "if True:"


def _bind_pattern(translator: Translator, pattern: Sequence[ScalaToken], given: str) -> None:
    names = find_variables(pattern)
    translator.add_locals(names)
    if pattern and pattern[0].text == "(" and len(names) > 1:
        translator.writer.emit(f"{', '.join(names)} = {given}", pattern[0].line)
    else:
        for name in names:
            translator.writer.emit(f"{name} = {given}", pattern[0].line)
