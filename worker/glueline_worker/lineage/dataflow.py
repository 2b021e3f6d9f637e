"""Read the answer of GetDataflowGraph: a script's annotations as nodes and edges."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from glueline.contract.lineage import Dataset, Origin, Transformation
from glueline_worker.lineage.literals import ARGUMENT_LIMIT, parse_value
from glueline_worker.lineage.model import (
    KEEP,
    OPAQUE,
    ColumnRef,
    Flow,
    Graph,
    IndirectRef,
    LineageContext,
    Node,
    Role,
)
from glueline_worker.lineage.naming import name_catalog_table, read_connection_options
from glueline_worker.lineage.transformations import compare_types

_MAPPING_PARTS = 3
"""Source, its type and the target: the parts needed of ``(source, type, target, type)``."""
_KINDS_THAT_KEEP = (
    "dropduplicates",
    "dropnullfields",
    "errorsasdynamicframe",
    "filter",
    "repartition",
    "resolvechoice",
    "spigot",
)


class _Step(Struct, frozen=True):
    """One annotated step. ``id`` is the variable it is bound to, so several may share it."""

    key: str
    id: str
    kind: str
    args: Mapping[str, object]
    line: int | None
    has_long_argument: bool = False


def read_dataflow(dag_nodes: Any, dag_edges: Any, context: LineageContext) -> Graph:
    """Return the graph of ``DagNodes`` and ``DagEdges``, with warnings for unreadable parts."""
    warnings: list[str] = []
    entries = _read_entries(dag_nodes)
    steps = [
        _read_step(index, entry)
        for index, entry in enumerate(entries)
        if isinstance(entry, Mapping)
    ]
    odd = len(entries) - len(steps)
    gaps = [f"annotated steps that could not be read: {odd}"] if odd else []
    gaps += (
        f"an argument of the annotated step {step.id} is longer than {ARGUMENT_LIMIT:,} "
        "characters, and was not read"
        for step in steps
        if step.has_long_argument
    )
    warnings += gaps
    sources = _find_inputs(steps, _read_entries(dag_edges), warnings)
    nodes = []
    for step in steps:
        found = _find_datasets(step, context)
        role = _find_role(step, has_datasets=bool(found), has_inputs=bool(sources[step.key]))
        if role != "transform" and not found:
            warnings.append(f"the annotated step {step.id} ({step.kind}) names no dataset")
        inputs = tuple(sources[step.key]) if role != "read" else ()
        nodes.append(
            Node(
                step.key,
                role,
                inputs,
                found if role != "transform" else (),
                _get_flow(step, inputs) if role == "transform" else KEEP,
                label=f"{step.kind} {step.id}".strip(),
                line=step.line,
            )
        )
    return Graph(Origin.DATAFLOW, tuple(nodes), tuple(dict.fromkeys(warnings)), tuple(gaps))


def _read_entries(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else ()


def _read_step(index: int, entry: Mapping[str, Any]) -> _Step:
    args = {
        str(arg.get("Name")).strip().lower(): str(arg.get("Value") or "")
        for arg in _read_entries(entry.get("Args"))
        if isinstance(arg, Mapping)
    }
    line = entry.get("LineNumber")
    return _Step(
        key=f"{entry.get('Id') or 'step'}#{index}",
        id=str(entry.get("Id") or ""),
        kind=str(entry.get("NodeType") or ""),
        args={name: parse_value(value) for name, value in args.items()},
        line=line if isinstance(line, int) and line > 0 else None,
        has_long_argument=any(len(value) > ARGUMENT_LIMIT for value in args.values()),
    )


def _find_inputs(
    steps: Sequence[_Step], edges: Iterable[Any], warnings: list[str]
) -> dict[str, list[str]]:
    """Return the keys of each step's inputs."""
    by_id: dict[str, list[_Step]] = {}
    for step in steps:
        by_id.setdefault(step.id, []).append(step)
    found: dict[str, list[str]] = {step.key: [] for step in steps}
    for edge in edges:
        if not isinstance(edge, Mapping):
            continue
        source, target = str(edge.get("Source")), str(edge.get("Target"))
        if source not in by_id or target not in by_id:
            warnings.append(
                f"an annotated edge joins {source} and {target}, which are not both steps"
            )
            continue
        for step in by_id[target]:
            before = _find_step_before(step, by_id[source])
            if before is not None and before.key not in found[step.key]:
                found[step.key].append(before.key)
    return found


