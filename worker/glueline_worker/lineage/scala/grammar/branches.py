"""``if``, ``try``, ``throw`` and ``return``."""

from glueline_worker.lineage.scala.grammar.blocks import read_branch
from glueline_worker.lineage.scala.grammar.cases import read_cases
from glueline_worker.lineage.scala.translator import Translator


def read_if(translator: Translator, line: int) -> str:
    """Read ``if`` and ``else``."""
    cursor, writer = translator.cursor, translator.writer
    value = writer.make_name()
    with writer.block(f"if {read_condition(translator)}:", line):
        writer.emit(f"{value} = {read_branch(translator)}", line)
    if cursor.take("else"):
        with writer.block("else:", line):
            writer.emit(f"{value} = {read_branch(translator)}", line)
    return value


def read_condition(translator: Translator) -> str:
    """Read the condition in parentheses after ``if`` and ``while``."""
    cursor = translator.cursor
    opening = cursor.token
    if not cursor.take("("):
        found = translator.expression()
        cursor.take("then")
        return found
    found = translator.argument()
    cursor.leave(opening)
    return found


def read_try(translator: Translator, line: int) -> str:
    """Read ``try`` with ``catch`` and ``finally``."""
    cursor, writer = translator.cursor, translator.writer
    value = writer.make_name()
    with writer.block("try:", line):
        writer.emit(f"{value} = {read_branch(translator)}", line)
    error = writer.make_name("error")
    with writer.block(f"except Exception as {error}:", line):
        if cursor.take("catch"):
            opening = cursor.token
            if cursor.take("{"):
                cursor.skip_lines()
                writer.emit(f"{value} = {read_cases(translator, error)}", line)
                cursor.leave(opening)
            else:
                writer.emit(translator.expression(), line)
    if cursor.take("finally"):
        with writer.block("finally:", line):
            writer.emit(read_branch(translator), line)
    return value


def read_throw(translator: Translator, line: int) -> str:
    """Read ``throw``."""
    translator.writer.emit(f"raise Exception({translator.expression()})", line)
    return "None"


def read_return(translator: Translator, line: int) -> str:
    """Read ``return``, with or without a value."""
    cursor = translator.cursor
    is_bare = cursor.is_at("}", ")", ";") or cursor.is_at_line_end()
    translator.writer.emit("return" if is_bare else f"return {translator.expression()}", line)
    return "None"
