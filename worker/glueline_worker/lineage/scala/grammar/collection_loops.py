"""Loops that Scala writes as methods of collections: ``foreach``, ``map``, ``foldLeft``."""

from collections.abc import Callable

from glueline_worker.lineage.scala.grammar.arguments import read_call_arguments
from glueline_worker.lineage.scala.grammar.blocks import (
    is_function,
    is_typed_parameter,
    read_block,
    read_branch,
    read_parameters,
)
from glueline_worker.lineage.scala.grammar.cases import find_variables, read_cases
from glueline_worker.lineage.scala.grammar.loops import make_loop_header, write_empty_list
from glueline_worker.lineage.scala.lexer import ScalaToken
from glueline_worker.lineage.scala.translator import Translator

_ITEM_STATEMENTS: dict[str, Callable[[str, str, str], str]] = {
    "filter": lambda result, _found, item: f"{result}.append({item})",
    "flatMap": lambda result, found, _item: f"{result}.extend({found})",
    "foreach": lambda _result, found, _item: found,
    "map": lambda result, found, _item: f"{result}.append({found})",
    "withFilter": lambda result, _found, item: f"{result}.append({item})",
}
"""The statement for each item, from the list of results, the function's value and the item. A
filter may keep every item."""
_REDUCTIONS = frozenset({"reduce", "reduceLeft"})
_ALWAYS_LOOPS = frozenset({"foldLeft", "foreach"})
"""The other methods are loops over known collections only: frames have ``map`` and ``filter``."""


def read_collection_loop(translator: Translator, target: str, method: str) -> str | None:
    """Read ``target.foreach(…)`` and its siblings; None if ``target`` is no collection."""
    if method not in _ALWAYS_LOOPS and translator.get_shape(target) not in {"map", "sequence"}:
        return None
    line = translator.cursor.token.line
    if method == "foldLeft":
        start = read_call_arguments(translator).get(0) or "None"
        return _read_fold(translator, start, target, line)
    if method in _REDUCTIONS:
        return _read_fold(translator, f"{target}[0]", f"{target}[1:]", line)
    if method not in _ITEM_STATEMENTS:
        return None
    result = write_empty_list(translator, line)
    _read_each_item(translator, target, method, result, line)
    return result


def _read_each_item(
    translator: Translator, target: str, method: str, result: str, line: int
) -> None:
    cursor = translator.cursor
    opening = cursor.advance()
    if cursor.is_at("{") and opening.text == "(":  # foreach({ x => … })
        opening = cursor.advance()
    cursor.skip_lines()
    names, read_body = _read_item_function(translator, opening)
    translator.add_locals(names)
    with translator.writer.block(make_loop_header(translator, names, target), line):
        found = read_body()
        translator.writer.emit(_ITEM_STATEMENTS[method](result, found, names[0]), line)
    cursor.leave(opening)
    cursor.take(")")


def _read_item_function(
    translator: Translator, opening: ScalaToken
) -> tuple[list[str], Callable[[], str]]:
    """Read the parameters of the function for each item, and return a reader of its body."""
    cursor, writer = translator.cursor, translator.writer
    in_braces = opening.text == "{"

    def read_statements() -> str:
        return translator.statements("}")

    if cursor.is_at("case") and _has_one_case(translator, opening):
        cursor.advance()
        names = find_variables(cursor.take_until("=>")) or [writer.make_name("item")]
        cursor.take("=>")
        return names, read_statements
    if cursor.is_at("case"):
        item = writer.make_name("item")
        return [item], lambda: read_cases(translator, item)
    if is_function(translator) or (in_braces and is_typed_parameter(translator)):
        names = read_parameters(translator) or [writer.make_name("item")]
        return names, read_statements if in_braces else lambda: read_branch(translator)
    item = writer.make_name("item")
    function = translator.argument()
    return [item], lambda: f"{function}({item})"


def _has_one_case(translator: Translator, opening: ScalaToken) -> bool:
    cursor = translator.cursor
    position, found = cursor.position, 0
    while position < opening.partner:
        token = cursor.tokens[position]
        found += token.kind == "id" and token.text == "case"
        position = token.partner + 1 if token.partner > position else position + 1
    return found == 1


def _read_fold(translator: Translator, start: str, target: str, line: int) -> str:
    cursor, writer = translator.cursor, translator.writer
    result = writer.make_name()
    item = writer.make_name("item")
    writer.emit(f"{result} = {start}", line)
    is_call = cursor.is_at("(")
    function = read_call_arguments(translator).get(0) if is_call else read_block(translator)
    with writer.block(f"for {item} in {target}:", line):
        writer.emit(f"{result} = {function}({result}, {item})", line)
    return result
