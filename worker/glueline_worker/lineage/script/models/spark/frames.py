"""Methods of frames: Spark's DataFrame, Glue's DynamicFrame, pandas' and RDDs alike."""

from __future__ import annotations

from collections.abc import Callable

from glueline_worker.lineage.model import KEEP, OPAQUE
from glueline_worker.lineage.script.domain.alternatives import get_alternatives
from glueline_worker.lineage.script.domain.call import Call
from glueline_worker.lineage.script.domain.columns import FRAME_PROPERTIES
from glueline_worker.lineage.script.domain.state import STACKED, State
from glueline_worker.lineage.script.domain.template_text import list_texts
from glueline_worker.lineage.script.domain.values import (
    UNKNOWN,
    External,
    Frame,
    Function,
    Value,
)
from glueline_worker.lineage.script.models import datasets, sql_engines
from glueline_worker.lineage.script.models.library import Library
from glueline_worker.lineage.script.models.spark import (
    frame_columns,
    frame_rows,
    frame_schema,
    reshaping,
)
from glueline_worker.lineage.script.models.spark.grouping import (
    aggregate,
    group,
    group_by_sets,
    pivot,
)
from glueline_worker.lineage.script.models.spark.spark_io import SparkWriter
from glueline_worker.lineage.word_sets import split_words

_PASS_THROUGH = split_words(
    "compute limit cache persist unpersist repartition repartitionByRange coalesce "
    "distinct dropDuplicates drop_duplicates dropna fillna fill "
    "sample checkpoint localCheckpoint hint resolveChoice resolve_choice toPandas to_pandas "
    "pandas_api copy reset_index sort_values sort_index astype replace withWatermark drop_nulls "
    "unnest unbox errorsAsDynamicFrame query set_index convert_dtypes infer_objects observe "
    "toDynamicFrame dropDuplicatesWithinWatermark sampleBy randomSplit unnest_ddb_json "
    "simplify_ddb_json withMetadata offset assertErrorThreshold to_frame"
)
"""Methods that yield the same data, whole or in part, with the same columns."""
_SCALAR = split_words(
    "count printSchema show explain isEmpty is_empty summary info nunique "
    "getNumPartitions approxQuantile stageErrorsCount errorsCount exists schema "
    "toString getField len any all tell"
)
"""Methods that tell about the data without carrying it."""
_FIGURES = frozenset({"nunique", "len"})
"""Those that yield a number, which a frame of figures may hold."""
_ROWS = split_words(
    "collect take first head tail toLocalIterator iterrows itertuples to_dict tolist to_list "
    "items to_records asDict collectAsMap read readlines decode encode getvalue "
    "fetchall fetchone fetchmany max min sum mean to_string"
)
"""Methods that yield rows in plain Python."""
_MULTI_INPUT = split_words(
    "append concat mergeDynamicFrame combine_first cogroup leftOuterJoin rightOuterJoin "
    "fullOuterJoin merge join_asof zip"
)
"""Methods that make one frame of several."""
_VIEWS = split_words(
    "createOrReplaceTempView createTempView registerTempTable createGlobalTempView "
    "createOrReplaceGlobalTempView"
)
"""Methods that make a frame a temporary view."""
_JOINS = split_words("join_asof leftOuterJoin rightOuterJoin fullOuterJoin merge zip cogroup")
"""Those of ``_MULTI_INPUT`` that put frames side by side, not below one another."""
"""Methods that yield rows of the first frame only."""
_SCALAR_PROPERTIES = split_words("shape index empty isStreaming size")


def _pass_through(call: Call) -> Value:
    return call.receiver


def _combine(call: Call) -> Value:
    flow = KEEP if call.name in _JOINS else STACKED
    return call.state.transform([call.receiver, *call.values], flow, call.name)


def _get_scalar(call: Call) -> Value:
    if call.name in _FIGURES:
        return Frame(call.receiver.node, "scalar", call.receiver.label)
    return External(call.name)


def _get_rows(call: Call) -> Value:
    frame = call.receiver
    kind = "row" if call.name in {"first", "fetchone"} else "rows"
    kind = frame.kind if frame.kind in {"row", "scalar"} else kind
    return Frame(frame.node, kind, frame.label)


def _count(call: Call) -> Value:
    if call.receiver.kind == "grouped":
        return aggregate(call)
    return Frame(call.receiver.node, "scalar", call.receiver.label)


def _aggregate_or_reduce(call: Call) -> Value:
    if call.receiver.kind == "grouped":
        return aggregate(call)
    return Frame(call.receiver.node, "scalar" if not call.args else "data")


def _register_view(call: Call) -> Value:
    for name in list_texts(call.arg(0, "name", "viewName", default="view")):
        sql_engines.register_view(call.state, name, call.receiver)
    return None


