"""Reads fields of a visual node from any JSON."""

from collections.abc import Mapping
from typing import Any

Fields = Mapping[str, Any]
"""Fields by name in lower case: the API and a git export spell them differently."""


def read_fields(value: Any) -> Fields:
    """Return the fields of an object; of anything else, none."""
    return (
        {str(key).lower(): field for key, field in value.items()}
        if isinstance(value, Mapping)
        else {}
    )


def read_text(value: Any) -> str:
    """Return a text or number, or the choice of a Studio option (``{"Value": …, "Label": …}``)."""
    if isinstance(value, Mapping):
        return read_text(read_fields(value).get("value"))
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return value.strip() if isinstance(value, str) else ""


def read_items(value: Any) -> list[Any]:
    """Return the entries of a list without its nulls; one text stands for a list of one."""
    if isinstance(value, list | tuple):
        return [entry for entry in value if entry is not None]
    return [value] if isinstance(value, str) else []


def read_text_list(value: Any) -> list[str]:
    """Return the texts in a list."""
    return [found for entry in read_items(value) if (found := read_text(entry))]


def read_column(path: Any) -> str:
    """Return a column from the path to it: ``["address", "street"]`` is ``address.street``."""
    return ".".join(read_text_list(path))


def read_column_paths(paths: Any) -> list[str]:
    """Return the columns of a list of paths."""
    return [found for path in read_items(paths) if (found := read_column(path))]


def read_output_columns(node: Fields) -> list[str]:
    """Return the columns of a node's output when Glue Studio last saw it.

    The API has ``[{"Columns": [{"Name": …}]}]``, Studio's download ``[[{"key": …}]]``.
    """
    schemas = read_items(node.get("outputschemas"))
    lists = (
        schema if isinstance(schema, list) else read_items(read_fields(schema).get("columns"))
        for schema in schemas
    )
    entries = (read_fields(entry) for schema in lists for entry in schema)
    return [name for entry in entries if (name := read_text(entry.get("name") or entry.get("key")))]
