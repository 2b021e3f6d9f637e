"""Datasets of paths, tables and options as a script gives them, one for each alternative."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from glueline.contract.lineage import Dataset
from glueline_worker.lineage.naming import (
    UNKNOWN_NAME,
    name_catalog_table,
    name_connection_table,
    name_location,
    name_s3_path,
    read_connection_options,
    split_name,
)
from glueline_worker.lineage.naming.databases import parse_url
from glueline_worker.lineage.naming.engines import find_engine
from glueline_worker.lineage.naming.options_view import normalise_key
from glueline_worker.lineage.script.domain.alternatives import (
    combine_alternatives,
    expand_alternatives,
    get_alternatives,
)
from glueline_worker.lineage.script.domain.limits import report_limit
from glueline_worker.lineage.script.domain.path_parts import (
    CONNECTION_URL,
    TABLE_LOCATION,
    rejoin_url,
)
from glueline_worker.lineage.script.domain.state import State
from glueline_worker.lineage.script.domain.template_text import (
    as_text,
    list_texts,
    render,
    render_options,
)
from glueline_worker.lineage.script.domain.values import Value
from glueline_worker.lineage.script.models.located_tables import find_located_table
from glueline_worker.lineage.script.models.sql_engines import name_spark_table
from glueline_worker.lineage.script.source.parser import OPEN
from glueline_worker.lineage.word_sets import split_words

_NO_DATA = split_words("console memory noop rate rate-micro-batch socket")
_TABLE_NAME = re.compile(r"`?[^/:`]+`?(\.`?[^/:`]+`?){1,3}")
_TABLE_KEYS = split_words(
    "dbtable table tablename connectiontable sfdbtable query samplequery entityname entity object "
    "path paths collection sourcequery"
)
_END_OF_NAME = re.compile(r"[/;?]")
_PATH_LIMIT = 2_000


def find_tables(state: State, database: Value, name: Value, catalog: Value = None) -> list[Dataset]:
    """Find tables of the Data Catalog."""
    found = []
    for row in combine_alternatives([database, name, catalog]):
        parts = [render(as_text(part)) for part in row[:2]]
        catalog_id = render(row[2]) if isinstance(row[2], str) else None
        found.append(name_catalog_table(parts[0], parts[1], state.context, catalog_id))
    return found


def find_spark_tables(state: State, name: Value) -> list[Dataset]:
    """Find tables by their name in Spark."""
    return [name_spark_table(state, split_name(render(text))) for text in list_texts(name)]


def list_paths(value: Value) -> list[str]:
    """List each path in a text, a list of texts, or alternatives of either."""
    found: list[str] = []
    for option in get_alternatives(value):
        if isinstance(option, (list, tuple)):
            for item in option[:_PATH_LIMIT]:
                found += list_paths(item)
            if (more := len(option) - _PATH_LIMIT) > 0:
                report_limit(f"{more:,} of {len(option):,} paths are left out")
        elif option is not None and not isinstance(option, bool):
            found += list_texts(option)
    return found


def find_locations(state: State, value: Value) -> list[Dataset]:
    """Find places by URL."""
    return [
        find_located_table(state, path) or name_location(render(path), state.context)
        for path in list_paths(value)
    ]


def find_objects(state: State, bucket: Value, key: Value) -> list[Dataset]:
    """Find S3 objects by bucket and key."""
    found = []
    for bucket_option, key_option in combine_alternatives([bucket, key]):
        path = "" if key_option is None else as_text(key_option).lstrip("/")
        url = rejoin_url(f"s3://{as_text(bucket_option)}/{path}")
        table = find_located_table(state, url)
        found.append(table or name_s3_path(render(url), state.context))
    return found


def find_by_options(
    state: State, kind: Value, options: Mapping[Any, Value], format_name: Value = None
) -> list[Dataset]:
    """Find what Glue's connection options, or Spark's format and options, point at."""
    found: list[Dataset] = []
    for kind_text in list_texts(kind) if kind is not None else [""]:
        for variant in expand_alternatives(dict(options)):
            found += _find_by_variant(state, render(kind_text), variant, format_name)
    return found


def _find_by_variant(
    state: State, kind: str, variant: dict[Any, Value], format_name: Value
) -> list[Dataset]:
    if kind.lower() in _NO_DATA:
        return []
    plain = render_options(variant)
    named = _find_by_table_name(state, kind, plain)
    if named:
        return named
    url = plain.get("url")
    if isinstance(url, str) and url.startswith(CONNECTION_URL):
        name, database = parse_connection(url)
        del plain["url"]
        plain["connectionName"] = name
        if database:
            plain.setdefault("database", database)
    format_text = render(list_texts(format_name)[0]) if format_name is not None else None
    if any(key.startswith("hoodie.") for key in plain):
        format_text = "hudi"
        if str(plain.get("hoodie.datasource.hive_sync.enable", "")).lower() == "false":
            plain = {key: value for key, value in plain.items() if "hive_sync" not in key}
    found = list(read_connection_options(kind, plain, state.context, format=format_text))
    return found or _find_unnamed_table(state, kind, plain)


def _find_unnamed_table(state: State, kind: str, options: dict[str, Any]) -> list[Dataset]:
    """Find the database that is read or written where no option says which table of it."""
    keys = set(map(normalise_key, options))
    url = options.get("url")
    is_jdbc = isinstance(url, str) and url.lower().startswith("jdbc:")
    by_connection = "connectionname" in keys and ("jdbc" in kind.lower() or find_engine(kind))
    if keys & _TABLE_KEYS or not (is_jdbc or by_connection):
        return []
    state.warn("a database is read or written, and no option names the table")
    named = {**options, "dbtable": UNKNOWN_NAME}
    return list(read_connection_options(kind or "jdbc", named, state.context))


def _find_by_table_name(state: State, kind: str, options: dict[str, Any]) -> list[Dataset]:
    """Find the table of connectors that take its name as their path, such as Iceberg's."""
    path = options.get("path", options.get("paths"))
    if path is None:
        return []
    if isinstance(path, list) and len(path) == 1:
        path = path[0]
    if isinstance(path, str) and path.startswith(TABLE_LOCATION):
        return find_locations(state, path)
    lake = any(word in kind.lower() for word in ("iceberg", "marketplace.spark", "custom.spark"))
    if lake and isinstance(path, str) and _TABLE_NAME.fullmatch(path):
        return [name_spark_table(state, split_name(path))]
    return []


def parse_connection(url: str) -> tuple[str, str]:
    """Return the connection in ``url``, and the database that the script put behind it."""
    address = url.partition(CONNECTION_URL)[2]
    name = _END_OF_NAME.split(address, maxsplit=1)[0]
    return name, parse_url(f"jdbc://host{address[len(name) :]}").database


def find_by_connection(
    state: State, connection: Value, options: Mapping[Any, Value]
) -> list[Dataset]:
    """Find a table behind a Glue connection, as ``from_jdbc_conf`` names it."""
    found: list[Dataset] = []
    for variant in expand_alternatives({"connectionName": connection, **options}):
        found += read_connection_options("jdbc", render_options(variant), state.context)
        if not found and (name := variant.get("connectionName")) is not None:
            found.append(name_connection_table(render(as_text(name)), "{unknown}", state.context))
    return found


def is_local(path: Value) -> bool:
    """Tell whether a path is on the worker's own disk."""
    if not isinstance(path, str):
        return False
    return path.startswith(("/tmp", "./", "tmp/")) or (  # noqa: S108 - read, never written
        "://" not in path and not path.startswith(OPEN) and "." in path.rsplit("/", 1)[-1]
    )
