"""Methods of frames: Spark's DataFrame, Glue's DynamicFrame, pandas' and RDDs alike."""

from __future__ import annotations

from collections.abc import Callable

from glueline_worker.lineage.model import KEEP, OPAQUE
from glueline_worker.lineage.script.domain.alternatives import get_alternatives
from glueline_worker.lineage.script.domain.call import Call
from glueline_worker.lineage.script.domain.columns import FRAME_PROPERTIES, parse_column_name
from glueline_worker.lineage.script.domain.state import STACKED
from glueline_worker.lineage.script.domain.template_text import as_text, list_texts
from glueline_worker.lineage.script.domain.values import (
    UNKNOWN,
    Column,
    External,
    Frame,
    Function,
    Value,
)
from glueline_worker.lineage.script.models import datasets, sql_engines
from glueline_worker.lineage.script.models.library import Library
from glueline_worker.lineage.script.models.spark import column_flow
from glueline_worker.lineage.word_sets import split_words

_PASS_THROUGH = split_words(
    "compute filter where limit cache persist unpersist repartition repartitionByRange coalesce "
    "orderBy sort sortWithinPartitions distinct dropDuplicates drop_duplicates dropna fillna fill "
    "sample checkpoint localCheckpoint hint resolveChoice resolve_choice toPandas to_pandas "
    "pandas_api copy reset_index sort_values sort_index astype replace withWatermark drop_nulls "
    "unnest unbox errorsAsDynamicFrame query set_index convert_dtypes infer_objects observe "
    "toDynamicFrame dropDuplicatesWithinWatermark sampleBy randomSplit unnest_ddb_json "
    "simplify_ddb_json assertErrorThreshold to_frame"
)
"""Methods that yield the same data, whole or in part, with the same columns."""
_SCALAR = split_words(
    "count printSchema show explain isEmpty is_empty describe summary info nunique "
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
    "union unionAll unionByName intersect intersectAll subtract exceptAll crossJoin append "
    "concat mergeDynamicFrame combine_first cogroup leftOuterJoin rightOuterJoin fullOuterJoin "
    "merge join join_asof zip"
)
"""Methods that make one frame of several."""
_VIEWS = split_words(
    "createOrReplaceTempView createTempView registerTempTable createGlobalTempView "
    "createOrReplaceGlobalTempView"
)
"""Methods that make a frame a temporary view."""
_JOINS = split_words(
    "join join_asof crossJoin leftOuterJoin rightOuterJoin fullOuterJoin merge zip cogroup"
)
"""Those of ``_MULTI_INPUT`` that put frames side by side, not below one another."""
_SCALAR_PROPERTIES = split_words("schema dtypes shape index empty isStreaming size")


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
        return _aggregate(call)
    return Frame(call.receiver.node, "scalar", call.receiver.label)


def _to_df(call: Call) -> Value:
    if not call.args or not all(isinstance(arg, str) for arg in call.args):
        return call.receiver
    return call.state.transform(call.receiver, OPAQUE, "toDF")


def _select(call: Call) -> Value:
    frame = call.receiver
    if frame.kind == "collection":
        return call.state.transform(frame, label="select")
    return column_flow.select_columns(call.state, frame, call.values, sql=call.name == "selectExpr")


def _with_column(call: Call) -> Value:
    name = call.text(0, "colName", "col_name", "name") or "?"
    return column_flow.add_columns(call.state, call.receiver, {name: call.arg(1, "col")})


def _with_columns(call: Call) -> Value:
    return column_flow.add_columns(
        call.state, call.receiver, call.mapping(0, "colsMap") | call.kwargs
    )


def _rename(call: Call) -> Value:
    old = call.arg(0, "existing", "oldName", "old_name")
    new = call.arg(1, "new", "newName", "new_name")
    return column_flow.rename_columns(call.state, call.receiver, [(as_text(old), as_text(new))])


def _rename_many(call: Call) -> Value:
    pairs = call.mapping(0, "colsMap", "columns", "mapper")
    named = [(old, as_text(new)) for old, new in pairs.items()]
    return column_flow.rename_columns(call.state, call.receiver, named)


