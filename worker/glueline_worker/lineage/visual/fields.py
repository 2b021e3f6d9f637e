"""Reading fields of a visual node, whatever JSON stands in them."""

from collections.abc import Mapping
from typing import Any

Fields = Mapping[str, Any]
"""Fields by name in lower case: the API and a git export spell them differently."""


def fields(value: Any) -> Fields:
    """The fields of an object; of anything else, none."""
    return (
        {str(key).lower(): field for key, field in value.items()}
        if isinstance(value, Mapping)
        else {}
    )


def text(value: Any) -> str:
    """A text or number; the chosen one of a Studio option (``{"Value": …, "Label": …}``)."""
    if isinstance(value, Mapping):
        return text(fields(value).get("value"))
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return value.strip() if isinstance(value, str) else ""


def items(value: Any) -> list[Any]:
    """The entries of a list without its nulls; one text stands for a list of one."""
    if isinstance(value, list | tuple):
        return [entry for entry in value if entry is not None]
    return [value] if isinstance(value, str) else []


def texts(value: Any) -> list[str]:
    """The texts in a list."""
    return [found for entry in items(value) if (found := text(entry))]


def column(path: Any) -> str:
    """A column from the path to it: ``["address", "street"]`` is ``address.street``."""
    return ".".join(texts(path))


def columns(paths: Any) -> list[str]:
    """The columns of a list of paths."""
    return [found for path in items(paths) if (found := column(path))]


def output_columns(node: Fields) -> list[str]:
    """The columns that Glue Studio last saw coming out of a node.

    The API has ``[{"Columns": [{"Name": …}]}]``, Studio's download ``[[{"key": …}]]``.
    """
    schemas = items(node.get("outputschemas"))
    lists = (
        schema if isinstance(schema, list) else items(fields(schema).get("columns"))
        for schema in schemas
    )
    entries = (fields(entry) for schema in lists for entry in schema)
    return [name for entry in entries if (name := text(entry.get("name") or entry.get("key")))]
