"""SELECT, and the statements that name a query: CREATE, CACHE TABLE, SELECT INTO."""

from collections.abc import Sequence

from msgspec.structs import replace
from sqlglot import exp

from glueline_worker.lineage.sql.model import SqlStatement
from glueline_worker.lineage.sql.query.from_clause import add_from_clause
from glueline_worker.lineage.sql.query.relation import Relation
from glueline_worker.lineage.sql.query.scope import QueryScope
from glueline_worker.lineage.sql.statements.statement_builder import StatementBuilder, split_target

_FROM = frozenset({"expressions", "from_", "joins", "laterals"})
_LOCATIONS = frozenset({"external_location", "location", "path"})


def read_select(tree: exp.Expr, builder: StatementBuilder) -> SqlStatement:
    """Read a query, also one with INTO or, as JDBC options have it, with an alias."""
    query = tree.this if isinstance(tree, exp.Alias) else tree
    if not isinstance(query, exp.Query | exp.Values):
        return builder.build("other", Relation())
    relation = builder.walk.query(query, {})
    into = query.args.get("into")
    target, _ = split_target(into.this if isinstance(into, exp.Into) else None)
    if target is None:
        return builder.build_query(relation)
    session = bool(target.this.args.get("temporary")) or target.name.startswith("#")
    return builder.build_write("create_table", target, relation, session=session)


def read_tables(tree: exp.Expr, builder: StatementBuilder) -> SqlStatement | None:
    """Read only the tables of a query of plain columns; None if its other parts count, too."""
    if not isinstance(tree, exp.Select) or any(tree.args[key] for key in tree.args.keys() - _FROM):
        return None
    if any(type(item) is not exp.Column or item.is_star for item in tree.expressions):
        return None
    add_from_clause(builder.walk, tree, QueryScope({}))
    return builder.build("select", Relation())


def read_create(tree: exp.Expr, builder: StatementBuilder) -> SqlStatement:
    """Read CREATE TABLE or VIEW with a query, with a location, or as a clone."""
    kind = str(tree.args.get("kind") or "").upper()
    target, names = split_target(tree.this)
    if target is None or kind not in {"TABLE", "VIEW"}:
        return builder.build("other", Relation())
    properties = _list_properties(tree)
    everywhere = any(isinstance(item, exp.GlobalProperty) for item in properties)
    session = everywhere or any(isinstance(item, exp.TemporaryProperty) for item in properties)
    statement = builder.build_write(
        "create_view" if kind == "VIEW" else "create_table",
        target,
        _read_defining_query(tree, builder).rename(names),
        session=session or target.name.startswith("#"),
    )
    if everywhere and statement.view:
        statement = replace(statement, view=("global_temp", *statement.view))
    paths = tuple(path for item in properties if (path := _find_location(item, builder)))
    if kind == "VIEW":  # CREATE TEMP VIEW v USING csv OPTIONS (path '…'): all columns of the file
        rest = statement.rest + tuple((path,) for path in paths)
        return replace(statement, path_reads=statement.path_reads + paths, rest=rest)
    return replace(statement, path_writes=statement.path_writes + paths)


def read_cache(tree: exp.Expr, builder: StatementBuilder) -> SqlStatement:
    """Read CACHE TABLE, which makes a temporary view if it has a query."""
    query = tree.args.get("expression")
    target, _ = split_target(tree.this)
    if target is None or query is None:
        return builder.build("other", Relation())
    return builder.build_write("create_view", target, builder.walk.query(query, {}), session=True)


def read_use(tree: exp.Expr, builder: StatementBuilder) -> SqlStatement:
    """Read USE, with or without a word before the name."""
    target, _ = split_target(tree.this)
    statement = builder.build("use", Relation())
    return replace(statement, database=builder.walk.get_name(target)) if target else statement


def _read_defining_query(tree: exp.Expr, builder: StatementBuilder) -> Relation:
    clone = tree.args.get("clone")
    query = clone.this if isinstance(clone, exp.Clone) else tree.args.get("expression")
    return builder.walk.query(query, {}) if isinstance(query, exp.Expr) else Relation()


def _list_properties(tree: exp.Expr) -> list[exp.Expr]:
    """Return the properties of CREATE, with those inside OPTIONS (…)."""
    found: list[exp.Expr] = []
    clause = tree.args.get("properties")
    todo: Sequence[exp.Expr] = clause.expressions if isinstance(clause, exp.Properties) else ()
    for item in todo:
        found += item.expressions if isinstance(item, exp.OptionsProperty) else [item]
    return found


def _find_location(node: exp.Expr, builder: StatementBuilder) -> str | None:
    if isinstance(node, exp.LocationProperty):
        return builder.walk.placeholders.restore(node.name)
    value = node.args.get("value")
    if isinstance(value, exp.Expr) and node.name.lower() in _LOCATIONS:
        return builder.walk.placeholders.restore(value.name)
    return None