def _drop(call: Call) -> Value:
    names = [*call.args, call.arg(None, "columns", "paths", "labels")]
    return column_flow.drop_columns(call.state, call.receiver, names)


def _select_fields(call: Call) -> Value:
    return column_flow.keep_columns(call.state, call.receiver, [call.arg(0, "paths", "items")])


def _apply_mapping(call: Call) -> Value:
    return column_flow.apply_mapping(call.state, call.receiver, call.arg(0, "mappings"))


def _group(call: Call) -> Value:
    keys = [arg for arg in call.args if isinstance(arg, (str, Column, list, tuple))]
    node = call.state.transform(call.receiver, label=call.name)
    call.state.groups[node.node] = (call.receiver, keys)
    return Frame(node.node, "grouped")


def _aggregate(call: Call) -> Value:
    found = call.state.groups.get(call.receiver.node)
    if found is None:
        return column_flow.aggregate_columns(call.state, call.receiver, [], call.values)
    frame, keys = found
    if call.name == "agg":
        return column_flow.aggregate_columns(call.state, frame, keys, call.values)
    if call.name == "count":
        return column_flow.select_columns(call.state, frame, [*keys, Column((), "count")])
    items = [
        Column(parse_column_name(name).refs, f"{call.name}({name})")
        for name in call.args
        if isinstance(name, str)
    ]
    if items and call.name in {"sum", "avg", "mean", "max", "min"}:
        return column_flow.select_columns(call.state, frame, [*keys, *items])
    return call.state.transform(frame, OPAQUE, call.name)


def _aggregate_or_reduce(call: Call) -> Value:
    if call.receiver.kind == "grouped":
        return _aggregate(call)
    return Frame(call.receiver.node, "scalar" if not call.args else "data")


def _alias(call: Call) -> Value:
    node = call.state.transform(call.receiver, label="alias")
    name = call.text(0, "alias")
    if name is not None:
        aliases = call.state.aliases.setdefault(node.node, {})
        aliases[name] = node.node
    return node


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


def _insert_into(call: Call) -> Value:
    found = datasets.find_spark_tables(call.state, call.arg(0, "tableName"))
    call.state.write(call.receiver, found, call.name)
    return None


def _get(call: Call) -> Value:
    return Frame(call.receiver.node, "rows", call.receiver.label)


def _make_scalar_getter(name: str) -> Callable[[Frame], Value]:
    return lambda _: External(f"frame.{name}")


FRAMES = Library(
    frame_methods={
        **dict.fromkeys(_ROWS, _get_rows),
        **dict.fromkeys(_SCALAR, _get_scalar),
        **dict.fromkeys(_MULTI_INPUT, _combine),
        **dict.fromkeys(_PASS_THROUGH, _pass_through),
        **dict.fromkeys(_VIEWS, _register_view),
        "toDF": _to_df,
        "select": _select,
        "selectExpr": _select,
        "withColumn": _with_column,
        "withColumns": _with_columns,
        "assign": _with_columns,
        "withColumnRenamed": _rename,
        "rename_field": _rename,
        "renameField": _rename,
        "withColumnsRenamed": _rename_many,
        "rename": _rename_many,
        "drop": _drop,
        "drop_fields": _drop,
        "select_fields": _select_fields,
        "apply_mapping": _apply_mapping,
        "applyMapping": _apply_mapping,
        "groupBy": _group,
        "groupby": _group,
        "rollup": _group,
        "cube": _group,
        "agg": _aggregate,
        "avg": _aggregate,
        "mean": _aggregate,
        "count": _count,
        "max": _aggregate_or_reduce,
        "min": _aggregate_or_reduce,
        "sum": _aggregate_or_reduce,
        "alias": _alias,
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
        "saveAsTable": _insert_into,
        "insertInto": _insert_into,
    },
    frame_attributes={
        **dict.fromkeys(FRAME_PROPERTIES, lambda frame: frame),
        **{name: _make_scalar_getter(name) for name in _SCALAR_PROPERTIES},
        "columns": lambda _: External("frame.columns", "loop:column"),
        "sparkSession": lambda _: External("spark"),
        "sql_ctx": lambda _: External("spark"),
    },
    united_methods=_VIEWS,
)
