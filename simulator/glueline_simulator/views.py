"""Views as Athena and Trino store them."""

import base64
from collections.abc import Sequence

import orjson

# Hive's names of types that Trino calls otherwise; the rest agree well enough.
_TRINO_TYPES = {"string": "varchar", "int": "integer", "float": "real", "binary": "varbinary"}


def presto_view(schema: str, sql: str, columns: Sequence[tuple[str, str]]) -> str:
    """The text Athena keeps in ``ViewOriginalText``: base64 of JSON inside a comment.

    Columns are names and hive types.
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
