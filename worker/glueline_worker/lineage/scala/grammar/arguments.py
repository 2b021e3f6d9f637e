"""The arguments of a call, and the items of a tuple."""

from glueline_worker.lineage.scala.methods import CallArguments
from glueline_worker.lineage.scala.python_writer import make_python_name
from glueline_worker.lineage.scala.translator import Translator


def read_call_arguments(translator: Translator) -> CallArguments:
    """Read the arguments in parentheses at the cursor."""
    translator.cursor.advance()
    return read_argument_items(translator)


def read_argument_items(translator: Translator) -> CallArguments:
    """Read expressions up to the closing parenthesis, and move behind it."""
    cursor = translator.cursor
    positional: list[str] = []
    named: dict[str, str] = {}
    while not cursor.is_at(")") and cursor.token.kind != "end":
        start = cursor.position
        cursor.skip_lines()
        name = ""
        if cursor.token.kind == "id" and cursor.peek().text == "=" and cursor.peek().kind == "op":
            name = make_python_name(cursor.advance().text)
            cursor.advance()
        value = translator.argument()
        if cursor.take(":"):
            value = f"*{value}" if cursor.take("_") else value
            cursor.skip_type()
        if name:
            named[name] = value
        else:
            positional.append(value)
        cursor.skip_lines()
        if not cursor.take(",") and not cursor.is_at(")") and cursor.position == start:
            cursor.advance()
    cursor.take(")")
    return CallArguments(positional, named)
