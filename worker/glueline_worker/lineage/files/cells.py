"""One cell of a notebook: its language, and its code without magics."""

from __future__ import annotations

import json
import re
from itertools import islice

from msgspec import Struct
from msgspec.structs import replace

from glueline_worker.lineage.syntax import parse_module
from glueline_worker.lineage.word_sets import split_words

_CELL_MAGIC = re.compile(r"\s*%%(\w+)[ \t]*(.*)")
_ABOVE_CELL_MAGIC = re.compile(
    r"(?:[ \t]*(?:%\w.*|#.*)?\n)*[ \t]*%\w.*\n(?:[ \t]*(?:#.*)?\n)*(?=%%\w)"
)
"""Glue lets ``%%configure`` stand below line magics."""
_LINE_MAGIC = re.compile(r"([ \t]*)(\w+[ \t]*=[ \t]*)?(?:%(\w+)|!(?![=\w]*=))[ \t]*(.*)")
_HELP = re.compile(r"([ \t]*)(?:\?{1,2}[\w.]+|[\w.]+\?{1,2})[ \t]*")
_TIMING_MAGICS = frozenset({"prun", "time", "timeit"})
_KERNEL_MAGICS = _TIMING_MAGICS | {"capture", "local", "spark"}
"""Magics whose cells are in the notebook's own language."""
_LANGUAGES = {
    **dict.fromkeys(("ipyspark", "pyspark", "python", "python3"), "python"),
    "scala": "scala",
}
_LINE_MAGICS = split_words(
    "additional_python_modules connections etl extra_jars extra_py_files glue_ray glue_version "
    "iam_role idle_timeout number_of_workers profile region script_location session_id "
    "session_id_prefix spark_conf streaming stop_session tags temp_dir worker_type"
)
"""Glue's magics of one line, which are written with two signs too: the code below them stays."""
_NO_DATA = split_words(
    "bash cleanup cmd delete file help html info javascript js latex logs markdown matplot md "
    "script sh sparkui svg system writefile"
)
"""Cell magics whose cells move no data that Glue knows of."""
_CONFIGURE = re.compile(r"^[ \t]*%%configure\b(?:[ \t]+-\w+)*[ \t]*\n?", re.MULTILINE)
_MAX_CONFIGURE_MAGICS = 20
"""The most ``%%configure`` of one file that are read: a session has one."""
_EMPTY_LINES = re.compile(r"\n(?:[ \t]*\n)+")
_NO_OPTION = re.compile(r"(?<!\S)[^-\s]")
_BRACE = re.compile(r"[{}]|\"(?:[^\"\\\n]|\\.)*+\"?")
_OPEN_SETTINGS = re.compile(r"[^\n]*+(?:\n[ \t]*+(?:[\[\]{}\"',:#\d][^\n]*+)?(?=\n|\Z))*+")
"""Settings whose brace never closes: lines that begin as JSON does, but no code below them."""
_SCALA_MAGIC = re.compile(r"^[ \t]*(?:%\w|![a-z]).*", re.MULTILINE)
_SQL_OPTION = re.compile(r"-{1,2}(?:q|quiet|c|contextname|[omnr]\w*)\b(?:[ \t]+(?=[\w.-]+)(\S+))?")
_SQL_TARGET = re.compile(r"(?:^|\s)(?:-o|--output)[ \t]+(\w+)|^(\w+)[ \t]*<<")


class NotebookCell(Struct, frozen=True):
    """A cell's code and the lines ``above`` it; ``magic`` is its magic's name or options."""

    language: str
    code: str
    above: str = ""
    magic: str = ""

    @property
    def is_foreign(self) -> bool:
        """Tell whether the code may move data and is in a language without a reader."""
        return not self.language and bool(self.code.strip()) and self.magic not in _NO_DATA


