"""JSON in a string with interpolations, as a Python expression."""

import json
import re
from collections.abc import Sequence
from typing import Any

# Characters for private use, which no script contains, stand around a piece's number.
_OPEN, _CLOSE = "\ue100", "\ue101"
_MARK = re.compile(rf"{_OPEN}(\d+){_CLOSE}")
TextPieces = Sequence[tuple[str, bool]]
"""The pieces of a text: each is a literal, or (False) a Python expression."""


def make_json_expression(text: TextPieces) -> str | None:
    """Return the value that ``text`` holds as JSON; None if it is no JSON."""
    joined = "".join(
        piece if literal else f"{_OPEN}{index}{_CLOSE}"
        for index, (piece, literal) in enumerate(text)
    )
    try:
        return _make_literal(json.loads(joined), text)
    except ValueError:
        return None


def _make_literal(value: Any, text: TextPieces) -> str:
    if isinstance(value, dict):
        items = (
            f"{_make_literal(key, text)}: {_make_literal(item, text)}"
            for key, item in value.items()
        )
        return f"{{{', '.join(items)}}}"
    if isinstance(value, list):
        return f"[{', '.join(_make_literal(item, text) for item in value)}]"
    if not isinstance(value, str):
        return repr(value)
    return make_text_expression(
        [
            (part, True) if index % 2 == 0 else (text[int(part)][0], False)
            for index, part in enumerate(_MARK.split(value))
            if part
        ]
    )


def make_text_expression(text: TextPieces) -> str:
    """Return the text as one expression: a sum, which nests no deeper however long it is."""
    parts = [repr(piece) if literal else piece for piece, literal in text]
    return f"({' + '.join(parts)})" if len(parts) > 1 else (parts or ["''"])[0]
