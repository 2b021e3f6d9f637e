"""Give a table what its writer keeps in parameters beside the columns that Glue can hold.

Spark keeps a schema with the case of names, collations, NOT NULL and defaults, buckets, and the
provider of the data. Iceberg keeps required fields and hidden partitions. Where a table was
changed in Glue since, Glue's columns count, as they do for Spark's own Hive tables.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import orjson
from msgspec.structs import replace

from glueline.contract.records import (
    Column,
    ColumnConstraints,
    GlueColumn,
    SortColumn,
    Storage,
    TableRecord,
)
from glueline_worker.catalog.columns import (
    list_some_names,
    warn_of_unknown_types,
)
from glueline_worker.catalog.spark_storage import find_placeholder_format, replace_placeholder
from glueline_worker.catalog.types.column_types import parse_type
from glueline_worker.catalog.types.iceberg_schema import IcebergSchema, read_iceberg_schema
from glueline_worker.catalog.types.spark_schema import (
    SPARK_SCHEMA,
    WrittenColumn,
    read_spark_names,
)
from glueline_worker.catalog.types.type_texts import is_refined_by
from glueline_worker.catalog.values import AnswerReader
from glueline_worker.catalog.views import is_view, read_owner
from glueline_worker.redact import redact_prose

_SHARED_LENGTH = 1024
_PROVIDER = "spark.sql.sources.provider"
_SPARK_VERSION = "spark.sql.create.version"


def apply_writer_schema(
    record: TableRecord,
    answer: AnswerReader,
    parameters: Mapping[str, str],
    schema: list[WrittenColumn],
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
    return replace(record, **{key: value for key, value in changes.items() if value})


def _refine_columns(
    record: TableRecord, schema: list[WrittenColumn], warnings: list[str], *, is_view: bool
) -> dict[str, tuple[Column, ...]]:
    """Return columns and partition keys as the writer's schema has them, if it has the same."""
    written = {each.key: each for each in reversed(schema)}
    stated = [(column, column.name.lower()) for column in (*record.columns, *record.partition_keys)]
    names = {name for _, name in stated}
    if names != written.keys():
        if names:
            others = list_some_names(sorted(names ^ written.keys()))
            warnings.append(
                "The schema that the table's writer keeps in its parameters is another, and Glue's "
                f"columns count. Only one of them has: {others}."
            )
        return {}
    refined = [_refine_column(column, written[name], is_view=is_view) for column, name in stated]
    unfit = [
        column.name for (column, _), (_, fits) in zip(stated, refined, strict=True) if not fits
    ]
    if unfit:
        warnings.append(
            "Columns with another type in the schema that the table's writer keeps in its "
            f"parameters: {list_some_names(unfit)}."
        )
    columns, count = tuple(column for column, _ in refined), len(record.columns)
    return {"columns": columns[:count], "partition_keys": columns[count:]}


def _refine_column(column: Column, written: WrittenColumn, *, is_view: bool) -> tuple[Column, bool]:
    """Return the column as its writer has it, and whether Glue's type is the same or says less."""
    if column is written.column:  # it stood in for a placeholder
        return column, True
    if column.parameters or len(column.type) > _SHARED_LENGTH:
        return _merge_columns(column, written, is_view=is_view)
    return _merge_shared(column.name, column.type, column.comment, written, is_view)


# Tables share most of their columns, as those of `columns` do.
@lru_cache(maxsize=16384)
def _merge_shared(
    name: str,
    type_text: str,
    comment: str | None,
    written: WrittenColumn,
    is_view: bool,  # noqa: FBT001 - of a cache's key
) -> tuple[Column, bool]:
    column = Column(name=name, type=type_text, data_type=parse_type(type_text), comment=comment)
    return _merge_columns(column, written, is_view=is_view)


def _merge_columns(column: Column, written: WrittenColumn, *, is_view: bool) -> tuple[Column, bool]:
    other = written.column
    fits = is_refined_by(column.data_type, other.data_type)
    kind = other if fits and other.data_type != column.data_type else column
    merged = Column(
        name=other.name,
        type=kind.type,
        data_type=kind.data_type,
        comment=other.comment if column.comment is None else column.comment,
        parameters=column.parameters,
        # Of a view they say what Spark found in its query, not what holds.
        constraints=None if is_view else other.constraints,
        glue=_make_glue_column(other.name, kind.type, column.name, column.type),
    )
    return merged, fits


def _make_glue_column(
    name: str, type_text: str, glue_name: str, glue_type: str
) -> GlueColumn | None:
    """Return the column as Glue holds it, where that is another than the record's."""
    is_same = (name, type_text) == (glue_name, glue_type)
    return None if is_same else GlueColumn(name=glue_name, type=glue_type)


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
    return replace(column, **changes) if changes else column


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
    return replace(
        storage or Storage(),
        number_of_buckets=int(text[:10]),
        bucket_columns=tuple(read_spark_names(parameters, "bucketCol")),
        sort_columns=tuple(SortColumn(column=name) for name in sorted_by),
    )


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