def read_cell(cell: str, kernel: str, *, whole: bool = True) -> NotebookCell:  # noqa: PLR0911 - one for each kind of magic
    """Read one cell; ``whole`` means that ``cell`` holds nothing else."""
    if above := _ABOVE_CELL_MAGIC.match(cell):
        first = "\n".join(map(_replace_magic, above[0].rstrip("\n").split("\n"))) + "\n"
        found = read_cell(cell[above.end() :], kernel, whole=whole)
        return replace(found, above=first + found.above)
    magic = _CELL_MAGIC.match(cell)
    if magic is None:
        return NotebookCell(kernel, _remove_magics(cell, kernel, whole=whole))
    before = "\n" * cell.count("\n", 0, magic.start(1))
    name, rest, body = magic[1].lower(), magic[2], cell[magic.end() :]
    language = _LANGUAGES.get(name, kernel if name in _KERNEL_MAGICS else "")
    if name == "sql":
        return NotebookCell("sql", body, before, magic=rest)
    if name == "configure":
        settings, after = _split_settings(rest + body)
        code = _make_settings_text(settings) if kernel == "python" else ""
        return _read_after_settings(NotebookCell(kernel, code, before), after, kernel)
    if name in _LINE_MAGICS:
        return _read_after_settings(NotebookCell(kernel, "", before), body, kernel)
    if language:
        return NotebookCell(language, _remove_magics(body, language, whole=False), before)
    return NotebookCell("", body, before, magic=name)


def _read_after_settings(settings: NotebookCell, after: str, kernel: str) -> NotebookCell:
    """Return a cell of settings together with the code below, which is no part of them."""
    if not after.strip():
        return settings
    found = read_cell(after.lstrip(" \t"), kernel, whole=False)
    above = settings.code if found.language != "scala" else ""
    return replace(found, above=settings.above + above + found.above)


def _split_settings(text: str) -> tuple[str, str]:
    """Split a text into the JSON object at its start and the rest."""
    start = text.find("{")
    if start < 0 or _NO_OPTION.search(text, 0, start):
        return "", text
    try:
        _, end = json.JSONDecoder().raw_decode(text, start)
    except (ValueError, RecursionError):
        end = _find_closing_brace(text, start)
    return text[start:end], text[end:]


def _find_closing_brace(text: str, start: int) -> int:
    """Return the end of an object that is no valid JSON, such as one with a comma too many."""
    depth = 0
    for found in _BRACE.finditer(text, start):
        depth += {"{": 1, "}": -1}.get(found[0], 0)
        if depth == 0:
            return found.end()
    return _OPEN_SETTINGS.match(text, start).end()  # type: ignore[union-attr]


def _make_settings_text(settings: str) -> str:
    if not settings or "'''" in settings:
        return ""
    return f"r'''\n%%configure\n{settings.strip()}\n'''"


def close_settings(text: str) -> str:
    """Move the empty lines inside the JSON of ``%%configure`` below it."""
    for magic in reversed(list(islice(_CONFIGURE.finditer(text), _MAX_CONFIGURE_MAGICS))):
        settings, after = _split_settings(text[magic.end() :])
        closed = _EMPTY_LINES.sub("\n", settings)
        moved = "\n" * (settings.count("\n") - closed.count("\n"))
        text = f"{text[: magic.end()]}{' ' if settings else ''}{closed}{moved}{after}"
    return text


def _remove_magics(cell: str, language: str, *, whole: bool) -> str:
    if language == "scala":
        return _SCALA_MAGIC.sub("", cell)
    return cell if whole and is_python(cell) else "\n".join(map(_replace_magic, cell.split("\n")))


def _replace_magic(line: str) -> str:
    """Return a line without its magic; a block keeps a statement in its place."""
    if found := _HELP.fullmatch(line):
        return f"{found[1]}pass"
    found = _LINE_MAGIC.fullmatch(line)
    if found is None:
        return line
    indent, target, name, rest = found.groups()
    if name == "sql":
        return indent + (target or "") + make_python_sql_call("", rest)
    if name in _TIMING_MAGICS:
        return indent + (target or "") + rest
    return f"{indent}{target}None" if target else indent and f"{indent}pass"


def make_python_sql_call(options: str, query: str) -> str:
    """Return SQL as a call of Spark in Python; ``-o name`` names the result."""
    target = _SQL_TARGET.search(options)
    name = (target[1] or target[2]) if target else ""
    options = _SQL_OPTION.sub("", options[target.end() :] if target and target[2] else options)
    text = f"{options.strip()}{query}".replace("\\", "\\\\").replace('"', '\\"')
    assignment = f"{name} = " if name else ""
    return f'{assignment}spark.sql("""{text}""")' if text.strip() else ""


def make_scala_sql_call(options: str, query: str) -> str:
    """Return SQL as a call of Spark in Scala."""
    target = _SQL_TARGET.search(options)
    name = (target[1] or target[2]) if target else ""
    text = query.replace('"""', '"')
    return (f"val {name} = " if name else "") + f'spark.sql("""{text}""")' if text.strip() else ""


def is_python(code: str) -> bool:
    """Tell whether ``code`` is Python."""
    try:
        parse_module(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
