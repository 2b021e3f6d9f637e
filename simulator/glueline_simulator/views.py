"""Views as Athena and Trino store them."""

import base64
from collections.abc import Sequence

import orjson


def presto_view(database: str, table: str, names: Sequence[str], sql: str | None = None) -> str:
    """The text Athena keeps in ``ViewOriginalText``: base64 of JSON inside a comment."""
    statement = sql or f'SELECT {", ".join(names)} FROM "{database}"."{table}"'  # noqa: S608
    view = {
        "originalSql": statement,
        "catalog": "awsdatacatalog",
        "schema": database,
        "columns": [{"name": name, "type": "varchar"} for name in names],
    }
    return f"/* Presto View: {base64.b64encode(orjson.dumps(view)).decode()} */"
