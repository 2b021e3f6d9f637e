"""Job definitions in a state machine of Step Functions: values that its input gives them.

A field ``Path.$`` holds a path into the input (``$.run``) or a call of an intrinsic function
(``States.Format('s3://lake/{}/', $.run)``); a text ``{% … %}`` holds JSONata. Both become texts
with placeholders: ``s3://lake/{input:run}/``.
"""

import re
from collections.abc import Mapping
from typing import Any

_SUFFIX = ".$"
_DEPTH_LIMIT = 40
_LENGTH_LIMIT = 20_000
_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^'\\]|\\.)*')|(?P<call>States\.\w+)\s*\(|(?P<end>\))|(?P<comma>,)"
    r"|(?P<word>[^\s,()']+))",
    re.DOTALL,
)
_JSONATA_PART = re.compile(r"""'([^']*)'|"([^"]*)"|(\$[\w.]+)|([&+])|(\S)""")
_UNKNOWN = "{unknown}"


def resolve_expressions(value: Any, depth: int = 0) -> Any:
    """Return a definition with the texts that its expressions yield; anything else is kept."""
    if depth > _DEPTH_LIMIT:
        return value
    if isinstance(value, Mapping):
        return dict(_resolve_field(key, field, depth) for key, field in value.items())
    if isinstance(value, list):
        return [resolve_expressions(item, depth + 1) for item in value]
    is_jsonata = isinstance(value, str) and value.startswith("{%") and value.endswith("%}")
    return _read_jsonata(value[2:-2]) if is_jsonata else value


def _resolve_field(key: Any, field: Any, depth: int) -> tuple[Any, Any]:
    if isinstance(key, str) and key.endswith(_SUFFIX) and isinstance(field, str):
        return key.removesuffix(_SUFFIX), _read_expression(field)
    return key, resolve_expressions(field, depth + 1)


def _read_expression(text: str) -> Any:
    if len(text) > _LENGTH_LIMIT:
        return _UNKNOWN
    tokens = list(_TOKEN.finditer(text))
    tokens.reverse()
    return _read_value(tokens, 0)


def _read_value(tokens: list[re.Match[str]], depth: int) -> Any:
    """Read one value from the end of ``tokens``, which are in reverse."""
    if not tokens:
        return _UNKNOWN
    token = tokens.pop()
    if depth > _DEPTH_LIMIT:
        return _UNKNOWN
    if token["text"] is not None:
        return re.sub(r"\\(.)", r"\1", token["text"][1:-1])
    if token["word"] is not None:
        return _name_input(token["word"])
    if token["call"] is None:
        return _UNKNOWN
    arguments = []
    while tokens:
        if tokens[-1]["end"] is not None or tokens[-1]["comma"] is not None:
            if tokens.pop()["end"] is not None:
                break
            continue
        arguments.append(_read_value(tokens, depth + 1))
    return _call(token["call"], arguments)


def _call(name: str, arguments: list[Any]) -> Any:
    if name == "States.Array":
        return arguments
    if name != "States.Format" or not arguments or not isinstance(arguments[0], str):
        return _UNKNOWN
    template, *values = arguments
    parts = template.split("{}")
    fillings = [value if isinstance(value, str) else _UNKNOWN for value in values]
    fillings += [_UNKNOWN] * len(parts)
    return "".join(
        part + (filling if at < len(parts) - 1 else "")
        for at, (part, filling) in enumerate(zip(parts, fillings, strict=False))
    )


def _name_input(path: str) -> str:
    """Return the placeholder of a path into the input, or a number as it stands."""
    if not path.startswith("$"):
        return path
    name = path.lstrip("$").removeprefix(".states").removeprefix(".input").strip(".")
    name = re.sub(r"[{},\[\]'\"]", "", name)
    return f"{{input:{name}}}" if name else _UNKNOWN


def _read_jsonata(text: str) -> str:
    """Read texts joined by ``&``; any other expression is unknown."""
    found = []
    for single, double, path, operator, other in _JSONATA_PART.findall(text[:_LENGTH_LIMIT]):
        if other:
            return _UNKNOWN
        if path:
            found.append(_name_input(path.replace("$states", "$.states", 1)))
        elif not operator:
            found.append(single or double)
    return "".join(found) or _UNKNOWN
