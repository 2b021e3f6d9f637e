"""JSON bytes with holes: rows of an answer without encoding each row anew."""

from collections.abc import Mapping
from typing import Any

import orjson


class Template:
    """JSON made from a definition whose strings may be holes, written ``<<name>>``.

    A string that is only ``<<name>>`` within ``<<`` and ``>>!`` marks is replaced with its
    quotes, so that it can become a number, an object or a list.
    """

    def __init__(self, definition: Any) -> None:
        text = orjson.dumps(definition).replace(b"%", b"%%")
        text = text.replace(b'"<<!', b"%(").replace(b'!>>"', b")b")
        self._text = text.replace(b"<<", b"%(").replace(b">>", b")b")

    def render(self, values: Mapping[bytes, bytes]) -> bytes:
        """Fill the holes."""
        return self._text % values
