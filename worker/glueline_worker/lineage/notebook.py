"""Notebooks and their magics into plain Python.

Glue's notebooks are Jupyter's (``nbformat`` 3 and 4); those of its old development endpoints are
Zeppelin's. Magics are kept as far as they say something about data.
"""

import ast
import json
import re
import warnings
from collections.abc import Iterator
from typing import Any

_CELL_MAGIC = re.compile(r"\s*%%(\w+)[ \t]*(.*)")
_ABOVE_CELL_MAGIC = re.compile(
    r"(?:[ \t]*(?:%\w.*|#.*)?\n)*[ \t]*%\w.*\n(?:[ \t]*(?:#.*)?\n)*(?=%%\w)"
)
"""Glue lets ``%%configure`` stand below line magics."""
_ZEPPELIN_MAGIC = re.compile(r"\s*%(?:\w+\.)?(\w+)")
_LINE_MAGIC = re.compile(r"([ \t]*)(\w+[ \t]*=[ \t]*)?(?:%(\w+)|!(?![=\w]*=))[ \t]*(.*)")
_HELP = re.compile(r"([ \t]*)(?:\?{1,2}[\w.]+|[\w.]+\?{1,2})[ \t]*")
_MAGIC = re.compile(r"^(?:%%?[a-z]|![a-z])", re.MULTILINE)
"""At the start of a line: an indented ``!ready`` is Scala."""
_HALF = re.compile("[\ud800-\udfff]")
_TIMED = frozenset({"prun", "time", "timeit"})
_PYTHON = _TIMED | {"capture", "ipyspark", "local", "pyspark", "python", "python3", "spark"}
_SQL_OPTION = re.compile(r"-{1,2}(?:q|quiet|c|contextname|[omnr]\w*)\b(?:[ \t]+(?=[\w.-]+)(\S+))?")
_SQL_TARGET = re.compile(r"(?:^|\s)(?:-o|--output)[ \t]+(\w+)|^(\w+)[ \t]*<<")


def notebook_code(data: bytes) -> str | None:
    """The Python code of a notebook's cells, one below another; None when ``data`` is none.

    A Python file with magics, as notebooks are exported, is cleaned in the same way. ``%%sql``
    becomes ``spark.sql(…)``; ``%%configure`` stays as a text, where the script reader looks for
    settings; other magics and shell commands make way for empty lines. Never raises.
    """
    text = data.decode("utf-8-sig", "replace")
    cells = _cells(text)
    if cells is not None:
        return "\n\n".join(_plain(cell) for cell in cells)
    if _MAGIC.search(text) and not _parses(text):
        # No cell boundaries are left: a cell magic takes the lines up to the next empty one.
        return "\n\n".join(_plain(block, whole=False) for block in re.split(r"\n[ \t]*\n", text))
    return None


def _cells(text: str) -> list[str] | None:
    """The code cells of a notebook's JSON; None for anything else."""
    if not text.lstrip().startswith("{"):
        return None
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return None
    for key, read in (("cells", _jupyter), ("worksheets", _worksheets), ("paragraphs", _zeppelin)):
        if isinstance(document.get(key), list):
            return list(read(document[key]))
    return None


def _jupyter(cells: Any) -> Iterator[str]:
    for cell in cells if isinstance(cells, list) else ():
        if isinstance(cell, dict) and cell.get("cell_type") == "code":
            yield _joined(cell.get("source", cell.get("input")))


def _worksheets(sheets: list[Any]) -> Iterator[str]:
    """Format 3, which has its cells in worksheets."""
    for sheet in sheets:
        yield from _jupyter(sheet.get("cells") if isinstance(sheet, dict) else None)


def _zeppelin(paragraphs: list[Any]) -> Iterator[str]:
    """Zeppelin names the interpreter by one ``%``; its ``%spark`` is Scala."""
    for paragraph in paragraphs:
        text = _joined(paragraph.get("text") if isinstance(paragraph, dict) else None)
        magic = _ZEPPELIN_MAGIC.match(text)
        if magic:
            name = "scala" if magic[1] == "spark" else magic[1]
            text = f"%%{name}{text[magic.end() :]}"
        yield text


def _joined(source: Any) -> str:
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    # JSON can spell half a surrogate pair, and Python does not parse code that has one.
    return _HALF.sub("\ufffd", source) if isinstance(source, str) else ""


def _plain(cell: str, *, whole: bool = True) -> str:
    """One cell as Python; ``whole`` says that ``cell`` has nothing else in it."""
    if above := _ABOVE_CELL_MAGIC.match(cell):
        first = "\n".join(map(_line, above[0].rstrip("\n").split("\n")))
        return f"{first}\n{_plain(cell[above.end() :], whole=whole)}"
    magic = _CELL_MAGIC.match(cell)
    if magic is None:
        return cell if whole and _parses(cell) else "\n".join(map(_line, cell.split("\n")))
    before = "\n" * cell.count("\n", 0, magic.start(1))
    name, rest, body = magic[1].lower(), magic[2], cell[magic.end() :]
    if name == "sql":
        return before + _sql(rest, body)
    if name == "configure":
        return f"{before}r'''\n%%configure\n{body.strip()}\n'''" if "'''" not in body else ""
    if name in _PYTHON:
        return before + "\n".join(map(_line, body.split("\n")))
    return before + "\n" * body.count("\n")


def _line(line: str) -> str:
    """A line without its magic; a block keeps a statement in its place."""
    if found := _HELP.fullmatch(line):
        return f"{found[1]}pass"
    found = _LINE_MAGIC.fullmatch(line)
    if found is None:
        return line
    indent, target, name, rest = found.groups()
    if name == "sql":
        return indent + (target or "") + _sql("", rest)
    if name in _TIMED:
        return indent + (target or "") + rest
    return f"{indent}{target}None" if target else indent and f"{indent}pass"


def _sql(options: str, query: str) -> str:
    """SQL as the call that it means; ``-o name`` names the result."""
    target = _SQL_TARGET.search(options)
    name = (target[1] or target[2]) if target else ""
    options = _SQL_OPTION.sub("", options[target.end() :] if target and target[2] else options)
    text = f"{options.strip()}{query}".replace("\\", "\\\\").replace('"', '\\"')
    assigned = f"{name} = " if name else ""
    return f'{assigned}spark.sql("""{text}""")' if text.strip() else ""


def _parses(code: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a script's odd escapes are its own business
            ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
