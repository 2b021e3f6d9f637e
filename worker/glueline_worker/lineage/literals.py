"""Values in source text, in which GetDataflowGraph returns a call's arguments.

Literals are read in Python's spelling or JSON's. A part that is only known at run time becomes a
placeholder inside its text.
"""

import ast
import re

from glueline_worker.lineage.naming import UNKNOWN_NAME
from glueline_worker.lineage.syntax import parse_python_expression

ARGUMENT_LIMIT = 200_000
"""Characters of one argument; a longer one is generated data, not a name."""

_PLAIN_TEXT = re.compile(r"\"[ !#-\[\]-~]*\"|'[ -&(-\[\]-~]*'")
"""A text in quotes that holds neither these quotes nor a backslash: most arguments are one."""
_WORDS = {"true": True, "false": False, "null": None, "none": None}
_PERCENT = re.compile(r"%(?:\(\w+\))?[-+ #0]*+\d*+(?:\.\d++)?[a-zA-Z]")
_FIELD = re.compile(r"\{[^{}]*\}")


def parse_value(source: str) -> object:
    """Return the value of ``source``; ``{unknown}`` where that is no literal at all."""
    if _PLAIN_TEXT.fullmatch(source):
        return source[1:-1]
    if len(source) > ARGUMENT_LIMIT:
        return UNKNOWN_NAME
    try:
        return _read_value(parse_python_expression(source.strip()))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return UNKNOWN_NAME


def _read_value(node: ast.expr) -> object:
    match node:
        case ast.Constant(value=value):
            return value
        case ast.List(elts=entries) | ast.Tuple(elts=entries) | ast.Set(elts=entries):
            return [_read_value(entry) for entry in entries]
        case ast.Dict(keys=keys, values=values):
            pairs = zip(keys, values, strict=True)
            return {
                _to_text(_read_value(key)): _read_value(value)
                for key, value in pairs
                if key is not None
            }
        case ast.Name(id=name) if name.lower() in _WORDS:
            return _WORDS[name.lower()]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return f"-{_to_text(_read_value(operand))}"
    return _read_expression(node)


def _read_expression(node: ast.expr) -> str:
    """Return an expression as text, with a placeholder for each part known only at run time."""
    found = UNKNOWN_NAME
    match node:
        case ast.Subscript(value=ast.Name(), slice=ast.Constant(value=str(name))):
            found = f"{{arg:{name}}}"  # args['name'], whatever the variable is called
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            found = _to_text(_read_value(left)) + _to_text(_read_value(right))
        case ast.BinOp(left=left, op=ast.Mod(), right=right):
            found = _fill(_PERCENT, _to_text(_read_value(left)), _read_value(right))
        case ast.JoinedStr(values=parts):
            found = "".join(_to_text(_read_value(part)) for part in parts)
        case ast.FormattedValue(value=value) | ast.Call(func=ast.Name(id="str"), args=[value]):
            found = _to_text(_read_value(value))
        case ast.Call(func=ast.Attribute(value=template, attr="format"), args=arguments):
            found = _fill(
                _FIELD, _to_text(_read_value(template)), [_read_value(each) for each in arguments]
            )
    return found


def _fill(field: re.Pattern[str], template: str, values: object) -> str:
    """Put the values into a template's fields, in their order."""
    left = iter(values if isinstance(values, list) else [values])
    return field.sub(lambda _: _to_text(next(left, UNKNOWN_NAME)), template)


def _to_text(value: object) -> str:
    return value if isinstance(value, str) else str(value)
