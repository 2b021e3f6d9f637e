"""Read the part of YAML that definitions of metric views are written in.

Blocks of mappings and sequences, scalars (plain, quoted, literal and folded), and sequences of
scalars in brackets. Anything else, such as anchors, tags and braces, raises ValueError: a wrong
guess would be a wrong lineage.
"""

import re
from dataclasses import dataclass

Block = str | list["Block"] | dict[str, "Block"]

_KEY = re.compile(
    r"""("(?:[^"\\]|\\.)*+"|'(?:[^']|'')*+'|[^\s"'#\[\]{},&*!|>%@`-][^#]{0,200}?)"""
    r"""\s{0,8}:(?:\s+|$)"""
)
_COMMENT = re.compile(r"(?:^|\s)#.*$")
_QUOTED = re.compile(r"""("(?:[^"\\]|\\.)*+"|'(?:[^']|'')*+')\s*(?:#.*)?""")
_HEADER = re.compile(r"([|>])([+-]?)\s*(?:#.*)?")
_REFUSED = ("&", "*", "!", "{", "%", "@", "`", "? ", "[", "]", "}")
_ESCAPES = {"n": "\n", "t": "\t", '"': '"', "\\": "\\", "/": "/", "0": "\0"}
_DEEPEST = 20
_LONGEST = 200_000


def read_yaml_blocks(text: str) -> Block:
    """Return the document in ``text``; raises ValueError for what is not understood."""
    if len(text) > _LONGEST:
        raise ValueError("the text is too long")
    reader = _Reader([_Line.of(line) for line in text.replace("\t", " ").splitlines()])
    first = reader.find_next()
    if first and first.text == "---":
        reader.at += 1
        first = reader.find_next()
    block = reader.read_block(first.indent, 0) if first else ""
    if reader.find_next():
        raise ValueError("the text goes on after its end")
    return block


@dataclass(slots=True)
class _Line:
    indent: int
    text: str
    """Without the indent and blanks at the end; comments are still in it."""

    @classmethod
    def of(cls, line: str) -> "_Line":
        stripped = line.strip()
        return cls(len(line) - len(line.lstrip()), stripped)


class _Reader:
    """Reads lines from ``at`` on."""

    def __init__(self, lines: list[_Line]) -> None:
        self._lines = lines
        self.at = 0

    @property
    def line(self) -> _Line | None:
        return self._lines[self.at] if self.at < len(self._lines) else None

    def find_next(self) -> _Line | None:
        """Pass blank lines and comments; return the line that follows."""
        while (line := self.line) and (not line.text or line.text.startswith("#")):
            self.at += 1
        return line

    def read_block(self, indent: int, depth: int) -> Block:
        """Read the sequence, mapping or scalar that begins at ``indent``."""
        if depth > _DEEPEST:
            raise ValueError("the blocks are too deep")
        line = self.line
        if line is None:
            return ""
        if _is_item(line.text):
            return self._read_sequence(indent, depth)
        if _KEY.match(line.text):
            return self._read_mapping(indent, depth)
        self.at += 1
        return self._read_value(line.text, indent - 1, depth)

    def _read_sequence(self, indent: int, depth: int) -> list[Block]:
        items: list[Block] = []
        while (line := self._find_next_at(indent)) and _is_item(line.text):
            rest = line.text[1:].lstrip()
            inner = indent + len(line.text) - len(rest)
            if not _COMMENT.sub("", rest):
                self.at += 1
                items.append(self._read_nested(indent + 1, depth))
            else:
                # What follows the dash is a block of its own, at its own column.
                self._lines[self.at] = _Line(inner, rest)
                items.append(self.read_block(inner, depth + 1))
        return items

    def _read_mapping(self, indent: int, depth: int) -> dict[str, Block]:
        fields: dict[str, Block] = {}
        while (line := self._find_next_at(indent)) and not _is_item(line.text):
            match = _KEY.match(line.text)
            if match is None:
                raise ValueError("a line has no key")
            key = _unquote(match[1])
            if key in fields:
                raise ValueError("a key stands twice")
            self.at += 1
            rest = line.text[match.end() :]
            if _COMMENT.sub("", rest):
                fields[key] = self._read_value(rest, indent, depth)
            else:
                after = self.find_next()
                has_items = after and after.indent == indent and _is_item(after.text)
                fields[key] = self._read_nested(indent if has_items else indent + 1, depth)
        return fields

    def _read_nested(self, least: int, depth: int) -> Block:
        line = self.find_next()
        return self.read_block(line.indent, depth + 1) if line and line.indent >= least else ""

    def _find_next_at(self, indent: int) -> _Line | None:
        """Return the next line if it is at ``indent``; None if it is further left."""
        line = self.find_next()
        if line and line.indent > indent:
            raise ValueError("a line is indented too far")
        return line if line and line.indent == indent else None

    def _read_value(self, text: str, indent: int, depth: int) -> Block:
        """Read a scalar whose first line is ``text``, below a parent at ``indent``."""
        if header := _HEADER.fullmatch(text):
            return self._read_block_scalar(is_folded=header[1] == ">", indent=indent)
        if text.startswith("["):
            return _read_flow(_COMMENT.sub("", text))
        if text.startswith(("'", '"')):
            quoted = _QUOTED.fullmatch(text)
            if quoted is None:
                raise ValueError("a quoted text does not end")
            return _unquote(quoted[1])
        if text.startswith(_REFUSED) or depth > _DEEPEST:
            raise ValueError("this form of YAML is not read")
        lines = [_COMMENT.sub("", text).rstrip()]
        while (line := self.line) and (line.indent > indent and line.text):
            if line.text.startswith("#"):
                break
            lines.append(_COMMENT.sub("", line.text).rstrip())
            self.at += 1
        if any(_has_key_sign(part) for part in lines):
            raise ValueError("a text without quotes holds a colon and a blank")
        return " ".join(lines)

    def _read_block_scalar(self, *, is_folded: bool, indent: int) -> str:
        found: list[str] = []
        least = None
        while (line := self.line) and (not line.text or line.indent > indent):
            if line.text and least is None:
                least = line.indent
            found.append(" " * max(0, line.indent - (least or 0)) + line.text if line.text else "")
            self.at += 1
        text = "\n".join(found).strip("\n")
        return re.sub(r"(?<!\n)\n(?!\n)", " ", text) if is_folded else text


def _is_item(text: str) -> bool:
    return text == "-" or text.startswith("- ")


def _has_key_sign(text: str) -> bool:
    return ": " in text or text.endswith(":")


def _read_flow(text: str) -> list[Block]:
    inner = text.strip()
    if not inner.endswith("]") or any(sign in inner[1:-1] for sign in "[]{}'\"&*!"):
        raise ValueError("this form of YAML is not read")
    return [part.strip() for part in inner[1:-1].split(",") if part.strip()]


def _unquote(text: str) -> str:
    if text.startswith("'"):
        return text[1:-1].replace("''", "'")
    if not text.startswith('"'):
        return text
    return re.sub(r"\\(.)", lambda match: _ESCAPES.get(match[1], match[0]), text[1:-1])