def _find_step_before(step: _Step, candidates: Sequence[_Step]) -> _Step | None:
    """Return the last of the candidates above ``step``: scripts use a variable more than once."""
    others = [candidate for candidate in candidates if candidate is not step]
    above = [other for other in others if (other.line or 0) < (step.line or 0)]
    return max(above or others[:1], key=lambda other: other.line or 0, default=None)


def _find_role(step: _Step, *, has_datasets: bool, has_inputs: bool) -> Role:
    kind = step.kind.lower()
    if "source" in kind:
        return "read"
    if "sink" in kind or "target" in kind:
        return "write"
    if not has_datasets or _find_known_flow(kind) is not None:
        return "transform"
    return "write" if has_inputs else "read"


def _find_datasets(step: _Step, context: LineageContext) -> tuple[Dataset, ...]:
    args = step.args
    database = _read_text(args.get("database") or args.get("name_space"))
    table = _read_text(args.get("table_name"))
    if database and table:
        catalog_id = _read_text(args.get("catalog_id")) or None
        return (name_catalog_table(database, table, context, catalog_id),)
    nested = args.get("connection_options") or args.get("additional_options")
    options = {**args, **nested} if isinstance(nested, Mapping) else args
    connection = _read_text(args.get("catalog_connection"))
    kind = _read_text(args.get("connection_type")) or ("jdbc" if connection else "")
    return read_connection_options(kind, options, context, format=_read_text(args.get("format")))


def _read_text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _get_flow(step: _Step, inputs: tuple[str, ...]) -> Flow:
    make = _find_known_flow(step.kind.lower())
    return make(step.args, inputs) if make else OPAQUE


def _find_known_flow(kind: str) -> Callable[[Mapping[str, object], tuple[str, ...]], Flow] | None:
    return _FLOWS.get(kind.removesuffix(".apply").replace("_", "").strip())


def _apply_mapping(args: Mapping[str, object], inputs: tuple[str, ...]) -> Flow:
    mapping = args.get("mapping") or args.get("mappings")
    columns = {}
    for entry in _read_entries(mapping):
        parts = _read_entries(entry)
        if len(parts) >= _MAPPING_PARTS:
            types = [*map(_read_text, parts[1::2]), ""]
            how = compare_types(types[0], types[1])
            refs = _make_refs(_read_column(parts[0]), inputs, how)
            columns[_read_column(parts[2])] = refs
    return Flow(columns)


def _join(args: Mapping[str, object], inputs: tuple[str, ...]) -> Flow:
    """Read a join. Annotations do not say which input is which, so the keys must be the same."""
    keys = [_read_entries(args.get(name)) for name in ("keys1", "keys2")]
    if list(keys[0]) != list(keys[1]):
        return KEEP
    refs = (ref for key in map(_read_column, keys[0]) if key for ref in _make_refs(key, inputs))
    return replace(KEEP, indirect=tuple(IndirectRef(ref, "join") for ref in refs))


def _select(args: Mapping[str, object], inputs: tuple[str, ...]) -> Flow:
    names = map(_read_column, _read_entries(args.get("paths")))
    return Flow({name: _make_refs(name, inputs) for name in names})


def _drop(args: Mapping[str, object], _inputs: tuple[str, ...]) -> Flow:
    return Flow(rest=True, dropped=frozenset(map(_read_column, _read_entries(args.get("paths")))))


def _rename(args: Mapping[str, object], inputs: tuple[str, ...]) -> Flow:
    source, target = _read_column(args.get("old_name")), _read_column(args.get("new_name"))
    return Flow({target: _make_refs(source, inputs)}, rest=True) if source and target else KEEP


def _read_column(value: object) -> str:
    return _read_text(value).replace("`", "")


def _make_refs(
    column: str, inputs: tuple[str, ...], transformation: Transformation = "identity"
) -> tuple[ColumnRef, ...]:
    return tuple(ColumnRef(source, column, transformation) for source in inputs)


def _keep(_args: Mapping[str, object], _inputs: tuple[str, ...]) -> Flow:
    return KEEP


def _stack(_args: Mapping[str, object], _inputs: tuple[str, ...]) -> Flow:
    return Flow(rest=True, stacked=True)


_FLOWS: Mapping[str, Callable[[Mapping[str, object], tuple[str, ...]], Flow]] = {
    **dict.fromkeys(_KINDS_THAT_KEEP, _keep),
    "applymapping": _apply_mapping,
    "selectfields": _select,
    "dropfields": _drop,
    "renamefield": _rename,
    "join": _join,
    "union": _stack,
    "mergedynamicframe": _stack,
}
