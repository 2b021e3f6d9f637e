"""The kinds of objects at a job's script location, by their content more than by their name.

A job may declare Scala and hold Python. Its script may be a notebook under ``.py``, or no script at
all: a zip archive, an HTML page of an error, a pointer to content that is kept elsewhere.
"""

import json
import re
from typing import Literal

from msgspec import Struct

from glueline_worker.lineage.files.notebook import Notebook, read_notebook
from glueline_worker.lineage.script.source.parser import (
    SCRIPT_SIZE_LIMIT,
    decode_script,
    find_wide_coding,
    parse_and_keep,
)

Language = Literal["python", "scala"]


class SourceCode(Struct, frozen=True):
    """A script's text and its language; ``gaps`` list the parts that are missing."""

    language: Language
    text: str
    gaps: tuple[str, ...] = ()


class NotCode(Struct, frozen=True):
    """An object that is no script; ``reason`` is a sentence."""

    reason: str


PIPELINE_REASON = (
    "the job is a Spark Declarative Pipeline, which is not read yet; "
    "what was known of its lineage is kept"
)
_PIPELINE_FILE = re.compile(rb"spark-pipeline\.ya?ml")
_EDGE_SIZE = 64 * 1024
"""Bytes at both ends of an archive in which its names are looked for."""
_BINARY = (
    (b"PK\x03\x04", "a zip archive"),
    (b"PK\x05\x06", "an empty zip archive"),
    (b"\x1f\x8b", "compressed with gzip"),
    (b"BZh", "compressed with bzip2"),
    (b"\xfd7zXZ\x00", "compressed with xz"),
    (b"(\xb5/\xfd", "compressed with zstd"),
    (b"7z\xbc\xaf'\x1c", "a 7z archive"),
    (b"\xca\xfe\xba\xbe", "a compiled Java class"),
    (b"\x7fELF", "a compiled program"),
    (b"%PDF-", "a PDF document"),
    (b"PAR1", "a Parquet file"),
    (b"Obj\x01", "an Avro file"),
    (b"ORC", "an ORC file"),
)
_CONTROLS = bytes({*range(32)} - {*b"\t\n\v\f\r\x1a\x1b"})
_RARE = 50
"""One control character in so many is no accident in a text."""
_TAR = slice(257, 262)
_COMPILED_PYTHON = slice(2, 4)
_TEXTS = (
    (re.compile(r"version https://git-lfs\.github\.com/spec/"), "a pointer of Git LFS"),
    (re.compile(r"\.?/?(?:\S{0,1000}/)?annex/objects/\S{0,1000}\s*+\Z"), "a pointer of git-annex"),
    (re.compile(r"(?i)<!doctype html|<html|<head|<body"), "an HTML page"),
    (re.compile(r"<\?xml|<[A-Za-z][\w:.-]*(?:\s[^<>]*)?>"), "an XML document"),
    (re.compile(r"#!.*\b(?:bash|sh|zsh|ksh)\b"), "a shell script"),
    (re.compile(r"-----BEGIN [A-Z ]+-----"), "a certificate or key"),
)
_JAVA = re.compile(
    r"^[ \t]*public[ \t]+(?:\w+[ \t]+)*class\b|\bpublic[ \t]+static[ \t]+void\b", re.MULTILINE
)
_SQL = re.compile(
    r"(?is)(?:\s|--[^\n]*|/\*.*?\*/)*+(?:select\s+[\w*\"`(']|insert\s+(?:into|overwrite)\b|"
    r"(?:create|drop|alter)\s+(?:or|external|table|view|database|schema|temp\w*|function)\b|"
    r"merge\s+into\b|delete\s+from\b|truncate\s+table\b|unload\s*\(|update\s+[\w.`\"]+\s+set\b|"
    r"copy\s+[\w.]+\s+from\b|use\s+\w+\s*;|set\s+[\w.:]+\s*=[^\n]*;|"
    r"with\s+\w+\s*(?:\([^)]*\)\s*)?as\s*\()"
)
_SCALA = re.compile(
    r"^[ \t]*(?:(?:case|private|protected|final|sealed|abstract|implicit|lazy|override)[ \t]+)*(?:"
    r"object[ \t]+\w[^\n:=]*(?:\{|$)|trait[ \t]+\w|class[ \t]+\w[^\n:]*\{|"
    r"va[lr][ \t]+[\w(`]|def[ \t]+\w[^\n]*(?:=[ \t]*(?:\{|$)|\{[ \t]*$)|"
    r"import[ \t]+[\w.]+\.(?:_|\{[^}\n]*\})|package[ \t]+[\w.]+[ \t;]*$)",
    re.MULTILINE,
)
_SCALA_COMMENTS = re.compile(r"//[^\n]*|/\*(?:[^*]|\*(?!/))*+(?:\*/|\Z)")
_PYTHON = re.compile(
    r"^[ \t]*(?:from[ \t]+[\w.]+[ \t]+import\b|import[ \t]+\w[\w., \t]*$|def[ \t]+\w+\(.*:[ \t]*$|"
    r"class[ \t]+\w.*:[ \t]*$|if[ \t]+__name__)",
    re.MULTILINE,
)
_STRONG_PYTHON = re.compile(
    r"^[ \t]*(?:from[ \t]+[\w.]+[ \t]+import\b|def[ \t]+\w+\(.*\)[^=\n]{0,100}:[ \t]*$|"
    r"if[ \t]+__name__|import[ \t]+\w+[ \t]*$)",
    re.MULTILINE,
)