def _call_back(call: Call) -> Value:
    """Call a function of the script with the rows, as ``foreach`` does."""
    rows = Frame(call.receiver.node, "rows", call.receiver.label)
    results = [
        call.reading.invoke(option, [rows], {})
        for value in call.values
        for option in get_alternatives(value)
        if isinstance(option, Function)
    ]
    if call.name.startswith("foreach"):
        return None
    return call.state.transform([call.receiver, *results, *call.values], OPAQUE, call.name)


def _transform(call: Call) -> Value:
    """Call ``frame.transform(function, …)``: what the function makes of the frame."""
    function, *rest = call.args or [call.arg(None, "func", "f") or UNKNOWN]
    return call.reading.call(function, [call.receiver, *rest], call.kwargs)


def _split(call: Call) -> Value:
    """Call ``split_fields``, ``split_rows`` or ``relationalize``: a collection of frames."""
    node = call.state.transform(call.receiver, label=call.name)
    return Frame(node.node, "collection")


def _keys(call: Call) -> Value:
    if call.receiver.kind in {"collection", "rows"}:
        return External("keys", "unknown")
    return call.state.transform(call.receiver, OPAQUE, "keys")


def _save_as_text(call: Call) -> Value:
    found = datasets.find_locations(call.state, call.arg(0, "path"))
    call.state.write(call.receiver, found, "text")
    return None


def _get(call: Call) -> Value:
    return Frame(call.receiver.node, "rows", call.receiver.label)


def _make_scalar_getter(name: str) -> Callable[[State, Frame], Value]:
    return lambda _, __: External(f"frame.{name}")


FRAMES = Library(
    frame_methods={
        **dict.fromkeys(_ROWS, _get_rows),
        **dict.fromkeys(_SCALAR, _get_scalar),
        **dict.fromkeys(_MULTI_INPUT, _combine),
        **dict.fromkeys(_PASS_THROUGH, _pass_through),
        **dict.fromkeys(_VIEWS, _register_view),
        "__getitem__": frame_schema.get_column_at,
        "toDF": reshaping.rename_all,
        "unpivot": reshaping.unpivot,
        "melt": reshaping.unpivot,
        "colRegex": reshaping.match_columns,
        "scalar": reshaping.take_scalar,
        "pivot": pivot,
        "describe": reshaping.describe,
        "filter": frame_rows.filter_rows,
        "where": frame_rows.filter_rows,
        "orderBy": frame_rows.sort_rows,
        "sort": frame_rows.sort_rows,
        "sortWithinPartitions": frame_rows.sort_rows,
        "join": frame_rows.join,
        "lateralJoin": frame_rows.join,
        "crossJoin": frame_rows.cross_join,
        "union": frame_rows.unite,
        "unionAll": frame_rows.unite,
        "unionByName": frame_rows.unite_by_name,
        **dict.fromkeys(
            ("intersect", "intersectAll", "subtract", "exceptAll"), frame_rows.keep_first
        ),
        "select": frame_columns.select,
        "selectExpr": frame_columns.select,
        "withColumn": frame_columns.add,
        "withColumns": frame_columns.add_many,
        "assign": frame_columns.add_many,
        "withColumnRenamed": frame_columns.rename,
        "rename_field": frame_columns.rename,
        "renameField": frame_columns.rename,
        "withColumnsRenamed": frame_columns.rename_many,
        "rename": frame_columns.rename_many,
        "drop": frame_columns.drop,
        "drop_fields": frame_columns.drop,
        "select_fields": frame_columns.keep,
        "apply_mapping": frame_columns.map_fields,
        "applyMapping": frame_columns.map_fields,
        "groupBy": group,
        "groupby": group,
        "rollup": group,
        "cube": group,
        "groupingSets": group_by_sets,
        "to": reshaping.fit_schema,
        "agg": aggregate,
        "avg": aggregate,
        "mean": aggregate,
        "count": _count,
        "max": _aggregate_or_reduce,
        "min": _aggregate_or_reduce,
        "sum": _aggregate_or_reduce,
        "alias": frame_columns.set_alias,
        "foreach": _call_back,
        "foreachPartition": _call_back,
        "map": _call_back,
        "flatMap": _call_back,
        "mapPartitions": _call_back,
        "apply": _call_back,
        "transform": _transform,
        "pipe": _transform,
        "split_fields": _split,
        "split_rows": _split,
        "relationalize": _split,
        "keys": _keys,
        "get": _get,
        "saveAsTextFile": _save_as_text,
        "saveAsTable": lambda call: SparkWriter(call.receiver).call(call),
        "insertInto": lambda call: SparkWriter(call.receiver).call(call),
    },
    frame_attributes={
        **dict.fromkeys(FRAME_PROPERTIES, lambda _, frame: frame),
        **{name: _make_scalar_getter(name) for name in _SCALAR_PROPERTIES},
        "columns": frame_schema.get_names,
        "dtypes": frame_schema.get_types,
        "schema": frame_schema.get_frame_schema,
        "sparkSession": lambda _, __: External("spark"),
        "sql_ctx": lambda _, __: External("spark"),
    },
    united_methods=_VIEWS,
)
