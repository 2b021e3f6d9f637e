"""A script's bytes into a syntax tree, as far as it parses."""

import ast
import re
import textwrap
import warnings
from collections.abc import Callable
from threading import Lock

from glueline_worker.lineage.script.repair import TEXT, repaired

_FILTERS = Lock()
SIZE_LIMIT = 600_000
"""Characters that are read; a longer script is cut at a line."""
_CODING = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)", re.MULTILINE)


def decode(data: str | bytes) -> str:
    """The script's text: UTF-8, the declared coding, or Latin-1, which fits anything."""
    if isinstance(data, str):
        return _clean(data)
    found = _CODING.search(b"\n".join(data.split(b"\n", 2)[:2]))
    declared = found.group(1).decode("ascii") if found else "utf-8"
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        declared = "utf-16"
    for coding in (declared, "utf-8"):
        try:
            return _clean(data.decode(coding))
        except (UnicodeError, LookupError):
            continue
    return _clean(data.decode("latin-1"))


def _clean(text: str) -> str:
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    # The private-use characters that delimit holes are no part of anybody's script.
    return text.replace("\x00", "").replace("\ue000", "").replace("\ue001", "")


def parse(text: str, warn: Callable[[str], None]) -> ast.Module:
    """The tree of the script; what does not parse is left out, with a warning."""
    if len(text) > SIZE_LIMIT:
        text = text[:SIZE_LIMIT].rpartition("\n")[0]
        warn(f"only the first {SIZE_LIMIT} characters were read")
    module = tree(text)
    if module is not None:
        return module
    module = tree(textwrap.dedent(text)) or tree(repaired(text))
    if module is not None:
        warn("the script is no Python 3; it was read as if it were")
        return module
    return _by_parts(repaired(textwrap.dedent(text)), warn)


def _parsed(text: str) -> ast.Module:
    # Invalid escapes in the script are its own affair; what is put aside is the whole process's.
    with _FILTERS, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text)


def tree(text: str) -> ast.Module | None:
    """The tree of a text that parses."""
    try:
        return _parsed(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _by_parts(text: str, warn: Callable[[str], None]) -> ast.Module:
    """The statements that parse, each by itself."""
    body: list[ast.stmt] = []
    lost: list[int] = []
    for start, part in _parts(text.split("\n")):
        found = _salvage(part, lost, start)
        if found is not None:
            ast.increment_lineno(found, start)
            body += found.body
    if lost:
        numbers = list(dict.fromkeys(map(str, lost)))
        shown = ", ".join(numbers[:SHOWN]) + (" …" if len(numbers) > SHOWN else "")
        warn(f"does not parse as Python, and was left out: line {shown}")
    return ast.Module(body, [])


SHOWN = 5
PART_LIMIT = 3_000
BLANKED_LIMIT = 8
_NEIGHBOURS = re.compile(
    r"(?<![\w.'\"])(?!(?:and|as|assert|await|elif|else|from|if|import|in|is|lambda|not|or|print"
    r"|raise|return|while|yield|[bBfFrRuU]{1,2})\b)"
    r"([A-Za-z_][\w.]*|\w+\[[^\[\]\n]*\])[ \t]+(?=[\"'])"
)
"""A name right before a text: a plus was forgotten."""


def _parts(lines: list[str]) -> list[tuple[int, str]]:
    """Pieces that begin at the left margin, with the 0-based line each begins at."""
    found: list[tuple[int, list[str]]] = []
    inside = _inside_texts("\n".join(lines))
    for number, line in enumerate(lines):
        continues = (
            not line
            or number in inside
            or line[0] in " \t)]}#"
            or line.startswith(("else", "elif", "except", "finally"))
        )
        decorated = bool(found) and found[-1][1][-1].startswith("@")
        if found and (continues or decorated):
            found[-1][1].append(line)
        elif len(found) < PART_LIMIT:
            found.append((number, [line]))
    return [(start, "\n".join(part)) for start, part in found]


def _inside_texts(text: str) -> set[int]:
    """The 0-based lines that begin inside a text of several lines, such as a query."""
    found: set[int] = set()
    line, at = 0, 0
    for token in TEXT.finditer(text):
        line += text.count("\n", at, token.start())
        height = token[0].count("\n")
        found.update(range(line + 1, line + height + 1))
        line, at = line + height, token.end()
    return found


def _salvage(part: str, lost: list[int], start: int) -> ast.Module | None:
    """One piece, with the lines that break it blanked, or cut off before them."""
    lines = part.split("\n")
    for _ in range(BLANKED_LIMIT):
        try:
            return _parsed("\n".join(lines))
        except SyntaxError as error:
            at = min(max((error.lineno or 1) - 1, 0), len(lines) - 1)
            if "unicodeescape" in str(error):
                lines[at] = re.sub(r"\\(?=[UuNx])", r"\\\\", lines[at])
                continue
            if "forgot a comma" in str(error) and (error.end_lineno or 0) > (error.lineno or 0):
                lines[(error.end_lineno or 2) - 2] += ","
                continue
            if (joined := _NEIGHBOURS.sub(r"\1 + ", lines[at])) != lines[at]:
                lines[at] = joined
                continue
            lost.append(start + at + 1)
            if at == 0 and len(lines) == 1:
                return None
            indent = lines[at][: len(lines[at]) - len(lines[at].lstrip())]
            opens = lines[at].rstrip().endswith(":")
            lines[at] = f"{indent}if unreadable:" if opens else f"{indent}pass"
        except (ValueError, RecursionError, MemoryError):
            lost.append(start + 1)
            return None
    return tree("\n".join(lines[: max(0, lost[-1] - start - 1)]))


def is_empty(node: ast.AST) -> bool:
    """Whether a function is only there to be overridden: documentation, ``pass`` or an error."""
    body = getattr(node, "body", None)
    return isinstance(body, list) and all(
        isinstance(part, (ast.Pass, ast.Raise))
        or (isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant))
        for part in body
    )
