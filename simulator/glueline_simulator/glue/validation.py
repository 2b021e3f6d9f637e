"""Check requests against botocore's model of the service, as the service itself does."""

import textwrap
from functools import cache
from typing import Any

import botocore.session

from glueline_simulator.errors import validation_error

_MOST_SHOWN = 80
_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "long": (int,),
    "double": (int, float),
    "float": (int, float),
    "timestamp": (int, float),
    "boolean": (bool,),
    "structure": (dict,),
    "map": (dict,),
    "list": (list,),
}


@cache
def load_service_model() -> Any:
    """Load botocore's model of Glue, which takes some 70 ms."""
    return botocore.session.get_session().get_service_model("glue")


@cache
def get_input_shape(operation: str) -> Any:
    """Return the shape of an operation's input."""
    return load_service_model().operation_model(operation).input_shape


def check_request(operation: str, parameters: Any) -> None:
    """Raise ValidationException for the first value that does not fit the model."""
    check_shape(get_input_shape(operation), parameters, "")


def check_shape(shape: Any, value: Any, path: str) -> None:
    """Check a value against a shape; ``path`` is its place in the request."""
    kind = shape.type_name
    expected = _TYPES.get(kind)
    # True is an int in Python but not in JSON.
    if expected and (
        not isinstance(value, expected) or (isinstance(value, bool) != (kind == "boolean"))
    ):
        message = f"Type mismatch at '{path or '.'}': expected {kind}, not {_name_json_type(value)}"
        raise validation_error(message)
    if kind == "structure":
        _check_members(shape, value, path)
    elif kind == "list":
        _check_range(shape.metadata, len(value), value, path, "length")
        for index, item in enumerate(value):
            check_shape(shape.member, item, f"{path}.{index + 1}.member")
    elif kind == "map":
        for key, item in value.items():
            check_shape(shape.value, item, f"{path}.{key}.member")
    elif kind == "string":
        _check_text(shape, value, path)
    elif kind in ("integer", "long", "double"):
        _check_range(shape.metadata, value, value, path, "value")


def _check_members(shape: Any, value: dict[str, Any], path: str) -> None:
    members = shape.members
    for name in shape.required_members:
        if value.get(name) is None:
            message = _format_violation("null", _join_path(path, name), "Member must not be null")
            raise validation_error(message)
    for name, item in value.items():
        member = members.get(name)
        if member is None:
            raise validation_error(f"Unknown member '{_join_path(path, name)}' in the request")
        if item is not None:
            check_shape(member, item, _join_path(path, name))


def _check_text(shape: Any, value: str, path: str) -> None:
    _check_range(shape.metadata, len(value), value, path, "length")
    allowed = shape.metadata.get("enum")
    if allowed and value not in allowed:
        need = f"Member must satisfy enum value set: [{', '.join(allowed)}]"
        raise validation_error(_format_violation(value, path, need))


def _check_range(limits: dict[str, Any], size: float, value: Any, path: str, what: str) -> None:
    for name, word, broken in (
        ("min", "greater", size < limits.get("min", size)),
        ("max", "less", size > limits.get("max", size)),
    ):
        if broken:
            need = f"Member must have {what} {word} than or equal to {limits[name]}"
            raise validation_error(_format_violation(value, path, need))


def _format_violation(value: Any, path: str, need: str) -> str:
    shown = textwrap.shorten(str(value), _MOST_SHOWN, placeholder="...")
    quoted = shown if shown == "null" else f"'{shown}'"
    return (
        f"1 validation error detected: Value {quoted} at '{path}' "
        f"failed to satisfy constraint: {need}"
    )


def _join_path(path: str, name: str) -> str:
    camel = name[:1].lower() + name[1:]
    return f"{path}.{camel}" if path else camel


def _name_json_type(value: Any) -> str:
    names = {bool: "boolean", int: "integer", float: "double", str: "string", list: "list"}
    return "null" if value is None else names.get(type(value), "structure")
