"""Notebooks and their magics as plain Python or Scala.

Glue's notebooks are Jupyter's (``nbformat`` 3 and 4); those of its old development endpoints are
Zeppelin's. Magics are kept as far as they matter for data.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from glueline_worker.lineage.files.cells import (
    NotebookCell,
    close_settings,
    is_python,
    make_python_sql_call,
    make_scala_sql_call,
    read_cell,
)
from glueline_worker.lineage.surrogates import replace_text_surrogates

_ZEPPELIN_MAGIC = re.compile(r"\s*%(?:\w+\.)?(\w+)")
_MAGIC = re.compile(r"^(?:%%?[a-z]|![a-z])", re.MULTILINE)
"""At the start of a line: an indented ``!ready`` is Scala."""
_LANGUAGES = ("python", "scala")
_SCALA_KERNELS = frozenset(
    {"almond", "glue_spark", "scala", "spark", "spark_kernel", "sparkkernel", "spylon-kernel"}
)


class Notebook(Struct, frozen=True):
    """The code of a notebook's cells by language, one cell below another, in their lines."""

    python: str = ""
    scala: str = ""
    gaps: tuple[str, ...] = ()
    """Sentences about the cells that were not read."""

    @property
    def is_scala(self) -> bool:
        """Tell whether all code of the notebook is Scala."""
        return bool(self.scala.strip()) and not self.python.strip()


def read_notebook(data: str | bytes, kernel: str = "") -> Notebook | None:
    """Return the code of a notebook; None when ``data`` is no notebook.

    A Python file with magics, as notebooks are exported, is cleaned in the same way. ``%%sql``
    becomes ``spark.sql(…)``. ``%%configure`` stays as a text, where the script reader looks for
    settings. Empty lines replace other magics and shell commands. ``kernel`` is the language of
    cells without a magic, if it is not the one that the notebook names. Never raises.
    """
    text = data if isinstance(data, str) else data.decode("utf-8-sig", "replace")
    try:
        return _read(text, kernel)
    except RecursionError:
        return Notebook(gaps=("the notebook has too many magics above one another",))


def _read(text: str, kernel: str) -> Notebook | None:
    document = _parse_document(text)
    if document is not None:
        kernel = kernel or ("scala" if _has_scala_kernel(document) else "python")
        return _join_cells([read_cell(cell, kernel) for cell in _find_cells(document) or ()])
    if _MAGIC.search(text) and not is_python(text):
        # No cell boundaries are left: a cell magic takes the lines up to the next empty one.
        blocks = re.split(r"\n[ \t]*\n", close_settings(text))
        return _join_cells([read_cell(block, "python", whole=False) for block in blocks])
    return None


def _join_cells(cells: Sequence[NotebookCell]) -> Notebook:
    texts = {
        language: [_translate_cell(language, cell) for cell in cells] for language in _LANGUAGES
    }
    scala = [cell for cell in cells if cell.language == "scala" and cell.code.strip()]
    has_python = any(cell.language == "python" and cell.code.strip() for cell in cells)
    gaps = [f"a cell of %%{cell.magic} was not read" for cell in cells if cell.is_foreign]
    if scala and has_python:
        gaps.append(f"cells in Scala that were not read beside those in Python: {len(scala)}")
    elif scala:
        return Notebook("", "\n\n".join(texts["scala"]), tuple(dict.fromkeys(gaps)))
    return Notebook("\n\n".join(texts["python"]), "", tuple(dict.fromkeys(gaps)))


def _translate_cell(language: str, cell: NotebookCell) -> str:
    """Return the cell as code of ``language``; empty lines for one in another language."""
    if cell.language == "sql":
        call = make_python_sql_call if language == "python" else make_scala_sql_call
        return cell.above + call(cell.magic, cell.code)
    is_same = cell.language == language
    return cell.above + (cell.code if is_same else "\n" * cell.code.count("\n"))


def _parse_document(text: str) -> dict[str, Any] | None:
    """Return the JSON of a notebook; None for anything else."""
    if not text.lstrip().startswith("{"):
        return None
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return document if _find_cells(document) is not None else None


def _find_cells(document: Mapping[str, Any]) -> list[str] | None:
    """Return the code cells of a notebook's JSON."""
    for key, read in (
        ("cells", _read_jupyter),
        ("worksheets", _read_worksheets),
        ("paragraphs", _read_zeppelin),
    ):
        if isinstance(document.get(key), list):
            return list(read(document[key]))
    return None


def _has_scala_kernel(document: Mapping[str, Any]) -> bool:
    """Tell whether cells without a magic are Scala (Glue's ``glue_spark``, Spark's ``spark``)."""
    metadata = document.get("metadata")
    for key in ("language_info", "kernelspec"):
        description = metadata.get(key) if isinstance(metadata, Mapping) else None
        if isinstance(description, Mapping):
            names = {str(description.get(part)).lower() for part in ("name", "language")}
            if names & _SCALA_KERNELS:
                return True
    return False


def _read_jupyter(cells: Any) -> Iterator[str]:
    for cell in cells if isinstance(cells, list) else ():
        if isinstance(cell, dict) and cell.get("cell_type") == "code":
            yield _join_source(cell.get("source", cell.get("input")))


def _read_worksheets(sheets: list[Any]) -> Iterator[str]:
    """Yield the cells of format 3, which stand in worksheets."""
    for sheet in sheets:
        yield from _read_jupyter(sheet.get("cells") if isinstance(sheet, dict) else None)


def _read_zeppelin(paragraphs: list[Any]) -> Iterator[str]:
    """Yield Zeppelin's cells: one ``%`` begins an interpreter's name, and ``%spark`` is Scala."""
    for paragraph in paragraphs:
        text = _join_source(paragraph.get("text") if isinstance(paragraph, dict) else None)
        magic = _ZEPPELIN_MAGIC.match(text)
        if magic:
            name = "scala" if magic[1] == "spark" else magic[1]
            text = f"%%{name}{text[magic.end() :]}"
        yield text


def _join_source(source: Any) -> str:
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    # JSON can spell lone surrogates, and Python does not parse code that has one.
    return replace_text_surrogates(source) if isinstance(source, str) else ""
