"""What the transforms of Glue Studio do to columns."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from glueline_worker.lineage.model import KEEP, OPAQUE, ColumnRef, Flow
from glueline_worker.lineage.visual.fields import Fields, column, columns, fields, items, text


@dataclass(frozen=True, slots=True)
class Step:
    """A transform with its inputs; ``before`` finds the kind and fields of an input."""

    node: Fields
    inputs: tuple[str, ...]
    before: Callable[[str], tuple[str, Fields]]

    def refs(self, name: str) -> tuple[ColumnRef, ...]:
        """The column ``name`` of whichever input has it."""
        return tuple(ColumnRef(source, name) for source in self.inputs)


def flow_of(kind: str, step: Step) -> Flow:
    """The flow of a transform; opaque for a kind that nobody here knows."""
    return _FLOWS.get(kind.lower(), _opaque)(step)


def is_transform(kind: str) -> bool:
    """Whether it is a transform that AWS documents."""
    return kind.lower() in _FLOWS


def _keep(_step: Step) -> Flow:
    return KEEP


def _opaque(_step: Step) -> Flow:
    return OPAQUE


def _stacked(_step: Step) -> Flow:
    return Flow(rest=True, stacked=True)


def _apply_mapping(step: Step) -> Flow:
    mapping = items(step.node.get("mapping"))
    return Flow({to: step.refs(source) for to, source in _mapped(mapping, (), ())})


def _mapped(
    mapping: list[Any], above: tuple[str, ...], below: tuple[str, ...], depth: int = 20
) -> Iterator[tuple[str, str]]:
    """Outgoing and incoming column of each mapping; a child's path continues its parent's."""
    for entry in map(fields, mapping):
        target = text(entry.get("tokey"))
        path = tuple(map(text, items(entry.get("frompath"))))
        if entry.get("dropped") is True or not target or not path:
            continue
        is_whole = len(path) > len(above) and path[: len(above)] == above
        source = path if is_whole else (*above, *path)
        to = (*below, target)
        yield ".".join(to), ".".join(source)
        if depth:
            yield from _mapped(items(entry.get("children")), source, to, depth - 1)


def _select(step: Step) -> Flow:
    return _only(step, columns(step.node.get("paths")))


def _only(step: Step, names: list[str]) -> Flow:
    return Flow({name: step.refs(name) for name in names})


def _drop(step: Step) -> Flow:
    return Flow(rest=True, dropped=frozenset(columns(step.node.get("paths"))))


def _rename(step: Step) -> Flow:
    source, target = (column(step.node.get(key)) for key in ("sourcepath", "targetpath"))
    return Flow({target: step.refs(source)}, rest=True) if source and target else KEEP


def _fill(step: Step) -> Flow:
    imputed, filled = (column(step.node.get(key)) for key in ("imputedpath", "filledpath"))
    if not imputed or not filled:
        return KEEP
    return Flow({name: step.refs(imputed) for name in (imputed, filled)}, rest=True)


def _aggregate(step: Step) -> Flow:
    made = {name: step.refs(name) for name in columns(step.node.get("groups"))}
    for entry in map(fields, items(step.node.get("aggs"))):
        function, name = text(entry.get("aggfunc")), column(entry.get("column"))
        made[_aggregated(function, name)] = step.refs(name)
    return Flow(made)


def _aggregated(function: str, name: str) -> str:
    """The column's name as Spark makes it: ``sum(a)``, ``count(DISTINCT a)``."""
    plain = function.removesuffix("Distinct")
    return f"{plain}({'DISTINCT ' if plain != function else ''}{name})"


def _from_collection(step: Step) -> Flow:
    """One frame of several. Only SplitFields makes frames of different columns."""
    kind, before = step.before(step.inputs[0]) if step.inputs else ("", {})
    if kind.lower() != "splitfields":
        return KEEP
    split = columns(before.get("paths"))
    if text(step.node.get("index")) in {"", "0"}:
        return _only(step, split)
    return Flow(rest=True, dropped=frozenset(split))


def _quality(step: Step) -> Flow:
    return OPAQUE if text(step.node.get("output")) == "EvaluationResults" else KEEP


def _detect(step: Step) -> Flow:
    if text(step.node.get("piitype")) == "ColumnAudit":
        return OPAQUE
    added = text(step.node.get("outputcolumnname"))
    return Flow({added: ()}, rest=True) if added else KEEP


def _managed(step: Step) -> Flow:
    """The transforms that Glue Studio brings along (``gs_…``); any other is the user's own code."""
    function = text(step.node.get("functionname")).lower()
    if not function.startswith("gs_") or function in _RESHAPING:
        return OPAQUE
    entries = map(fields, items(step.node.get("parameters")))
    told = {text(entry.get("name")).lower(): column(entry.get("value")) for entry in entries}
    name, names = told.get("colname", ""), _listed(told.get("collist", ""))
    made = {told.get("newcolname", ""): [name]}
    if function == "gs_concat":
        made = {name: names}
    elif function == "gs_array_to_cols":
        made = {each: [name] for each in names}
    elif function in _GENERATING:
        made = {name: []}
    columns_made = {
        to: tuple(ref for each in sources for ref in step.refs(each))
        for to, sources in made.items()
        if to
    }
    return Flow(columns_made, whole=step.inputs)


def _listed(names: str) -> list[str]:
    return [name.strip() for name in names.split(",") if name.strip()]


_RESHAPING = frozenset({"gs_flatten", "gs_lookup", "gs_pivot", "gs_unpivot"})
_GENERATING = frozenset({"gs_conditional", "gs_derived", "gs_now", "gs_uuid"})
_FLOWS: Mapping[str, Callable[[Step], Flow]] = {
    "applymapping": _apply_mapping,
    "selectfields": _select,
    "dropfields": _drop,
    "renamefield": _rename,
    "fillmissingvalues": _fill,
    "aggregate": _aggregate,
    "selectfromcollection": _from_collection,
    "evaluatedataquality": _quality,
    "piidetection": _detect,
    "dynamictransform": _managed,
    "union": _stacked,
    "merge": _stacked,
    **dict.fromkeys(("customcode", "recipe", "sparksql", "sqlcode"), _opaque),
    **dict.fromkeys(
        (
            "dropduplicates",
            "dropnullfields",
            "evaluatedataqualitymultiframe",
            "filter",
            "join",
            "route",
            "spigot",  # its path takes a sample, which is no dataset
            "splitfields",
        ),
        _keep,
    ),
}
