"""From a script's bytes to its syntax tree, as far as it parses."""

import ast
import builtins
import re
import textwrap
from collections import OrderedDict
from collections.abc import Callable, Iterable
from contextlib import suppress

from glueline_worker.lineage.script.source.repair import TEXT_OR_COMMENT, repair_script
from glueline_worker.lineage.script.source.tree import walk
from glueline_worker.lineage.syntax import parse_module

OPEN, CLOSE = "\ue000", "\ue001"
"""Private-use characters: the reader delimits placeholders with them, so no script keeps them."""
SCRIPT_SIZE_LIMIT = 600_000
"""Characters that are read; a longer script is cut at a line."""
_MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_LOOKED_AT = 1_000
_CONTINUED = ("else", "elif", "except", "finally")
_CODING = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)", re.MULTILINE)


def decode_script(data: str | bytes) -> str:
    """Decode the script: UTF-8, the declared coding, or Latin-1, which fits anything."""
    if isinstance(data, str):
        return _clean(data)
    found = _CODING.search(b"\n".join(data.split(b"\n", 2)[:2]))
    declared = found.group(1).decode("ascii") if found else "utf-8"
    declared = find_wide_coding(data) or declared
    for coding in (declared, "utf-8"):
        try:
            return _clean(data.decode(coding))
        except (UnicodeError, LookupError):
            continue
    return _clean(data.decode("latin-1"))


def find_wide_coding(data: bytes) -> str:
    """Find UTF-16 or UTF-32, by the mark at the start or the zeros of plain letters; else ""."""
    for mark, coding in _MARKS:
        if data.startswith(mark):
            return coding
    start = data[:_LOOKED_AT]
    for place, coding in ((1, "utf-16-le"), (0, "utf-16-be")):
        zeros, others = start[place::2].count(0), start[1 - place :: 2].count(0)
        if others == 0 and zeros * 10 > len(start) * 4:
            return coding
    return ""


def _clean(text: str) -> str:
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return text.replace("\x00", "").replace(OPEN, "").replace(CLOSE, "")


def parse_script(
    text: str, warn: Callable[[str], None], leave_out: Callable[[str], None]
) -> ast.Module:
    """Parse the script; what does not parse or is too long goes to ``leave_out``."""
    if len(text) > SCRIPT_SIZE_LIMIT:
        whole, text = len(text), _cut_to_limit(text)
        leave_out(f"{whole - len(text):,} of the script's {whole:,} characters were not read")
    module = _kept.get(text) or try_parse(text)
    if module is not None:
        if _is_other_text(module):
            leave_out("the script has no statement that does anything; is it a script?")
        return module
    module = try_parse(textwrap.dedent(text)) or try_parse(repair_script(text))
    if module is not None:
        warn("the script is no Python 3; it was read as if it were")
        return module
    return _parse_parts(repair_script(textwrap.dedent(text)), leave_out)


def _cut_to_limit(text: str) -> str:
    """Return the statements at the left margin that end before the limit, none cut in two."""
    start = text[:SCRIPT_SIZE_LIMIT]
    inside = _find_lines_in_texts(start)
    lines = start.split("\n")
    ends = (
        at
        for at in range(len(lines) - 1, 0, -1)
        if at not in inside and _begins_statement(lines[at])
    )
    return "\n".join(lines[: next(ends, 0)])


def _begins_statement(line: str) -> bool:
    """Tell whether a statement begins here, at the left margin."""
    return bool(line) and line[0] not in " \t)]}#" and not line.startswith(_CONTINUED)


def _is_other_text(module: ast.Module) -> bool:
    """Tell whether other text, such as YAML or settings, was taken for Python: it does nothing."""
    body = module.body
    if not all(_is_idle(each) or _is_text(each) or _is_inert(each) for each in body):
        return False  # as in almost every script, after a few statements
    if any(map(_is_idle, body)) and all(_is_idle(each) or _is_text(each) for each in body):
        return True
    assigned = _find_assigned_names(module)
    return any(
        _is_setting(each, assigned) or (isinstance(each, ast.Expr) and _is_idle(each))
        for each in body
    )


def _find_assigned_names(module: ast.Module) -> set[str]:
    names = (node for node in walk(module) if isinstance(node, ast.Name))
    return {node.id for node in names if isinstance(node.ctx, ast.Store)}


def _is_inert(statement: ast.stmt) -> bool:
    """Tell whether a statement only assigns, and calls nothing."""
    return isinstance(statement, (ast.Assign, ast.AnnAssign)) and not _calls(statement)


def _is_setting(statement: ast.stmt, assigned: set[str]) -> bool:
    """Tell whether an assignment uses words that no statement defines, as a settings file does."""
    return _is_inert(statement) and any(
        isinstance(node, ast.Name) and node.id not in assigned and not hasattr(builtins, node.id)
        for node in walk(statement)
    )


