"""The columns of tables in a JSON file that a person wrote."""

import json
from pathlib import Path
from typing import Any

from glueline.contract.errors import UsageError
from glueline.contract.records import Column
from glueline_worker.catalog.columns import make_column
from glueline_worker.commands.inspect_files import read_regular_file
from glueline_worker.lineage.schemas import MOST_NAMES, TableSchema, make_table_schema

_MOST_BYTES = 256 * 1024 * 1024
_MOST_SHOWN = 200
_PARTS = 2


def read_schema_file(file: Path) -> dict[str, TableSchema]:
    """Read ``{"database.table": ["column", {"name": …, "type": …}, …]}``.

    The columns may also be ``{"column": "type"}``. A table without a database is one of
    ``default``. Raises UsageError with the place of the first mistake.
    """
    document = _read_json(file)
    if not isinstance(document, dict):
        raise UsageError(
            f"{file}: a JSON object of tables was expected, not {_describe_kind(document)}"
        )
    found: dict[str, TableSchema] = {}
    for key, columns in document.items():
        where = f"{file}: table {_clip(key)!r}"
        name = _split_name(key, where)
        if name in found:
            raise UsageError(f"{where} stands there twice, written in two ways")
        found[name] = make_table_schema(_read_columns(columns, where))
    return found


def _split_name(key: str, where: str) -> str:
    """Return ``database/table`` in lower case, for a name with dots or a slash."""
    parts = key.lower().split("/") if "/" in key else key.lower().rsplit(".", 1)
    if len(parts) == 1:
        parts = ["default", *parts]
    if len(parts) != _PARTS or not all(parts):
        raise UsageError(f"{where} is no name of the form database.table or database/table")
    return "/".join(parts)


def _read_columns(columns: Any, where: str) -> list[Column]:
    if isinstance(columns, dict):
        columns = [{"name": name, "type": of_type} for name, of_type in columns.items()]
    if not isinstance(columns, list):
        raise UsageError(f"{where}: a list of columns was expected, not {_describe_kind(columns)}")
    if len(columns) > MOST_NAMES:
        raise UsageError(f"{where} has more than {MOST_NAMES:,} columns")
    found: dict[str, Column] = {}
    for number, entry in enumerate(columns, start=1):
        column = _read_column(entry, f"{where}, column {number}")
        if column.name.lower() in found:
            raise UsageError(f"{where} has the column {_clip(column.name)!r} twice")
        found[column.name.lower()] = column
    return list(found.values())


def _read_column(entry: Any, where: str) -> Column:
    given = {"name": entry} if isinstance(entry, str) else entry
    if not isinstance(given, dict):
        raise UsageError(f"{where}: a name, or an object with name and type, was expected")
    name, of_type = given.get("name"), given.get("type")
    if not isinstance(name, str) or not name:
        raise UsageError(f"{where} has no name")
    if not isinstance(of_type, str | None):
        name = _clip(name)
        raise UsageError(f"{where}: the type of {name!r} is no text such as 'array<string>'")
    return make_column(name, of_type or "string")


def _read_json(file: Path) -> Any:
    data = read_regular_file(file, _MOST_BYTES)
    try:
        return json.loads(data, object_pairs_hook=_make_object)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{file} is no JSON: {_clip(str(error))}") from None


def _make_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"{twice!r} stands twice in one object")
    return made


def _clip(text: str) -> str:
    """Return the start of a text that may be as long as its file."""
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}…"


def _describe_kind(value: Any) -> str:
    kinds = {dict: "an object", list: "a list", str: "a text", bool: "a truth value"}
    return "null" if value is None else kinds.get(type(value), "a number")
