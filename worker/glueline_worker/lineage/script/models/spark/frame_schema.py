"""What a frame tells about its own columns: ``columns``, ``schema``, ``frame.name``."""

from __future__ import annotations

from dataclasses import dataclass

from glueline_worker.lineage.script.domain.call import Call
from glueline_worker.lineage.script.domain.columns import get_column
from glueline_worker.lineage.script.domain.library_object import LibraryObject
from glueline_worker.lineage.script.domain.state import State
from glueline_worker.lineage.script.domain.values import (
    Column,
    ColumnList,
    External,
    Frame,
    Value,
)
from glueline_worker.lineage.script.models.spark.field_types import SchemaField, make_typed_fields
from glueline_worker.lineage.script.models.spark.known_columns import get_outputs
from glueline_worker.lineage.word_sets import split_words

_SPARK_NAMES = split_words(
    "agg alias approxQuantile asTable cache checkpoint coalesce colRegex collect columns corr "
    "count cov createGlobalTempView createOrReplaceGlobalTempView createOrReplaceTempView "
    "createTempView crossJoin crosstab cube describe distinct drop dropDuplicates "
    "dropDuplicatesWithinWatermark drop_duplicates dropna dtypes exceptAll executionInfo exists "
    "explain fillna filter first foreach foreachPartition freqItems groupBy groupby "
    "groupingSets head hint inputFiles intersect intersectAll isEmpty isLocal isStreaming "
    "is_cached join lateralJoin limit localCheckpoint mapInArrow mapInPandas melt mergeInto "
    "metadataColumn na observe offset orderBy pandas_api persist plot printSchema randomSplit rdd "
    "registerTempTable repartition repartitionByRange repartitionById replace rollup sameSemantics "
    "sample sampleBy scalar schema select selectExpr semanticHash show sort sortWithinPartitions "
    "sparkSession sql_ctx stat storageLevel subtract summary tail take to toArrow toDF toJSON "
    "toLocalIterator toPandas to_koalas to_pandas_on_spark transform transpose union unionAll "
    "unionByName unpersist unpivot where withColumn withColumnRenamed withColumns "
    "withColumnsRenamed withMetadata withWatermark write writeStream writeTo zipWithIndex"
)
"""Attributes that Spark's frames have, so that no column is reached by such a name."""


@dataclass(eq=False)
class FrameSchema(LibraryObject):
    """``frame.schema``, where the columns are known."""

    fields: tuple[SchemaField, ...]

    @property
    def names(self) -> list[str]:
        """The names of the columns."""
        return [each.field_name for each in self.fields]

    def get_attribute(self, name: str) -> Value:
        """Return the names, the fields, or something that tells nothing."""
        if name == "names":
            return ColumnList(self.names)
        if name == "fields":
            return self.list_items()
        return External(f"frame.schema.{name}")

    def list_items(self) -> list[Value] | None:
        """List the fields."""
        return ColumnList(self.fields)

    def get_item(self, key: Value) -> Value:
        """Return the field of a place or name."""
        if isinstance(key, int) and -len(self.fields) <= key < len(self.fields):
            return self.fields[key]
        return next((each for each in self.fields if each.field_name == key), External("field"))

    def call(self, call: Call) -> Value:
        """Call ``fieldNames()``, or a method that tells nothing."""
        if call.name == "fieldNames":
            return ColumnList(self.names)
        return External(f"frame.schema.{call.name}")


def get_names(state: State, frame: Frame) -> Value:
    """Return ``frame.columns``."""
    names = _list_names(state, frame)
    return External("frame.columns", "loop:column") if names is None else ColumnList(names)


def get_frame_schema(state: State, frame: Frame) -> Value:
    """Return ``frame.schema``."""
    fields = _list_fields(state, frame)
    return External("frame.schema") if fields is None else FrameSchema(fields)


def get_types(state: State, frame: Frame) -> Value:
    """Return ``frame.dtypes``: names and types."""
    fields = _list_fields(state, frame)
    if fields is None:
        return External("frame.dtypes")
    return ColumnList((each.field_name, each.data_type) for each in fields)


def _list_fields(state: State, frame: Frame) -> tuple[SchemaField, ...] | None:
    outputs = get_outputs(state, frame.node) if _list_names(state, frame) is not None else None
    if outputs is None:
        return None
    state.charge(len(outputs.attributes) // 4)
    return make_typed_fields(state.context.schemas, outputs.attributes)


def _list_names(state: State, frame: Frame) -> list[str] | None:
    outputs = get_outputs(state, frame.node) if frame.kind == "data" else None
    if outputs is None or not all(outputs.names):
        return None
    return outputs.names


def get_column_at(call: Call) -> Value:
    """Return ``frame[place]``, or the frame where its columns are not known."""
    frame, place = call.receiver, call.arg(0)
    names = _list_names(call.state, frame)
    if names is None or not isinstance(place, int) or not -len(names) <= place < len(names):
        return frame
    return get_column(frame, f"`{names[place]}`")


def find_column_attribute(state: State, frame: Frame, name: str) -> Column | None:
    """Find the column that ``frame.name`` means, if the frame is known to have it."""
    if frame.kind != "data" or name in _SPARK_NAMES:
        return None
    outputs = get_outputs(state, frame.node)
    return get_column(frame, name) if outputs is not None and outputs.find_all(name) else None
