"""JSON in a string with interpolations, as a Python expression."""

import json
import re
from collections.abc import Sequence
from typing import Any

_MARK = re.compile("\ue100(\\d+)\ue101")
Text = Sequence[tuple[str, bool]]
"""The pieces of a text: each is a literal, or (False) a Python expression."""


def json_expression(text: Text) -> str | None:
    """The value that ``text`` holds as JSON; None if it is none."""
    joined = "".join(
        piece if literal else f"\ue100{index}\ue101" for index, (piece, literal) in enumerate(text)
    )
    try:
        return _python(json.loads(joined), text)
    except ValueError:
        return None


def _python(value: Any, text: Text) -> str:
    if isinstance(value, dict):
        items = (f"{_python(key, text)}: {_python(item, text)}" for key, item in value.items())
        return f"{{{', '.join(items)}}}"
    if isinstance(value, list):
        return f"[{', '.join(_python(item, text) for item in value)}]"
    if not isinstance(value, str):
        return repr(value)
    return python_text(
        [
            (part, True) if index % 2 == 0 else (text[int(part)][0], False)
            for index, part in enumerate(_MARK.split(value))
            if part
        ]
    )


def python_text(text: Text) -> str:
    """The text as one expression: a sum, which nests no deeper however long it is."""
    parts = [repr(piece) if literal else piece for piece, literal in text]
    return f"({' + '.join(parts)})" if len(parts) > 1 else (parts or ["''"])[0]
