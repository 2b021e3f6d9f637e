"""SQL functions and variables that one statement defines and later ones use."""

from __future__ import annotations

import re

from glueline_worker.lineage.script.domain.state import State

_DEFINES = re.compile(
    r"\s*(?:CREATE\s+(?:OR\s+REPLACE\s+)?(?:TEMP(?:ORARY)?\s+)?FUNCTION\s+(?:IF\s+NOT\s+EXISTS\s+)?"
    r"|DECLARE\s+(?:OR\s+REPLACE\s+)?(?:VARIABLE\s+)?)([\w.`]+)",
    re.IGNORECASE,
)
_WORD = re.compile(r"\w+")
_MOST = 50
_LONGEST = 5_000


def remember_definition(state: State, text: str) -> None:
    """Keep a statement that defines a function or a variable."""
    found = _DEFINES.match(text)
    if found is None or len(text) > _LONGEST or len(state.sql_definitions) >= _MOST:
        return
    if ";" in text.rstrip().rstrip(";"):
        return  # more than one statement: they are read together
    name = found[1].replace("`", "").rpartition(".")[2].lower()
    state.sql_definitions[name] = text.rstrip().rstrip(";")


def find_definitions(state: State, text: str) -> list[str]:
    """Find the definitions of what a statement names."""
    if not state.sql_definitions:
        return []
    words = {word.lower() for word in _WORD.findall(text)}
    return [known for name, known in state.sql_definitions.items() if name in words]
