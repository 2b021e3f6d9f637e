"""Values from source text, as GetDataflowGraph gives a call's arguments.

Literals are read as they are, in Python's spelling or JSON's. What is only known when the script
runs becomes a placeholder inside the text it is part of.
"""

import ast
import re

from glueline_worker.lineage.naming import UNKNOWN_NAME
from glueline_worker.lineage.syntax import parse_expression

ARGUMENT_LIMIT = 200_000
"""Characters of one argument; a longer one is generated data, not a name."""

_WORDS = {"true": True, "false": False, "null": None, "none": None}
_PERCENT = re.compile(r"%(?:\(\w+\))?[-+ #0]*+\d*+(?:\.\d++)?[a-zA-Z]")
_FIELD = re.compile(r"\{[^{}]*\}")


def parse_value(source: str) -> object:
    """The value that ``source`` stands for; ``{unknown}`` where that is no literal at all."""
    if len(source) > ARGUMENT_LIMIT:
        return UNKNOWN_NAME
    try:
        return _value(parse_expression(source.strip()))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return UNKNOWN_NAME


def _value(node: ast.expr) -> object:
    match node:
        case ast.Constant(value=value):
            return value
        case ast.List(elts=entries) | ast.Tuple(elts=entries) | ast.Set(elts=entries):
            return [_value(entry) for entry in entries]
        case ast.Dict(keys=keys, values=values):
            pairs = zip(keys, values, strict=True)
            return {_text(_value(key)): _value(value) for key, value in pairs if key is not None}
        case ast.Name(id=name) if name.lower() in _WORDS:
            return _WORDS[name.lower()]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return f"-{_text(_value(operand))}"
    return _expression(node)


def _expression(node: ast.expr) -> str:
    """An expression as text, with a placeholder for each part that is known only at run time."""
    found = UNKNOWN_NAME
    match node:
        case ast.Subscript(value=ast.Name(), slice=ast.Constant(value=str(name))):
            found = f"{{arg:{name}}}"  # args['name'], whatever the variable is called
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            found = _text(_value(left)) + _text(_value(right))
        case ast.BinOp(left=left, op=ast.Mod(), right=right):
            found = _filled(_PERCENT, _text(_value(left)), _value(right))
        case ast.JoinedStr(values=parts):
            found = "".join(_text(_value(part)) for part in parts)
        case ast.FormattedValue(value=value) | ast.Call(func=ast.Name(id="str"), args=[value]):
            found = _text(_value(value))
        case ast.Call(func=ast.Attribute(value=template, attr="format"), args=arguments):
            found = _filled(_FIELD, _text(_value(template)), [_value(each) for each in arguments])
    return found


def _filled(field: re.Pattern[str], template: str, values: object) -> str:
    """Put the values into a template's fields, in their order."""
    left = iter(values if isinstance(values, list) else [values])
    return field.sub(lambda _: _text(next(left, UNKNOWN_NAME)), template)


def _text(value: object) -> str:
    return value if isinstance(value, str) else str(value)
