"""The effects of Glue Studio's transforms on columns."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from glueline.contract.lineage import Transformation
from glueline_worker.lineage.model import KEEP, OPAQUE, Flow
from glueline_worker.lineage.transformations import compare_types
from glueline_worker.lineage.visual.conditions import (
    iterate_filtered,
    read_join_keys,
    read_route_conditions,
)
from glueline_worker.lineage.visual.fields import (
    read_column,
    read_column_paths,
    read_fields,
    read_items,
    read_text,
)
from glueline_worker.lineage.visual.step import VisualStep


def get_flow(kind: str, step: VisualStep) -> Flow:
    """Return the flow of a transform; opaque for an unknown kind."""
    return _FLOWS.get(kind.lower(), _hide_columns)(step)


def is_transform(kind: str) -> bool:
    """Tell whether AWS documents the kind as a transform."""
    return kind.lower() in _FLOWS


def _keep(_step: VisualStep) -> Flow:
    return KEEP


def _hide_columns(_step: VisualStep) -> Flow:
    return OPAQUE


def _stack(_step: VisualStep) -> Flow:
    return Flow(rest=True, stacked=True)


def _apply_mapping(step: VisualStep) -> Flow:
    mapping = read_items(step.node.get("mapping"))
    return Flow(
        {to: step.make_refs(source, how) for to, source, how in _iterate_mapping(mapping, (), ())}
    )


def _iterate_mapping(
    mapping: list[Any], above: tuple[str, ...], below: tuple[str, ...], depth: int = 20
) -> Iterator[tuple[str, str, Transformation]]:
    """Yield the outgoing and incoming column of each mapping, and whether its type changes.

    Children continue the path.
    """
    for entry in map(read_fields, mapping):
        target = read_text(entry.get("tokey"))
        path = tuple(map(read_text, read_items(entry.get("frompath"))))
        if entry.get("dropped") is True or not target or not path:
            continue
        is_whole = len(path) > len(above) and path[: len(above)] == above
        source = path if is_whole else (*above, *path)
        to = (*below, target)
        how = compare_types(read_text(entry.get("fromtype")), read_text(entry.get("totype")))
        yield ".".join(to), ".".join(source), how
        if depth:
            yield from _iterate_mapping(read_items(entry.get("children")), source, to, depth - 1)


def _select(step: VisualStep) -> Flow:
    return _select_names(step, read_column_paths(step.node.get("paths")))


def _select_names(step: VisualStep, names: list[str]) -> Flow:
    return Flow({name: step.make_refs(name) for name in names})


def _drop(step: VisualStep) -> Flow:
    return Flow(rest=True, dropped=frozenset(read_column_paths(step.node.get("paths"))))


def _rename(step: VisualStep) -> Flow:
    source, target = (read_column(step.node.get(key)) for key in ("sourcepath", "targetpath"))
    return Flow({target: step.make_refs(source)}, rest=True) if source and target else KEEP


def _fill(step: VisualStep) -> Flow:
    imputed, filled = (read_column(step.node.get(key)) for key in ("imputedpath", "filledpath"))
    if not imputed or not filled:
        return KEEP
    columns = {
        imputed: step.make_refs(imputed),
        filled: step.make_refs(imputed, "transformation"),
    }
    return Flow(columns, rest=True)


def _join(step: VisualStep) -> Flow:
    return replace(KEEP, indirect=read_join_keys(step))


def _filter(step: VisualStep) -> Flow:
    return replace(KEEP, indirect=step.make_indirect(iterate_filtered(step.node), "filter"))


def _drop_duplicates(step: VisualStep) -> Flow:
    names = read_column_paths(step.node.get("columns"))
    return replace(KEEP, indirect=step.make_indirect(names, "group_by"))


def _merge(step: VisualStep) -> Flow:
    keys = read_column_paths(step.node.get("primarykeys"))
    return replace(_stack(step), indirect=step.make_indirect(keys, "join"))


def _aggregate(step: VisualStep) -> Flow:
    groups = read_column_paths(step.node.get("groups"))
    columns = {name: step.make_refs(name) for name in groups}
    for entry in map(read_fields, read_items(step.node.get("aggs"))):
        function, name = read_text(entry.get("aggfunc")), read_column(entry.get("column"))
        columns[_make_aggregate_name(function, name)] = step.make_refs(name, "aggregation")
    return Flow(columns, indirect=step.make_indirect(groups, "group_by"))


def _make_aggregate_name(function: str, name: str) -> str:
    """Return Spark's name of the column: ``sum(a)``, ``count(DISTINCT a)``."""
    plain = function.removesuffix("Distinct")
    return f"{plain}({'DISTINCT ' if plain != function else ''}{name})"


