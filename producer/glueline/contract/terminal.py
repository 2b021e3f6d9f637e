"""Make texts from outside safe for a terminal, which obeys some characters.

These are control characters, marks that change the direction of writing, and line separators. Half
a surrogate pair cannot be printed at all.
"""

import re

_STEERING = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
_DELETE = b"\x7f"


def clean_line(text: str) -> str:
    """Return ``text`` with spaces in place of what breaks a line or steers the terminal."""
    return _STEERING.sub(" ", text)


def clean_lines(text: str) -> str:
    """Return ``text`` with its line breaks, but nothing else that steers the terminal."""
    return "\n".join(map(clean_line, text.split("\n")))


def escape_json(document: bytes) -> bytes:
    """Return the same JSON document with escapes for what would steer a terminal."""
    if document.isascii() and _DELETE not in document:
        return document  # JSON itself escapes the other characters of ASCII
    return _STEERING.sub(_escape, document.decode()).encode()


def _escape(match: re.Match[str]) -> str:
    # JSON has escaped the controls in its strings; these are between its values.
    return match[0] if match[0] in "\n\r\t" else f"\\u{ord(match[0]):04x}"
