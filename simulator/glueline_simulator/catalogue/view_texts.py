"""Encode views as Athena and Trino store them."""

import base64
from collections.abc import Sequence

import orjson

# Types with different names in Hive and Trino; the others are the same or close.
_TRINO_TYPES = {"string": "varchar", "int": "integer", "float": "real", "binary": "varbinary"}


def make_presto_view(schema: str, sql: str, columns: Sequence[tuple[str, str]]) -> str:
    """Make the text that Athena stores in ``ViewOriginalText``: base64 of JSON in a comment.

    Columns are given as names and Hive types.
    """
    view = {
        "originalSql": sql,
        "catalog": "awsdatacatalog",
        "schema": schema,
        "columns": [
            {"name": name, "type": _TRINO_TYPES.get(hive_type, hive_type)}
            for name, hive_type in columns
        ],
    }
    return f"/* Presto View: {base64.b64encode(orjson.dumps(view)).decode()} */"