def _select_from_collection(step: VisualStep) -> Flow:
    """Select one frame of several. Only SplitFields makes frames of different columns."""
    kind, before = step.get_input(step.inputs[0]) if step.inputs else ("", {})
    if kind.lower() == "route":
        return replace(KEEP, indirect=read_route_conditions(step, before))
    if kind.lower() != "splitfields":
        return KEEP
    split = read_column_paths(before.get("paths"))
    if read_text(step.node.get("index")) in {"", "0"}:
        return _select_names(step, split)
    return Flow(rest=True, dropped=frozenset(split))


def _read_quality(step: VisualStep) -> Flow:
    return OPAQUE if read_text(step.node.get("output")) == "EvaluationResults" else KEEP


def _detect(step: VisualStep) -> Flow:
    if read_text(step.node.get("piitype")) == "ColumnAudit":
        return OPAQUE
    added = read_text(step.node.get("outputcolumnname"))
    return Flow({added: ()}, rest=True) if added else KEEP


def _read_managed(step: VisualStep) -> Flow:
    """Read a transform of Glue Studio itself (``gs_…``); any other is the user's own code."""
    function = read_text(step.node.get("functionname")).lower()
    if not function.startswith("gs_") or function in _RESHAPING:
        return OPAQUE
    entries = map(read_fields, read_items(step.node.get("parameters")))
    parameters = {
        read_text(entry.get("name")).lower(): read_column(entry.get("value")) for entry in entries
    }
    name, names = parameters.get("colname", ""), _split_names(parameters.get("collist", ""))
    sources_by_column = {parameters.get("newcolname", ""): [name]}
    if function == "gs_concat":
        sources_by_column = {name: names}
    elif function == "gs_array_to_cols":
        sources_by_column = {each: [name] for each in names}
    elif function in _GENERATING:
        sources_by_column = {name: []}
    columns = {
        to: tuple(ref for each in sources for ref in step.make_refs(each, "transformation"))
        for to, sources in sources_by_column.items()
        if to
    }
    return Flow(columns, whole=step.inputs)


def _split_names(names: str) -> list[str]:
    return [name.strip() for name in names.split(",") if name.strip()]


_RESHAPING = frozenset({"gs_flatten", "gs_lookup", "gs_pivot", "gs_unpivot"})
_GENERATING = frozenset({"gs_conditional", "gs_derived", "gs_now", "gs_uuid"})
_FLOWS: Mapping[str, Callable[[VisualStep], Flow]] = {
    "applymapping": _apply_mapping,
    "selectfields": _select,
    "dropfields": _drop,
    "renamefield": _rename,
    "fillmissingvalues": _fill,
    "aggregate": _aggregate,
    "selectfromcollection": _select_from_collection,
    "evaluatedataquality": _read_quality,
    "piidetection": _detect,
    "dynamictransform": _read_managed,
    "union": _stack,
    "merge": _merge,
    "join": _join,
    "filter": _filter,
    "dropduplicates": _drop_duplicates,
    **dict.fromkeys(("customcode", "recipe", "sparksql", "sqlcode"), _hide_columns),
    **dict.fromkeys(
        (
            "dropnullfields",
            "evaluatedataqualitymultiframe",
            "route",
            "spigot",  # its path takes a sample, which is no dataset
            "splitfields",
        ),
        _keep,
    ),
}
