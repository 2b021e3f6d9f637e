"""Show the records of tables and jobs to people as trees.

Records are as a sink holds them, maybe from an older Glueline, so any field may be missing.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.text import Text
from rich.tree import Tree

from glueline.contract.lineage import Dataset
from glueline.contract.terminal import clean_line
from glueline_worker.questions.dataset_names import format_dataset

_JsonObject = Mapping[str, Any]
_Part = tuple[str, _JsonObject, str | None]
"""The name, type and comment of a part of a type."""
_TABLE_FACTS = {
    "description": "comment",
    "table_type": "type",
    "format": "format",
    "provider": "provider",
    "owner": "owner",
    "source": "source",
    "region": "region",
    "catalog_id": "catalogue",
    "create_time": "created",
    "update_time": "updated",
}
_JOB_FACTS = {
    "description": "comment",
    "job_mode": "mode",
    "language": "language",
    "script_location": "script",
    "role": "role",
    "glue_version": "Glue version",
    "worker_type": "worker type",
    "number_of_workers": "workers",
    "max_capacity": "capacity",
    "source": "source",
    "region": "region",
    "catalog_id": "catalogue",
    "created_on": "created",
    "last_modified_on": "updated",
}
"""The fields that are shown, with their names for people; ``--json`` has all."""


def make_table_tree(record: _JsonObject, partitions: int | None) -> Tree:
    """Return the facts, columns and partition keys of a table."""
    root = Tree(_make_name(f"{record['database_name']}.{record['name']}"))
    _add_facts(root, record, _TABLE_FACTS)
    storage = record.get("storage") or {}
    places = storage.get("data_locations") or filter(None, [storage.get("location")])
    for place in places:
        _add_fact(root, "location", place)
    if partitions is not None:
        _add_fact(root, "partitions", f"{partitions:,}")
    _add_columns(root, "columns", record.get("columns") or ())
    _add_columns(root, "partition keys", record.get("partition_keys") or ())
    _add_texts(root, "warnings", record.get("warnings") or ())
    return root


def make_job_tree(record: _JsonObject, edges: Sequence[_JsonObject]) -> Tree:
    """Return the facts of a job, its inputs and outputs, and its edges with their columns."""
    root = Tree(_make_name(str(record["name"])))
    _add_facts(root, record, _JOB_FACTS)
    for field in ("inputs", "outputs"):
        names = (format_dataset(_read_dataset(each)) for each in record.get(field) or ())
        _add_texts(root, field, names)
    branch = root.add("edges") if edges else root
    for edge in edges:
        ends = (format_dataset(_read_dataset(edge[end])) for end in ("upstream", "downstream"))
        _add_edge_columns(branch.add(Text(" → ".join(ends))), edge)
    _add_texts(root, "warnings", record.get("warnings") or ())
    return root


def _add_edge_columns(branch: Tree, edge: _JsonObject) -> None:
    for column in edge.get("columns") or ():
        text = f"{column['upstream']} → {column['downstream']}"
        branch.add(_make_column_line(text, column.get("transformation"), column.get("line")))
    for column in edge.get("indirect") or ():
        text = f"{column['upstream']} decides about {column.get('downstream') or 'all columns'}"
        branch.add(_make_column_line(text, column.get("effect"), column.get("line")))


def _make_column_line(text: str, how: str | None, line: int | None) -> Text:
    place = f"  line {line}" if line is not None else ""
    return Text.assemble(clean_line(text), (f"  {clean_line(how or '')}{place}".rstrip(), "dim"))


def _add_facts(root: Tree, record: _JsonObject, facts: Mapping[str, str]) -> None:
    for field, name in facts.items():
        if record.get(field) is not None:
            _add_fact(root, name, record[field])


def _add_fact(root: Tree, name: str, value: object) -> None:
    root.add(Text.assemble((f"{name}: ", "dim"), clean_line(str(value))))


def _add_texts(root: Tree, name: str, texts: Iterable[str]) -> None:
    found = list(texts)
    branch = root.add(name) if found else root
    for text in found:
        branch.add(Text(clean_line(text)))


def _add_columns(root: Tree, name: str, columns: Sequence[_JsonObject]) -> None:
    branch = root.add(name) if columns else root
    for column in columns:
        _add_type(branch, str(column["name"]), column)


def _add_type(branch: Tree, name: str, column: _JsonObject) -> None:
    """Add a column with the parts of its type below it, if it has any."""
    line = _make_typed_line(name, str(column.get("type") or ""), column.get("comment"))
    _add_parts(branch.add(line), column.get("data_type") or {})


def _add_parts(branch: Tree, data_type: _JsonObject) -> None:
    for name, part, comment in _list_parts(data_type):
        _add_parts(branch.add(_make_typed_line(name, _format_kind(part), comment)), part)


def _make_typed_line(name: str, kind: str, comment: str | None) -> Text:
    return Text.assemble(
        f"{clean_line(name)}  ",
        (clean_line(kind), "cyan"),
        (f"  {clean_line(comment)}" if comment else "", "dim"),
    )


def _list_parts(data_type: _JsonObject) -> list[_Part]:
    """Return the parts of a type that has names in it: each with its name, type and comment.

    An array or a map of plain values is clear from the text of its type.
    """
    kind = data_type.get("kind")
    if kind == "struct":
        return [
            (part.get("name") or "(unnamed)", part["type"], part.get("comment"))
            for part in data_type["fields"]
        ]
    if kind == "union":
        return [(f"member {n}", part, None) for n, part in enumerate(data_type["members"], 1)]
    inner = {"array": ("element",), "map": ("key", "value")}.get(str(kind), ())
    parts: list[_Part] = [(name, data_type[name], None) for name in inner]
    return parts if any(_list_parts(part) for _, part, _ in parts) else []


def _format_kind(data_type: _JsonObject) -> str:
    if data_type.get("kind") == "primitive":
        numbers = data_type.get("parameters") or ()
        return (
            f"{data_type['name']}({','.join(map(str, numbers))})" if numbers else data_type["name"]
        )
    if data_type.get("kind") == "unknown":
        return str(data_type["text"])
    return str(data_type.get("kind"))


def _make_name(name: str) -> Text:
    return Text(clean_line(name), style="bold")


def _read_dataset(found: _JsonObject) -> Dataset:
    return Dataset(namespace=found["namespace"], name=found["name"])