def _calls(statement: ast.stmt) -> bool:
    return any(isinstance(part, (ast.Call, ast.NamedExpr)) for part in walk(statement))


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _is_idle(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.AnnAssign):
        return statement.value is None
    return (
        isinstance(statement, ast.Expr)
        and not isinstance(statement.value, ast.Constant)
        and not _calls(statement)
    )


def try_parse(text: str) -> ast.Module | None:
    """Parse a text; return None when it does not parse."""
    try:
        return parse_module(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def parse_and_keep(text: str) -> ast.Module | None:
    """Parse a whole script that will be read again soon; nobody may change its tree."""
    module = _kept.get(text) or try_parse(text)
    if module is not None and len(text) <= _KEPT_SIZE:
        _kept[text] = module
        if len(_kept) > _KEPT_TREES:
            with suppress(KeyError):  # another thread was faster
                _kept.popitem(last=False)
    return module


_kept: OrderedDict[str, ast.Module] = OrderedDict()
"""The trees of the last scripts. A job is read again once the columns of its tables are known,
with other jobs in between."""
_KEPT_TREES = 8
_KEPT_SIZE = 30_000
"""Characters of a script whose tree is kept: a tree takes some fifty times the memory."""


def _parse_parts(text: str, leave_out: Callable[[str], None]) -> ast.Module:
    """Parse each statement by itself."""
    body: list[ast.stmt] = []
    lost: list[int] = []
    parts = _split_parts(text.split("\n"))
    for start, part in parts[:_PART_LIMIT]:
        found = _salvage(part, lost, start)
        if found is not None:
            ast.increment_lineno(found, start)
            body += found.body
    if lost:
        leave_out(f"does not parse as Python, and was left out: {name_lines(lost)}")
    else:
        leave_out("the script does not parse as Python; what was read rests on guesses")
    if (more := len(parts) - _PART_LIMIT) > 0:
        first = parts[_PART_LIMIT][0] + 1
        leave_out(f"{more:,} statements from line {first} on were not read, as others do not parse")
    return ast.Module(body, [])


def name_lines(numbers: Iterable[int]) -> str:
    """Return ``line 3, 5, 8 and 12 more``."""
    each = list(dict.fromkeys(map(str, numbers)))
    more = f" and {len(each) - _LINES_SHOWN} more" if len(each) > _LINES_SHOWN else ""
    return f"line {', '.join(each[:_LINES_SHOWN])}{more}"


_LINES_SHOWN = 5
_PART_LIMIT = 3_000
_BLANKED_LIMIT = 8
_NEIGHBOURS = re.compile(
    r"(?<![\w.'\"])(?!(?:and|as|assert|await|elif|else|from|if|import|in|is|lambda|not|or|print"
    r"|raise|return|while|yield|[bBfFrRuU]{1,2})\b)"
    r"([A-Za-z_][\w.]*|\w+\[[^\[\]\n]*\])[ \t]+(?=[\"'])"
)
"""A name right before a text: a plus was forgotten."""


def _split_parts(lines: list[str]) -> list[tuple[int, str]]:
    """Split a text into pieces that begin at the left margin, each with its 0-based line."""
    found: list[tuple[int, list[str]]] = []
    inside = _find_lines_in_texts("\n".join(lines))
    for number, line in enumerate(lines):
        continues = number in inside or not _begins_statement(line)
        decorated = bool(found) and found[-1][1][-1].startswith("@")
        if found and (continues or decorated):
            found[-1][1].append(line)
        else:
            found.append((number, [line]))
    return [(start, "\n".join(part)) for start, part in found]


def _find_lines_in_texts(text: str) -> set[int]:
    """Find the 0-based lines that begin inside a text of several lines, such as a query."""
    found: set[int] = set()
    line, at = 0, 0
    for token in TEXT_OR_COMMENT.finditer(text):
        line += text.count("\n", at, token.start())
        height = token[0].count("\n")
        found.update(range(line + 1, line + height + 1))
        line, at = line + height, token.end()
    return found


def _salvage(part: str, lost: list[int], start: int) -> ast.Module | None:
    """Parse one piece, with the lines that break it blanked, or cut off before them."""
    lines, at = part.split("\n"), 0
    for _ in range(_BLANKED_LIMIT):
        try:
            return parse_module("\n".join(lines))
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
    lost.append(start + at + 1)
    return try_parse("\n".join(lines[:at]))


def is_empty(node: ast.AST) -> bool:
    """Tell whether a function is there to be overridden: documentation, ``pass`` or an error."""
    body = getattr(node, "body", None)
    return isinstance(body, list) and all(
        isinstance(part, (ast.Pass, ast.Raise))
        or (isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant))
        for part in body
    )
