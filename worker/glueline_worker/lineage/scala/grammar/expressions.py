"""Scala expressions as Python expressions.

Python has no expression for blocks, branches and long functions. They are written as statements
before the expression, and a variable holds their value.
"""

from collections.abc import Callable
from itertools import takewhile

from glueline_worker.lineage.scala import operators
from glueline_worker.lineage.scala.grammar.arguments import read_argument_items, read_call_arguments
from glueline_worker.lineage.scala.grammar.blocks import is_function, read_block, read_function
from glueline_worker.lineage.scala.grammar.branches import (
    read_if,
    read_return,
    read_throw,
    read_try,
)
from glueline_worker.lineage.scala.grammar.calls import (
    make_application,
    make_call,
    read_postfix,
)
from glueline_worker.lineage.scala.grammar.cases import read_match
from glueline_worker.lineage.scala.grammar.loops import read_do, read_for, read_while
from glueline_worker.lineage.scala.json_text import make_text_expression
from glueline_worker.lineage.scala.lexer import ScalaToken, lex_scala
from glueline_worker.lineage.scala.methods import CallArguments
from glueline_worker.lineage.scala.python_writer import make_python_name
from glueline_worker.lineage.scala.translator import Translator
from glueline_worker.lineage.word_sets import split_words

_CONTROL: dict[str, Callable[[Translator, int], str]] = {
    "do": read_do,
    "for": read_for,
    "if": read_if,
    "return": read_return,
    "throw": read_throw,
    "try": read_try,
    "while": read_while,
}
"""Readers by the first word, which they find behind the cursor; they also take its line."""
_NO_OPERATOR = split_words(
    "case catch do else extends finally if match then while with yield _ => = <- : @ # . , "
    "; ( ) [ ] { }"
)


def read_expression(translator: Translator, least: int = 0) -> str:
    """Read an expression with operators that bind at least as tight as ``least``."""
    if is_function(translator):
        return read_function(translator)
    cursor = translator.cursor
    line = cursor.token.line
    left = read_postfix(translator, _read_prefix(translator))
    total = ""  # a long sum without parentheses: Python limits how deep they nest
    while (operator := _find_operator(translator)) is not None:
        precedence = operators.get_precedence(operator)
        if precedence < least:
            break
        cursor.advance()
        if operator == "match":
            left = read_match(translator, left)
            continue
        cursor.skip_type_arguments()
        right = translator.expression(precedence + 1)
        if operator == "+" and right not in translator.pairs:
            total = f"{total or left} + {right}"
            left = f"({total})"
        else:
            left, total = _make_operation(translator, left, operator, right), ""
        short = translator.writer.shorten(left, line)
        left, total = short, total if short is left else ""
    return left


def _find_operator(translator: Translator) -> str | None:
    cursor = translator.cursor
    token = cursor.token
    if token.text == "match" and token.kind == "id":
        return "match"
    if token.kind not in {"id", "op"} or token.text in _NO_OPERATOR:
        return None
    after = cursor.peek()  # nothing follows a postfix operator: seconds, _*
    is_last = after.kind in {"newline", "end"} or after.text in {")", "]", "}", ",", ";", "=>"}
    return None if is_last or operators.is_assignment(token.text) else token.text


def _make_operation(translator: Translator, left: str, operator: str, right: str) -> str:
    if operator in {"->", "→"}:
        pair = f"({left}, {right})"
        translator.pairs[pair] = left, right
        return pair
    value = operators.make_operation(left, operator, right, translator.pairs)
    return value or make_call(translator, left, operator, CallArguments([right]))


def _read_prefix(translator: Translator) -> str:
    cursor = translator.cursor
    if cursor.take("!"):
        return f"(not {read_postfix(translator, _read_prefix(translator))})"
    if cursor.take("-", "+", "~"):
        return read_postfix(translator, _read_prefix(translator))
    if cursor.token.kind == "id" and (read := _CONTROL.get(cursor.token.text)):
        line = cursor.advance().line
        return read(translator, line)
    if cursor.is_at("{"):
        return read_block(translator)
    return _read_value(translator, cursor.advance())


def _read_value(translator: Translator, token: ScalaToken) -> str:
    if token.kind == "string":
        return _read_string(translator, token)
    if token.kind == "number":
        return _make_number(token.text)
    if token.kind == "op" and token.text == "(":
        return _read_parenthesis(translator)
    if token.kind != "id":
        return "None"
    return _read_new(translator) if token.text == "new" else translator.translate_name(token.text)


def _read_new(translator: Translator) -> str:
    cursor = translator.cursor
    name = cursor.advance().text
    while cursor.is_at(".") and cursor.peek().kind == "id":
        cursor.advance()
        name = cursor.advance().text
    cursor.skip_type_arguments()
    arguments = read_call_arguments(translator) if cursor.is_at("(") else CallArguments()
    if cursor.is_at("{"):
        cursor.skip_group()
    return make_application(translator, make_python_name(name), arguments)


def _read_parenthesis(translator: Translator) -> str:
    """Read an expression in parentheses, or a tuple."""
    items = read_argument_items(translator).positional
    if len(items) == 1:
        return items[0]
    return f"({', '.join(items)})" if items else "None"


def _read_string(translator: Translator, token: ScalaToken) -> str:
    pieces: list[tuple[str, bool]] = []
    for part in token.parts:
        if isinstance(part, tuple):
            pieces.append((_read_interpolation(translator, *part), False))
        elif pieces and pieces[-1][1]:
            pieces[-1] = pieces[-1][0] + part, True
        else:
            pieces.append((part, True))
    text = make_text_expression(pieces)
    if token.text == "$":
        return f"col({text})"
    translator.texts[text] = pieces
    return text


def _read_interpolation(translator: Translator, code: str, line: int) -> str:
    cursor = translator.cursor
    outer = cursor.tokens, cursor.position
    cursor.tokens, cursor.position = lex_scala(code, line), 0
    try:
        return f"str({translator.argument()})"
    finally:
        cursor.tokens, cursor.position = outer


def _make_number(text: str) -> str:
    digits = "".join(takewhile(lambda character: character.isdigit() or character == ".", text))
    return digits.lstrip("0") or "0"
