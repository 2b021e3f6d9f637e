"""Glue's transform classes (``ApplyMapping.apply(frame=…)``) and DynamicFrame's constructors."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from glueline_worker.lineage.model import KEEP, OPAQUE, ColumnRef, IndirectRef
from glueline_worker.lineage.script.domain.alternatives import get_alternatives
from glueline_worker.lineage.script.domain.call import Call
from glueline_worker.lineage.script.domain.state import STACKED
from glueline_worker.lineage.script.domain.template_text import as_text, has_placeholder
from glueline_worker.lineage.script.domain.values import (
    MISSING,
    UNKNOWN,
    External,
    Frame,
    Function,
    Value,
)
from glueline_worker.lineage.script.models import datasets
from glueline_worker.lineage.script.models.library import Library
from glueline_worker.lineage.script.models.spark import column_flow
from glueline_worker.lineage.word_sets import split_words

_PASS_THROUGH = split_words(
    "ResolveChoice DropNullFields Filter Unbox UnnestFrame DropDuplicates "
    "FillMissingValues ErrorsAsDynamicFrame DropNullFieldsTransform Unnest FillNa"
)
"""Transforms that keep the columns."""


def _apply(call: Call) -> Value:
    """Call ``Transform.apply(…)``."""
    if call.name != "apply" or len(call.parts) == 1:
        return MISSING
    return _apply_transform(call, call.parts[-2])


def _apply_transform(call: Call, name: str) -> Value:
    """Apply one of Glue's transforms; any other class's result is opaque."""
    value = call.arg(0, "frame", "dfc", "frame1")
    frame = call.state.unite_frames(value)
    if frame is None:
        frame = call.state.unite_frames(call.values)
        return frame if frame is not None else UNKNOWN
    if name in _PASS_THROUGH:
        return value if isinstance(value, (Frame, dict)) else frame
    handler = _TRANSFORMS.get(name)
    if handler is not None:
        return handler(call, frame)
    return call.state.transform(call.values, OPAQUE, name)


def _map(call: Call, frame: Frame) -> Value:
    made = [
        call.reading.invoke(option, [Frame(frame.node, "rows")], {})
        for option in get_alternatives(call.arg(1, "f", "transformer"))
        if isinstance(option, Function)
    ]
    return call.state.transform([frame, *made], OPAQUE, "Map")


def _split_fields(call: Call, frame: Frame) -> Value:
    first = as_text(call.arg(2, "name1", default="split1"))
    second = as_text(call.arg(3, "name2", default="split2"))
    paths = call.arg(1, "paths")
    names = paths if isinstance(paths, (list, tuple)) else []
    return {
        first: column_flow.keep_columns(call.state, frame, [names]),
        second: column_flow.drop_columns(call.state, frame, [names]),
    }


def _split_rows(call: Call, frame: Frame) -> Value:
    return {as_text(call.arg(2, "name1")): frame, as_text(call.arg(3, "name2")): frame}


def _relationalize(call: Call, frame: Frame) -> Value:
    node = call.state.transform(frame, label="Relationalize")
    return Frame(node.node, "collection")


def _select(call: Call, frame: Frame) -> Value:
    value = call.arg(0, "dfc")
    if isinstance(value, dict) and value:
        found = call.reading.get_item(value, call.arg(1, "key"))
        if found is not UNKNOWN:
            return found
    return call.state.transform(frame, label="SelectFromCollection")


def _join(call: Call, frame: Frame) -> Value:
    other = call.arg(1, "frame2")
    sides = ((frame, call.arg(2, "keys1")), (other, call.arg(3, "keys2")))
    keys = [ref for side, names in sides for ref in _refer_to_keys(side, names)]
    flow = replace(KEEP, indirect=tuple(IndirectRef(ref, "join") for ref in keys))
    return call.state.transform([frame, other], flow, "Join")


def _refer_to_keys(side: Value, names: Value) -> list[ColumnRef]:
    """Return the columns that one side of a join is compared by: one name, or a list of names."""
    if not isinstance(side, Frame):
        return []
    texts = names if isinstance(names, (list, tuple)) else [names]
    known = [text for text in texts if isinstance(text, str) and not has_placeholder(text)]
    return [ColumnRef(side.node, text.replace("`", "")) for text in known]


def _spigot(call: Call, frame: Frame) -> Value:
    """Apply Spigot: a sample of the rows goes to a path."""
    path = call.arg(1, "path")
    if path is not None:
        call.state.write(frame, datasets.find_locations(call.state, path), "Spigot")
    return frame


def _spigot_frame(call: Call) -> Value:
    """Call ``frame.spigot(path)``."""
    path = call.arg(0, "path")
    return _spigot(Call(call.reading, call.receiver, "spigot", [None, path]), call.receiver)


def _map_collection(call: Call, frame: Frame) -> Value:
    """Apply MapToCollection: a function is given each frame, and yields another."""
    function = call.arg(1, "callable")
    return _map_frames(call, frame, lambda one: call.reading.call(function, [one, ""], {}))


def _flat_map(call: Call, frame: Frame) -> Value:
    """Apply FlatMap: a transform to each frame of a collection, or a function to each row."""
    base = call.arg(1, "BaseTransform")
    if not isinstance(base, External):
        return _map(call, frame)
    options = {key: value for key, value in call.kwargs.items() if key not in _OWN_OPTIONS}
    name = as_text(call.arg(2, "frame_name", default="frame"))

    def apply(one: Value) -> Value:
        return call.reading.call(base.part("apply"), [], {**options, name: one})

    return _map_frames(call, frame, apply)


def _map_frames(call: Call, frame: Frame, function: Callable[[Value], Value]) -> Value:
    """Return the collection of what ``function`` makes of each frame of another."""
    frames = call.arg(0, "dfc", "frame")
    if isinstance(frames, dict):
        return {key: function(one) for key, one in frames.items()}
    found = call.state.unite_frames(function(call.state.transform(frame)))
    return Frame(found.node, "collection") if found is not None else frame


def _evaluate_quality(call: Call, frame: Frame) -> Value:
    """Return the outcomes; they go to S3 as well where an option says so."""
    outcomes = Frame(call.state.transform(frame, OPAQUE, "EvaluateDataQuality").node)
    place = call.mapping(2, "publishing_options").get("resultsS3Prefix")
    if place is not None:
        found = datasets.find_locations(call.state, place)
        call.state.write(outcomes, found, "EvaluateDataQuality")
    return outcomes


def _process_rows(call: Call) -> Value:
    """Call ``EvaluateDataQuality().process_rows(frame, …)``: a collection of its outcomes."""
    frame = call.state.unite_frames(call.arg(0, "frame"))
    if frame is not None:
        _evaluate_quality(call, frame)
    return _apply_transform(call, "Relationalize")


_OWN_OPTIONS = split_words(
    "dfc BaseTransform frame_name transformation_ctx info stageThreshold totalThreshold"
)
_TRANSFORMS: dict[str, Callable[[Call, Frame], Value]] = {
    "ApplyMapping": lambda call, frame: column_flow.apply_mapping(
        call.state, frame, call.arg(1, "mappings")
    ),
    "DropFields": lambda call, frame: column_flow.drop_columns(
        call.state, frame, [call.arg(1, "paths")]
    ),
    "SelectFields": lambda call, frame: column_flow.keep_columns(
        call.state, frame, [call.arg(1, "paths")]
    ),
    "RenameField": lambda call, frame: column_flow.rename_columns(
        call.state,
        frame,
        [(as_text(call.arg(1, "old_name")), as_text(call.arg(2, "new_name")))],
    ),
    "Map": _map,
    "FlatMap": _flat_map,
    "MapToCollection": _map_collection,
    "Spigot": _spigot,
    "Join": _join,
    "Union": lambda call, _: call.state.transform(call.values, STACKED, "Union"),
    "SplitFields": _split_fields,
    "SplitRows": _split_rows,
    "Relationalize": _relationalize,
    "SelectFromCollection": _select,
    "EvaluateDataQuality": _evaluate_quality,
}


def _convert_frame(call: Call) -> Value:
    """Call ``DynamicFrame.fromDF(frame, …)`` or ``DynamicFrame(frame, …)``."""
    frame = call.state.unite_frames(call.arg(0, "dataframe", "df", "jdf"))
    return frame if frame is not None else UNKNOWN


def _make_collection(call: Call) -> Value:
    """Call ``DynamicFrameCollection({…}, glueContext)``: its dict."""
    value = call.arg(0, "dynamic_frames")
    return value if value is not None else {}


GLUE_TRANSFORMS = Library(
    functions={
        "fromDF": _convert_frame,
        "DynamicFrame": _convert_frame,
        "DynamicFrameCollection": _make_collection,
        "process_rows": _process_rows,
    },
    rules=(_apply,),
    frame_methods={"spigot": _spigot_frame},
)
