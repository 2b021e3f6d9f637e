# ruff: noqa: INP001 - a module of the script beside it
"""Markdown tables, and the models of a JSON Schema as Markdown tables."""

import json
import re
from collections.abc import Iterable
from typing import Any

Schema = dict[str, Any]


def model(name: str, definition: Schema, without: Iterable[str] = ()) -> str:
    """Return a heading, the model's text and its fields except those in ``without``."""
    wanted = definition.get("properties", {}).keys() - set(without)
    text = definition.get("description", "").replace("\n", "\n\n" if "enum" in definition else "\n")
    return f"### {name}\n\n{text}\n\n{fields(definition, wanted)}".rstrip()


def fields(definition: Schema, wanted: Iterable[str]) -> str:
    """Return a table of the ``wanted`` fields of a model; it is empty for an enumeration."""
    properties = {k: v for k, v in definition.get("properties", {}).items() if k in set(wanted)}
    required = set(definition.get("required", ()))
    rows = [
        (
            f"`{name}`",
            _type(field) + _limits(field),
            "" if name in required or "const" in field else _json_default(field),
            field.get("description", ""),
        )
        for name, field in properties.items()
    ]
    return table(("field", "type", "default", "meaning"), rows) if rows else ""


def _limits(field: Schema) -> str:
    found = {**field, **next(iter(field.get("anyOf", ())), {})}
    words = {
        "minimum": "at least {}",
        "maximum": "at most {}",
        "maxLength": "at most {} characters",
        "pattern": "`{}`",
    }
    return "".join(f", {text.format(found[key])}" for key, text in words.items() if key in found)


def _json_default(field: Schema) -> str:
    value = field.get("default")
    return "" if value is None or "$ref" in field else f"`{json.dumps(value)}`"


def _type(field: Schema) -> str:  # noqa: PLR0911 - one return for each shape
    """Return a JSON Schema in a few words, with links to the models on the same page."""
    match field:
        case {"$ref": ref}:
            name = str(ref).rsplit("/", 1)[-1]
            return f"[{name}](#{name.lower()})"
        case {"const": value}:
            return f"`{json.dumps(value)}`"
        case {"enum": values}:
            return " or ".join(f"`{json.dumps(value)}`" for value in values)
        case {"anyOf": options} | {"oneOf": options}:
            return _alternatives([_type(option) for option in options])
        case {"type": "array"}:
            return f"list of {_type(field['items'])}"
        case {"type": "object"}:
            inner = field.get("additionalProperties")
            return f"map to {_type(inner)}" if isinstance(inner, dict) else "object"
        case {"format": "date-time"}:
            return "time"
        case _:
            return str(field.get("type", "any"))


def _alternatives(options: list[str]) -> str:
    # A column's type is one of six models that contain one another: link to their section instead.
    is_data_type = any("(#arraytype)" in option for option in options)
    return "a [type](#types)" if is_data_type else " or ".join(options)


def table(headers: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """Return a Markdown table without its empty columns."""
    columns = zip(headers, *rows, strict=True)
    filled = [(first, "---", *rest) for first, *rest in columns if any(rest)]
    lines = zip(*filled, strict=True)
    return "\n".join("| " + " | ".join(map(_cell, line)) + " |" for line in lines)


def _cell(text: str) -> str:
    return re.sub(r"\s+", " ", text).replace("|", "\\|")
