"""What a plan writes: tables, views, or the columns of a mere query."""

from collections.abc import Callable
from dataclasses import dataclass

from truth.expressions import Scope
from truth.plan import Tree
from truth.values import Source, Value, merge
from truth.walk import Output, PlanReader, make_scope, name_table

Columns = tuple[str, list[tuple[str, Value]]]
"""A table and its columns with their sources."""


@dataclass(slots=True)
class Written:
    """What a plan writes: a table's columns with their sources. The table of a query is ''."""

    table: str
    columns: list[tuple[str, Value]]
    rows: dict[Source, frozenset[str]]
    """Columns that decide which rows there are, or how they are grouped and sorted."""


def read_plan(tree: Tree) -> Written:
    """Return what an analysed plan yields or writes."""
    reader = PlanReader()
    top = tree
    if tree.kind == "WithCTE" and tree.children[-1].kind in COMMANDS:
        reader.define(tree.children[:-1], {})
        top = tree.children[-1]
    command = COMMANDS.get(top.kind)
    if command is not None:
        table, columns = command(reader, top)
    else:
        table = ""
        columns = [(name, value) for name, _, value in reader.output(top, {})]
    return Written(table, columns, reader.rows)


def _write(reader: PlanReader, tree: Tree) -> Columns:
    """INSERT, CREATE TABLE AS: the query's columns have the names of the table's."""
    table = name_table(tree.fields.get("catalogTable") or tree.fields.get("table"))
    query = tree.trees("query") or tree.children
    columns = reader.output(query[0], {})
    return table, [(name, value) for name, _, value in columns]


def _create_view(reader: PlanReader, tree: Tree) -> Columns:
    columns = reader.output((tree.trees("plan") or tree.children)[0], {})
    named = tree.fields.get("names") or [name for name, _, _ in columns]
    values = [value for _, _, value in columns]
    return name_table({"identifier": tree.fields["name"]}), list(zip(named, values, strict=True))


def _merge_into(reader: PlanReader, tree: Tree) -> Columns:
    target, source = (reader.output(child, {}) for child in tree.children[:2])
    scope = {**make_scope(target), **make_scope(source)}
    table = _first_table(target)
    reader.decide(tree.tree("mergeCondition"), scope, "join")
    found: dict[str, list[Value]] = {}
    for name in ("matchedActions", "notMatchedActions", "notMatchedBySourceActions"):
        for action in tree.trees(name):
            _read_action(reader, action, scope, found)
    return table, [(name, merge(values)) for name, values in found.items()]


def _read_action(
    reader: PlanReader, action: Tree, scope: Scope, found: dict[str, list[Value]]
) -> None:
    for child in action.children:
        if child.kind == "Assignment":
            key, value = child.children
            found.setdefault(key.name, []).append(reader.expressions.read(value, scope))
        else:
            reader.decide(child, scope, "filter")


def _update(reader: PlanReader, tree: Tree) -> Columns:
    target = reader.output(tree.children[0], {})
    found: dict[str, list[Value]] = {}
    for assignment in tree.trees("assignments"):
        key, value = assignment.children
        found.setdefault(key.name, []).append(reader.expressions.read(value, make_scope(target)))
    for item in tree.trees("condition"):
        reader.decide(item, make_scope(target), "filter")
    return _first_table(target), [(name, merge(values)) for name, values in found.items()]


def _first_table(columns: Output) -> str:
    return next(table for _, _, value in columns for table, _ in value.direct)


COMMANDS: dict[str, Callable[[PlanReader, Tree], Columns]] = {
    "InsertIntoHadoopFsRelationCommand": _write,
    "CreateDataSourceTableAsSelectCommand": _write,
    "CreateViewCommand": _create_view,
    "MergeIntoTable": _merge_into,
    "UpdateTable": _update,
}
