"""``for``, ``while`` and ``do``."""

from collections.abc import Sequence
from contextlib import ExitStack

from glueline_worker.lineage.scala.grammar.blocks import read_branch
from glueline_worker.lineage.scala.grammar.branches import read_condition
from glueline_worker.lineage.scala.grammar.cases import find_variables
from glueline_worker.lineage.scala.translator import Translator


def read_while(translator: Translator, line: int) -> str:
    """Read ``while``."""
    with translator.writer.block(f"while {read_condition(translator)}:", line):
        translator.writer.emit(read_branch(translator), line)
    return "None"


def read_do(translator: Translator, line: int) -> str:
    """Read ``do`` … ``while``: its body is written once."""
    translator.writer.emit(read_branch(translator), line)
    translator.cursor.skip_lines()
    if translator.cursor.take("while"):
        read_condition(translator)
    return "None"


def read_for(translator: Translator, line: int) -> str:
    """Read ``for``, with or without ``yield``."""
    cursor, writer = translator.cursor, translator.writer
    value = write_empty_list(translator, line)
    opening = cursor.advance()
    with ExitStack() as loops:
        while cursor.position < opening.partner:
            cursor.skip_lines()
            start = cursor.position
            _read_enumerator(translator, loops)
            if cursor.position == start:
                cursor.advance()
        cursor.leave(opening)
        yields = cursor.take("yield")
        found = read_branch(translator)
        writer.emit(f"{value}.append({found})" if yields else found, line)
    return value


def _read_enumerator(translator: Translator, loops: ExitStack) -> None:
    """Read ``x <- xs``, ``x = value`` or ``if condition`` inside ``for``."""
    cursor, writer = translator.cursor, translator.writer
    line = cursor.token.line
    if cursor.take("if"):
        loops.enter_context(writer.block(f"if {translator.expression()}:", line))
        return
    pattern = cursor.take_until("<-", "=", ";", ")", "}")
    names = find_variables(pattern) or [writer.make_name("item")]
    translator.add_locals(names)
    if cursor.take("<-"):
        header = make_loop_header(translator, names, translator.expression())
        loops.enter_context(writer.block(header, line))
    elif cursor.take("="):
        writer.emit(f"{', '.join(names)} = {translator.expression()}", line)


def write_empty_list(translator: Translator, line: int) -> str:
    """Write a variable that holds an empty list, and return its name."""
    value = translator.writer.make_name()
    translator.writer.emit(f"{value} = []", line)
    translator.declarations.shapes[value] = "sequence"
    return value


def make_loop_header(translator: Translator, names: Sequence[str], target: str) -> str:
    """Return the header of a loop over ``target``; of a map, over its items."""
    is_pairs = len(names) > 1 and translator.get_shape(target) == "map"
    return f"for {', '.join(names)} in {target}{'.items()' if is_pairs else ''}:"
