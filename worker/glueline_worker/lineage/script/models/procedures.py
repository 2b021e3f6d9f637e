"""Iceberg's procedures that bring data into a table, or say where a table is."""

from __future__ import annotations

import re
from collections.abc import Callable

from glueline.contract.lineage import Dataset
from glueline_worker.lineage.naming import split_name
from glueline_worker.lineage.script.domain.state import State
from glueline_worker.lineage.script.domain.template_text import render
from glueline_worker.lineage.script.models.located_tables import name_place

_CALL = re.compile(
    r"\bcall\s+(?:([^\s.(]{1,200})\.)?system\.(add_files|snapshot|register_table|create_changelog_view)\s*\(([^;]{0,5000})",
    re.IGNORECASE,
)
_ARGUMENT = re.compile(r"(?:(\w{1,50})\s*=>\s*)?(?:'([^']{0,2000})'|\"([^\"]{0,2000})\")\s*[,)]")
_FILES = re.compile(r"`?(?:parquet|orc|avro)`?\.`([^`]+)`", re.IGNORECASE)
_PARAMETERS = {
    "add_files": ("table", "source_table"),
    "snapshot": ("source_table", "table"),
    "register_table": ("table", "metadata_file"),
    "create_changelog_view": ("table", "changelog_view"),
}
_METADATA = re.compile(r"/metadata/[^/]*\Z")
_TABLE_IN_DATABASE = 2

_Name = Callable[[tuple[str, ...]], Dataset]


def run_procedures(state: State, text: str, name: _Name) -> None:
    """Add what the procedures in a text of SQL read and write."""
    if "system." not in text[:_HEAD].lower():
        return
    for found in _CALL.finditer(text[:_HEAD]):
        catalog, procedure, inside = render(found[1] or ""), found[2].lower(), found[3]
        given = _read_arguments(procedure, inside)
        if "table" in given:
            target = name(_add_catalog(catalog, given["table"]))
            _run(state, procedure, given, target, name)


def _read_arguments(procedure: str, inside: str) -> dict[str, str]:
    """Read the arguments by their names; those without one stand in order."""
    found: dict[str, str] = {}
    for at, argument in enumerate(_ARGUMENT.finditer(inside)):
        names = _PARAMETERS[procedure]
        name = (argument[1] or (names[at] if at < len(names) else "")).lower()
        if name:
            found.setdefault(name, render(argument[2] or argument[3] or ""))
    return found


def _run(state: State, procedure: str, given: dict[str, str], target: Dataset, name: _Name) -> None:
    if procedure == "register_table":
        place = _METADATA.sub("", given.get("metadata_file", ""))
        if "://" in place:
            state.declare_tables([target], [name_place(state, place)])
        return
    if procedure == "create_changelog_view":
        view = given.get("changelog_view") or f"{split_name(given['table'])[-1]}_changes"
        state.journal.touch(state.views)
        state.views[view.lower()] = state.read([target], procedure)
        return
    source = given.get("source_table")
    if source is not None:
        files = _FILES.fullmatch(source)
        dataset = name_place(state, files[1]) if files else name(tuple(split_name(source)))
        state.write(state.read([dataset], procedure), [target], procedure)


def _add_catalog(catalog: str, table: str) -> tuple[str, ...]:
    parts = tuple(split_name(table))
    return (catalog, *parts) if catalog and len(parts) <= _TABLE_IN_DATABASE else parts


_HEAD = 20_000
"""Characters in which calls are looked for."""