def recognise_script(data: bytes, declared: Language) -> SourceCode | NotCode:
    """Return the code in the object at a job's script location.

    ``declared`` is the language that the job declares.
    """
    if reason := _find_binary_reason(data):
        return NotCode(reason)
    text = decode_script(data)
    if not text.strip():
        return NotCode("the script is empty")
    notebook = read_notebook(text)
    if notebook is not None:
        if notebook.python and _find_language(notebook.python, "python") == "scala":
            notebook = read_notebook(text, "scala") or notebook  # it names no kernel, or another
        return _convert_notebook(notebook)
    start = text.lstrip()
    for pattern, kind in _TEXTS:
        if pattern.match(start):
            return NotCode(f"the script is {kind} and no code")
    language = _find_language(text, declared)
    if language is None:
        kind = _find_other_kind(text) or "JSON and no notebook"
        return NotCode(f"the script is {kind}, which no Glue job runs")
    return SourceCode(language, text)


def has_signs_of_scala(text: str) -> bool:
    """Tell whether a text defines something in Scala, or holds nothing but its comments."""
    return bool(_SCALA.search(text)) or not _SCALA_COMMENTS.sub("", text).strip()


def _find_binary_reason(data: bytes) -> str:
    for magic, kind in _BINARY:
        if data.startswith(magic):
            return PIPELINE_REASON if _is_pipeline(data) else f"the script is {kind} and no code"
    if data[_TAR] == b"ustar":
        return "the script is a tar archive and no code"
    if data[_COMPILED_PYTHON] == b"\r\n" and b"\x00" in data[:16]:
        return "the script is compiled Python and no code"
    if not find_wide_coding(data) and _count_controls(data) * _RARE > len(data):
        return "the script is a binary file and no code"
    return ""


def _count_controls(data: bytes) -> int:
    """Count the control characters that no text has."""
    return len(data) - len(data.translate(None, _CONTROLS))


def _is_pipeline(data: bytes) -> bool:
    """Tell whether an archive is a Spark Declarative Pipeline, by its specification's file name."""
    ends = data[:_EDGE_SIZE], data[-_EDGE_SIZE:]
    return any(_PIPELINE_FILE.search(end) for end in ends)


def _convert_notebook(notebook: Notebook) -> SourceCode | NotCode:
    if notebook.is_scala:
        return SourceCode("scala", notebook.scala, notebook.gaps)
    if not notebook.python.strip() and notebook.gaps:
        return NotCode(notebook.gaps[0])
    return SourceCode("python", notebook.python, notebook.gaps)


def _find_language(text: str, declared: Language) -> Language | None:
    """Return the language of a text; None for one that is neither Python nor Scala."""
    if _is_json(text):
        return None
    scala = len(_SCALA.findall(text))
    other = _find_other_kind(text)
    if declared == "python" and not scala and not other:
        return "python"
    python = len(_PYTHON.findall(text))
    if len(text) <= SCRIPT_SIZE_LIMIT and parse_and_keep(text) is not None:
        is_python = declared == "python" or (not scala and _STRONG_PYTHON.search(text))
        return "python" if is_python else "scala"
    if other and not python:
        return None
    if declared == "scala":
        return "python" if python > scala else "scala"
    return "scala" if scala > python else "python"


def _find_other_kind(text: str) -> str:
    """Return the kind of a text that seems neither Python nor Scala; "" without a sign of one."""
    start = text.lstrip()
    if start[:1] in {"{", "["} and '"' in start[:_EDGE_SIZE]:
        return "JSON and no notebook"
    if "public" in text and _JAVA.search(text):
        return "Java"
    return "SQL" if _SQL.match(text) else ""


def _is_json(text: str) -> bool:
    if text.lstrip()[:1] not in {"{", "["}:
        return False
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
