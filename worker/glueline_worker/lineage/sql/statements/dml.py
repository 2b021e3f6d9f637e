"""INSERT, MERGE, UPDATE and DELETE."""

from sqlglot import exp

from glueline_worker.lineage.sql.model import SqlStatement
from glueline_worker.lineage.sql.query.expressions import find_sources, visit_queries
from glueline_worker.lineage.sql.query.from_clause import add_from_clause, add_item
from glueline_worker.lineage.sql.query.relation import Field, Relation
from glueline_worker.lineage.sql.query.scope import TARGET_RELATION, QueryScope
from glueline_worker.lineage.sql.query.set_operations import read_ctes
from glueline_worker.lineage.sql.statements.statement_builder import StatementBuilder, split_target


def read_insert(tree: exp.Expr, builder: StatementBuilder) -> SqlStatement:
    """Read INSERT INTO or OVERWRITE: columns by position, unless it says BY NAME."""
    ctes = read_ctes(builder.walk, tree, {})
    query = tree.args.get("expression") or tree.args.get("source")
    relation = builder.walk.query(query, ctes) if isinstance(query, exp.Expr) else Relation()
    target, names = split_target(tree.this)
    if target is None:
        return builder.build("insert", relation)
    if not names and not tree.args.get("by_name"):
        names = _list_positions(target, builder)
    if relation.exact and len(names) >= len(relation.fields):
        relation = relation.rename(names)
    return builder.build_write("insert", target, relation)


def read_multi_insert(tree: exp.Expr, source: exp.Expr, builder: StatementBuilder) -> SqlStatement:
    """Read one INSERT of several that share a source.

    Hive has ``FROM source INSERT INTO a SELECT … INSERT INTO b SELECT …``, Oracle and Snowflake
    ``INSERT ALL INTO a VALUES (…) INTO b VALUES (…) SELECT …``.
    """
    if isinstance(tree, exp.ConditionalInsert):
        tree = tree.this
    query = tree.args.get("expression")
    if isinstance(query, exp.Values | exp.Tuple):
        row = query.expressions[0] if isinstance(query, exp.Values) else query
        query = exp.Select(expressions=[item.copy() for item in row.expressions])
        tree.set("expression", query)
    if isinstance(query, exp.Select):
        derived = exp.Subquery(this=source.copy()) if isinstance(source, exp.Query) else source
        query.set("from_", exp.From(this=derived.copy()))
    else:
        tree.set("expression", source.copy())
    return read_insert(tree, builder)


def read_merge(tree: exp.Expr, builder: StatementBuilder) -> SqlStatement:
    """Read MERGE INTO: the columns of all its branches together."""
    ctes = read_ctes(builder.walk, tree, {})
    scope = QueryScope(ctes)
    add_item(builder.walk, tree.args["using"], scope)
    source = next(iter(scope.items.values()))
    scope.add(tree.this.alias or tree.this.name, TARGET_RELATION)
    visit_queries(builder.walk, tree.args.get("on"), scope)
    result = Relation()
    whens = tree.args.get("whens")
    for when in whens.expressions if isinstance(whens, exp.Whens) else ():
        visit_queries(builder.walk, when.args.get("condition"), scope)
        action = when.args.get("then")
        if isinstance(action, exp.Update):
            _add_assignments(action, source, scope, builder, result)
        elif isinstance(action, exp.Insert):
            _add_row(action, source, scope, builder, result)
    return builder.build_write("merge", tree.this, result)


def read_update(tree: exp.Expr, builder: StatementBuilder) -> SqlStatement:
    """Read UPDATE and its joins: after FROM, or before SET as in MySQL."""
    ctes = read_ctes(builder.walk, tree, {})
    scope = QueryScope(ctes)
    target = _resolve_alias(tree.this, tree.args.get("from_"))
    builder.walk.target = target
    if target is tree.this:
        add_item(builder.walk, target, scope)
    add_from_clause(builder.walk, tree, scope)
    result = Relation()
    _add_assignments(tree, Relation(), scope, builder, result)
    visit_queries(builder.walk, tree.args.get("where"), scope)
    return builder.build_write("update", target, result)


def read_delete(tree: exp.Expr, builder: StatementBuilder) -> SqlStatement:
    """Read DELETE, with the tables that decide which rows go."""
    ctes = read_ctes(builder.walk, tree, {})
    scope = QueryScope(ctes)
    tables = tree.args.get("tables")
    target = _resolve_alias(tables[0], tree.this) if tables else tree.this
    builder.walk.target = target
    for item in (tree.this, *(tree.args.get("using") or ())):
        add_item(builder.walk, item, scope)
    visit_queries(builder.walk, tree.args.get("where"), scope)
    return builder.build_write("delete", target, Relation())


def _list_positions(target: exp.Table, builder: StatementBuilder) -> list[str]:
    """Return the target's columns by position: all of a known table but its fixed partitions."""
    name = builder.walk.get_name(target)
    columns = builder.walk.schemas.get("/".join(name[-2:]).lower(), ())
    partition = target.args.get("partition")
    fixed = {
        item.this.name.lower()
        for item in (partition.expressions if isinstance(partition, exp.Partition) else ())
        if isinstance(item, exp.EQ)
    }
    return [column for column in columns if column.lower() not in fixed]


def _add_assignments(
    tree: exp.Expr, source: Relation, scope: QueryScope, builder: StatementBuilder, result: Relation
) -> None:
    """Add the assignments of UPDATE SET; ``*`` takes all columns of the source."""
    for assignment in tree.expressions:
        if isinstance(assignment, exp.Star):
            result.extend(source)
        elif isinstance(assignment, exp.EQ):
            left = assignment.this
            columns = left.expressions if isinstance(left, exp.Tuple) else [left]
            sources = find_sources(builder.walk, assignment.expression, scope)
            result.fields += [Field(column.name, sources) for column in columns]


def _add_row(
    tree: exp.Expr, source: Relation, scope: QueryScope, builder: StatementBuilder, result: Relation
) -> None:
    values = tree.args.get("expression")
    if not isinstance(values, exp.Tuple):  # INSERT *, INSERT ROW
        result.extend(source)
        return
    names = [column.name for column in tree.this.expressions] if tree.this else []
    for index, value in enumerate(values.expressions):
        name = names[index] if index < len(names) else value.output_name
        result.fields.append(Field(name, find_sources(builder.walk, value, scope)))


def _resolve_alias(target: exp.Table, clause: exp.Expr | None) -> exp.Table:
    """Return the table that SQL Server's ``UPDATE a … FROM t AS a`` means by ``a``."""
    for table in clause.find_all(exp.Table) if clause else ():
        if table.alias and table.alias.lower() == target.name.lower():
            return table
    return target
