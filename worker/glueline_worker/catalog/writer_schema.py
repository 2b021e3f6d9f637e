"""Give a table what its writer keeps in parameters beside the columns that Glue can hold.

Spark keeps a schema with the case of names, collations, NOT NULL and defaults, buckets, and the
provider of the data. Iceberg keeps required fields and hidden partitions. Where a table was
changed in Glue since, Glue's columns count, as they do for Spark's own Hive tables.
"""

from collections.abc import Mapping
from typing import Any

import orjson

from glueline.contract.records import (
    Column,
    ColumnConstraints,
    GlueColumn,
    SortColumn,
    Storage,
    TableRecord,
)
from glueline_worker.catalog.columns import (
    index_by_name,
    list_some_names,
    warn_of_unknown_types,
)
from glueline_worker.catalog.spark_storage import find_placeholder_format, replace_placeholder
from glueline_worker.catalog.types.iceberg_schema import IcebergSchema, read_iceberg_schema
from glueline_worker.catalog.types.spark_schema import SPARK_SCHEMA, read_spark_names
from glueline_worker.catalog.types.type_texts import is_refined_by
from glueline_worker.catalog.values import AnswerReader
from glueline_worker.catalog.views import is_view, read_owner
from glueline_worker.redact import redact_prose

_PROVIDER = "spark.sql.sources.provider"
_SPARK_VERSION = "spark.sql.create.version"


def apply_writer_schema(
    record: TableRecord, answer: AnswerReader, parameters: Mapping[str, str], schema: list[Column]
) -> TableRecord:
    """Return ``record`` with what ``parameters`` and the ``schema`` of its writer say.

    The content hash stays: it covers the parameters, and a better reader is no change of a table.
    """
    warnings: list[str] = []
    changes: dict[str, Any] = {}
    is_table = not is_view(answer.fields)
    if schema:
        changes |= _refine_columns(record, schema, warnings, is_view=not is_table)
    if record.format == "iceberg" and is_table:
        iceberg = read_iceberg_schema(answer, parameters)
        columns = changes.get("columns", record.columns)
        changes["columns"] = tuple(_constrain_column(each, iceberg) for each in columns)
        changes["partition_transforms"] = iceberg.partition_transforms
    columns = changes.get("columns", record.columns)
    keys = changes.get("partition_keys", record.partition_keys)
    warn_of_unknown_types((*columns, *keys), warnings)
    if is_table:
        changes |= _read_provider(record, parameters)
        if storage := _read_buckets(changes.get("storage", record.storage), parameters, warnings):
            changes["storage"] = storage
        changes["clustering_columns"] = _read_clustering(parameters, warnings)
    if not record.owner:
        changes["owner"] = read_owner(answer, parameters)
    if warnings:
        changes["warnings"] = (*record.warnings, *warnings)
    return record.model_copy(update={key: value for key, value in changes.items() if value})


def _refine_columns(
    record: TableRecord, schema: list[Column], warnings: list[str], *, is_view: bool
) -> dict[str, tuple[Column, ...]]:
    """Return columns and partition keys as the writer's schema has them, if it has the same."""
    by_name = index_by_name(schema, [])
    stated = (*record.columns, *record.partition_keys)
    names = {column.name.lower() for column in stated}
    if names != by_name.keys():
        if names:
            others = sorted(names ^ by_name.keys())
            warnings.append(
                "The schema that the table's writer keeps in its parameters is another, and Glue's "
                f"columns count. Only one of them has: {list_some_names(others)}."
            )
        return {}
    other = [
        column.name
        for column in stated
        if not is_refined_by(column.data_type, by_name[column.name.lower()].data_type)
    ]
    if other:
        warnings.append(
            "Columns with another type in the schema that the table's writer keeps in its "
            f"parameters: {list_some_names(other)}."
        )
    kept = set(other)

    def refine(columns: tuple[Column, ...]) -> tuple[Column, ...]:
        return tuple(
            _refine_column(
                column,
                by_name[column.name.lower()],
                keeps_type=column.name in kept,
                is_view=is_view,
            )
            for column in columns
        )

    return {"columns": refine(record.columns), "partition_keys": refine(record.partition_keys)}


