"""Refuse messages that can be read in two ways, or in none."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from kombu import compression
from kombu.utils import json as kombu_json

_ENCODINGS = {"", "utf-8", "utf8", "us-ascii", "ascii", "binary"}
"""Encodings that a message with a JSON body may name; kombu reads each of them as UTF-8."""
_QUOTED_CHARACTERS = 60


class DuplicateKeyError(ValueError):
    """A JSON object has a key twice: readers differ in which one they take."""


def strict_loads(text: str | bytes) -> Any:
    """Read JSON as kombu does; raises DuplicateKeyError."""
    return kombu_json.loads(text, _loads=_parse_strictly)


def find_unknown_encoding(message: Mapping[str, Any]) -> str:
    """Describe an encoding of a message that kombu cannot read, or ignores; "" if there is none."""
    found = message.get("content-encoding")
    if found is not None and not (isinstance(found, str) and found.lower() in _ENCODINGS):
        return f"its content-encoding is {_quote(found)}, and not utf-8"
    found = message["properties"].get("body_encoding")
    if found not in {None, "", "base64"}:
        return f"its body_encoding is {_quote(found)}, and not base64"
    found = message["headers"].get("compression")
    if found and not _can_decompress(found):
        return f"its compression is {_quote(found)}"
    return ""


def _parse_strictly(text: str, object_hook: Callable[[dict[str, Any]], Any]) -> Any:
    return json.loads(text, object_pairs_hook=lambda pairs: object_hook(_make_dict(pairs)))


def _make_dict(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise DuplicateKeyError(f"the key {_quote(twice)} stands twice in one object")
    return found


def _can_decompress(name: object) -> bool:
    try:
        compression.get_decoder(name)
    except (KeyError, TypeError):
        return False
    return True


def _quote(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _QUOTED_CHARACTERS else f"{text[:_QUOTED_CHARACTERS]}…"
