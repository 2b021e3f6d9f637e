"""Options as a script gives them into datasets, by ``naming``, one for each alternative."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from glueline.contract.lineage import Dataset
from glueline_worker.lineage.naming import (
    name_catalog_table,
    name_connection_table,
    name_location,
    name_s3_path,
    read_connection_options,
    split_name,
)
from glueline_worker.lineage.naming.databases import parse_url
from glueline_worker.lineage.script.domain.limits import report_limit
from glueline_worker.lineage.script.domain.state import State, text_options
from glueline_worker.lineage.script.domain.template_text import as_text, shown, texts
from glueline_worker.lineage.script.domain.values import (
    Value,
    combinations,
    options_of,
    variants,
    words,
)
from glueline_worker.lineage.script.models.sql_engines import spark_name

CONNECTION = "glue-connection://"
"""Stands where a connection's URL would, when a script asks for it by the connection's name."""
TABLE_LOCATION = "glue-table://"
"""Stands where the location of a catalog table would."""
OWNER = "@"
"""Stands between a catalog table and the catalogue that a script named for it."""
NO_DATA = words("console memory noop rate rate-micro-batch socket")
_TABLE_NAME = re.compile(r"`?[^/:`]+`?(\.`?[^/:`]+`?){1,3}")
_END_OF_NAME = re.compile(r"[/;?]")
PATH_LIMIT = 2_000


def table(state: State, database: Value, name: Value, catalog: Value = None) -> list[Dataset]:
    """Tables of the Data Catalog."""
    found = []
    for row in combinations([database, name, catalog]):
        parts = [shown(as_text(part)) for part in row[:2]]
        catalog_id = shown(row[2]) if isinstance(row[2], str) else None
        found.append(name_catalog_table(parts[0], parts[1], state.context, catalog_id))
    return found


def spark_tables(state: State, name: Value) -> list[Dataset]:
    """Tables by their name in Spark."""
    return [spark_name(state, split_name(shown(text))) for text in texts(name)]


def paths(value: Value) -> list[str]:
    """Each path in a text, a list of texts, or alternatives of either."""
    found: list[str] = []
    for option in options_of(value):
        if isinstance(option, (list, tuple)):
            for item in option[:PATH_LIMIT]:
                found += paths(item)
            if (more := len(option) - PATH_LIMIT) > 0:
                report_limit(f"{more:,} of {len(option):,} paths are left out")
        elif option is not None and not isinstance(option, bool):
            found += texts(option)
    return found


def at(state: State, value: Value) -> list[Dataset]:
    """Places by URL."""
    return [
        _located_table(state, path) or name_location(shown(path), state.context)
        for path in paths(value)
    ]


def _located_table(state: State, path: Value) -> Dataset | None:
    """The table whose location a script asked the catalogue for, and used as a path."""
    if not isinstance(path, str) or not path.startswith(TABLE_LOCATION):
        return None
    database, _, rest = shown(path).removeprefix(TABLE_LOCATION).partition("/")
    name, _, catalog = rest.partition("/")[0].partition(OWNER)
    return name_catalog_table(database, name, state.context, catalog or None)


def objects(state: State, bucket: Value, key: Value) -> list[Dataset]:
    """S3 objects by bucket and key."""
    found = []
    for bucket_option, key_option in combinations([bucket, key]):
        name = shown(as_text(bucket_option))
        path = "" if key_option is None else shown(as_text(key_option))
        found.append(name_s3_path(f"s3://{name}/{path.lstrip('/')}", state.context))
    return found


def by_options(
    state: State, kind: Value, options: Mapping[Any, Value], format_name: Value = None
) -> list[Dataset]:
    """What Glue's connection options, or Spark's format and options, point at."""
    found: list[Dataset] = []
    for kind_text in texts(kind) if kind is not None else [""]:
        for variant in variants(dict(options)):
            found += _by_variant(state, shown(kind_text), variant, format_name)
    return found


def _by_variant(
    state: State, kind: str, variant: dict[Any, Value], format_name: Value
) -> list[Dataset]:
    if kind.lower() in NO_DATA:
        return []
    plain = text_options(variant)
    named = _by_table_name(state, kind, plain)
    if named:
        return named
    url = plain.get("url")
    if isinstance(url, str) and url.startswith(CONNECTION):
        name, database = connection_of(url)
        del plain["url"]
        plain["connectionName"] = name
        if database:
            plain.setdefault("database", database)
    format_text = shown(texts(format_name)[0]) if format_name is not None else None
    if any(key.startswith("hoodie.") for key in plain):
        format_text = "hudi"
        if str(plain.get("hoodie.datasource.hive_sync.enable", "")).lower() == "false":
            plain = {key: value for key, value in plain.items() if "hive_sync" not in key}
    return list(read_connection_options(kind, plain, state.context, format=format_text))


def _by_table_name(state: State, kind: str, options: dict[str, Any]) -> list[Dataset]:
    """Iceberg's ``load("catalog.database.table")``, and connectors that take it as their path."""
    path = options.get("path", options.get("paths"))
    lake = any(word in kind.lower() for word in ("iceberg", "marketplace.spark", "custom.spark"))
    if isinstance(path, list) and len(path) == 1:
        path = path[0]
    if isinstance(path, str) and path.startswith(TABLE_LOCATION):
        return at(state, path)
    if lake and isinstance(path, str) and _TABLE_NAME.fullmatch(path):
        return [spark_name(state, split_name(path))]
    return []


def connection_of(url: str) -> tuple[str, str]:
    """The connection that ``url`` stands for, and the database that the script put behind it."""
    address = url.partition(CONNECTION)[2]
    name = _END_OF_NAME.split(address, maxsplit=1)[0]
    return name, parse_url(f"jdbc://host{address[len(name) :]}").database


def through_connection(
    state: State, connection: Value, options: Mapping[Any, Value]
) -> list[Dataset]:
    """A table behind a Glue connection, as ``from_jdbc_conf`` names it."""
    found: list[Dataset] = []
    for variant in variants({"connectionName": connection, **options}):
        found += read_connection_options("jdbc", text_options(variant), state.context)
        if not found and (name := variant.get("connectionName")) is not None:
            found.append(name_connection_table(shown(as_text(name)), "{unknown}", state.context))
    return found


def is_local(path: Value) -> bool:
    """Whether a path is on the worker's own disk."""
    if not isinstance(path, str):
        return False
    return path.startswith(("/tmp", "./", "tmp/")) or (  # noqa: S108 - read, never written
        "://" not in path and not path.startswith("\ue000") and "." in path.rsplit("/", 1)[-1]
    )