def _refine_column(column: Column, written: Column, *, keeps_type: bool, is_view: bool) -> Column:
    changes: dict[str, Any] = {}
    if written.name != column.name:
        changes["name"] = written.name
    if not keeps_type and written.data_type != column.data_type:
        changes |= {"type": written.type, "data_type": written.data_type}
    if column.comment is None and written.comment is not None:
        changes["comment"] = written.comment
    if written.constraints and not is_view:  # of a view they say what Spark found, not what holds
        changes["constraints"] = written.constraints
    if not changes:
        return column
    if "name" in changes or changes.get("type", column.type) != column.type:
        changes["glue"] = GlueColumn(name=column.name, type=column.type)
    return column.model_copy(update=changes)


def _constrain_column(column: Column, schema: IcebergSchema) -> Column:
    name = column.name.lower()
    optional = column.parameters.get("iceberg.field.optional", "").lower()
    not_null = name in schema.required or optional == "false"
    default = redact_prose(schema.defaults.get(name))
    changes: dict[str, Any] = {}
    if not_null or default is not None:
        changes["constraints"] = ColumnConstraints(not_null=not_null, default=default)
    if (written := schema.names.get(name, column.name)) != column.name:
        changes |= {"name": written, "glue": GlueColumn(name=column.name, type=column.type)}
    return column.model_copy(update=changes) if changes else column


def _read_provider(record: TableRecord, parameters: Mapping[str, str]) -> dict[str, Any]:
    """Return the provider, and the storage and format where Glue has Spark's placeholder."""
    provider = parameters.get(_PROVIDER, "").strip().lower()
    if not provider:
        return {"provider": "hive"} if _SPARK_VERSION in parameters else {}
    changes: dict[str, Any] = {"provider": provider}
    storage = record.storage and replace_placeholder(record.storage, provider)
    if storage and storage is not record.storage:
        changes["storage"] = storage
        if record.format == "hive":
            changes["format"] = find_placeholder_format(provider)
    return changes


def _read_buckets(
    storage: Storage | None, parameters: Mapping[str, str], warnings: list[str]
) -> Storage | None:
    """Return the storage with the buckets in Spark's parameters; None without those."""
    text = parameters.get(f"{SPARK_SCHEMA}.numBuckets")
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal() and int(text[:10]) > 0):
        warnings.append(f"The parameter {SPARK_SCHEMA}.numBuckets is no number of buckets.")
        return None
    sorted_by = read_spark_names(parameters, "sortCol")
    changes = {
        "number_of_buckets": int(text[:10]),
        "bucket_columns": tuple(read_spark_names(parameters, "bucketCol")),
        "sort_columns": tuple(SortColumn(column=name) for name in sorted_by),
    }
    return (storage or Storage()).model_copy(update=changes)


def _read_clustering(parameters: Mapping[str, str], warnings: list[str]) -> tuple[str, ...]:
    """Return the clustering columns: Spark writes a list of paths as JSON."""
    text = parameters.get("clusteringColumns")
    if not text:
        return ()
    try:
        paths = orjson.loads(text)
    except orjson.JSONDecodeError:
        paths = None
    if not isinstance(paths, list) or not all(map(_is_path, paths)):
        warnings.append("The parameter clusteringColumns is no list of columns.")
        return ()
    return tuple(".".join(map(_quote_part, path)) for path in paths)


def _is_path(path: Any) -> bool:
    return isinstance(path, list) and bool(path) and all(isinstance(each, str) for each in path)


def _quote_part(part: str) -> str:
    return f"`{part.replace('`', '``')}`" if "." in part or "`" in part else part
