"""Render JSON from a template, so that the rows of an answer need no encoding."""

from collections.abc import Mapping
from typing import Any

import orjson


class JsonTemplate:
    """JSON with placeholders, which the strings of a definition hold as ``<<name>>``.

    A string ``<<!name!>>`` is replaced together with its quotes, so that it can become a number,
    an object or a list.
    """

    def __init__(self, definition: Any) -> None:
        text = orjson.dumps(definition).replace(b"%", b"%%")
        text = text.replace(b'"<<!', b"%(").replace(b'!>>"', b")b")
        self._text = text.replace(b"<<", b"%(").replace(b">>", b")b")

    def render(self, values: Mapping[bytes, bytes]) -> bytes:
        """Replace the placeholders by values."""
        return self._text % values
