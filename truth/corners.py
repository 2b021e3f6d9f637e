"""Read the statements and scripts of this harness from their files."""

import re
from collections.abc import Iterator
from pathlib import Path

from truth.cases import Case, Form

FOLDER = Path(__file__).resolve().parent
_WRITES = re.compile(
    r"\s*(?:with\b.*?\)\s*)?(insert|merge|create|update|delete)\b", re.IGNORECASE | re.DOTALL
)


def read_statements(folder: Path = FOLDER / "corners") -> Iterator[Case]:
    """Yield the statements: a statement ends with ``;`` at the end of a line.

    ``-- kind:`` is said of all that follow, ``-- before:`` of the next one: statements that
    prepare the session, with ``; `` between them.
    """
    for path in sorted(folder.glob("*.sql")):
        kind = ""
        before: tuple[str, ...] = ()
        lines: list[str] = []
        for line in path.read_text().splitlines():
            if line.startswith("-- kind: "):
                kind = line.removeprefix("-- kind: ")
            elif line.startswith("-- before: "):
                before = tuple(line.removeprefix("-- before: ").split("; "))
            elif line.endswith(";"):
                text = "\n".join([*lines, line.removesuffix(";")])
                yield Case(kind, _form(text), text, before)
                before, lines = (), []
            elif line or lines:
                lines.append(line)


def _form(text: str) -> Form:
    return "statement" if _WRITES.match(text) else "query"


PROLOGUE = """from pyspark.sql import SparkSession, Window, functions as F
spark = SparkSession.builder.getOrCreate()
"""


def read_scripts(folder: Path = FOLDER / "frames") -> Iterator[Case]:
    """Yield the scripts: ``# kind:`` is said of all that follow, ``# ---`` ends a script."""
    for path in sorted(folder.glob("*.txt")):
        kind = ""
        lines: list[str] = []
        for line in [*path.read_text().splitlines(), "# ---"]:
            starts_kind = line.startswith("# kind: ")
            if line == "# ---" or starts_kind:
                if any(lines):
                    yield Case(kind, "script", PROLOGUE + "\n".join(lines).rstrip() + "\n")
                lines = []
                kind = line.removeprefix("# kind: ") if starts_kind else kind
            elif line or lines:
                lines.append(line)
