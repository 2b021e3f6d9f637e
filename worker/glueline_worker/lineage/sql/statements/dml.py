"""INSERT, MERGE, UPDATE and DELETE."""

from sqlglot import exp

from glueline_worker.lineage.sql.model import SqlStatement
from glueline_worker.lineage.sql.query.relation import Field, Relation, extend
from glueline_worker.lineage.sql.query.scope import TARGET_RELATION, QueryScope
from glueline_worker.lineage.sql.statements.statement_builder import StatementBuilder, split_target


def read_insert(tree: exp.Expr, build: StatementBuilder) -> SqlStatement:
    """INSERT INTO or OVERWRITE: by position, unless it says BY NAME."""
    env = build.walk.ctes(tree, {})
    query = tree.args.get("expression") or tree.args.get("source")
    relation = build.walk.query(query, env) if isinstance(query, exp.Expr) else Relation()
    target, names = split_target(tree.this)
    if target is None:
        return build.made("insert", relation)
    if not names and not tree.args.get("by_name"):
        names = _positions(target, build)
    if relation.exact and len(names) >= len(relation.fields):
        relation = relation.renamed(names)
    return build.written("insert", target, relation)


def read_multi_insert(tree: exp.Expr, source: exp.Expr, build: StatementBuilder) -> SqlStatement:
    """One INSERT of several that share a source.

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
    return read_insert(tree, build)


def read_merge(tree: exp.Expr, build: StatementBuilder) -> SqlStatement:
    """MERGE INTO: the columns of all its branches together."""
    env = build.walk.ctes(tree, {})
    scope = QueryScope(env)
    build.walk.item(tree.args["using"], scope)
    source = next(iter(scope.items.values()))
    scope.add(tree.this.alias or tree.this.name, TARGET_RELATION)
    build.walk.visit(tree.args.get("on"), scope)
    result = Relation()
    whens = tree.args.get("whens")
    for when in whens.expressions if isinstance(whens, exp.Whens) else ():
        build.walk.visit(when.args.get("condition"), scope)
        action = when.args.get("then")
        if isinstance(action, exp.Update):
            _assign(action, source, scope, build, result)
        elif isinstance(action, exp.Insert):
            _insert_row(action, source, scope, build, result)
    return build.written("merge", tree.this, result)


def read_update(tree: exp.Expr, build: StatementBuilder) -> SqlStatement:
    """UPDATE, with what it joins: after FROM, or before SET as in MySQL."""
    env = build.walk.ctes(tree, {})
    scope = QueryScope(env)
    target = _behind_alias(tree.this, tree.args.get("from_"))
    build.walk.target = target
    if target is tree.this:
        build.walk.item(target, scope)
    build.walk.items(tree, scope)
    result = Relation()
    _assign(tree, Relation(), scope, build, result)
    build.walk.visit(tree.args.get("where"), scope)
    return build.written("update", target, result)


def read_delete(tree: exp.Expr, build: StatementBuilder) -> SqlStatement:
    """DELETE, with the tables that decide what goes."""
    env = build.walk.ctes(tree, {})
    scope = QueryScope(env)
    tables = tree.args.get("tables")
    target = _behind_alias(tables[0], tree.this) if tables else tree.this
    build.walk.target = target
    for item in (tree.this, *(tree.args.get("using") or ())):
        build.walk.item(item, scope)
    build.walk.visit(tree.args.get("where"), scope)
    return build.written("delete", target, Relation())


def _positions(target: exp.Table, build: StatementBuilder) -> list[str]:
    """The columns that a query's go to: all of a known table without its fixed partitions."""
    name = build.walk.name(target)
    columns = build.schemas.get("/".join(name[-2:]).lower(), ())
    partition = target.args.get("partition")
    fixed = {
        item.this.name.lower()
        for item in (partition.expressions if isinstance(partition, exp.Partition) else ())
        if isinstance(item, exp.EQ)
    }
    return [column for column in columns if column.lower() not in fixed]


def _assign(
    tree: exp.Expr, source: Relation, scope: QueryScope, build: StatementBuilder, result: Relation
) -> None:
    """The assignments of UPDATE SET; ``*`` takes all columns of the source."""
    for assignment in tree.expressions:
        if isinstance(assignment, exp.Star):
            extend(result, source)
        elif isinstance(assignment, exp.EQ):
            left = assignment.this
            columns = left.expressions if isinstance(left, exp.Tuple) else [left]
            sources = build.walk.sources(assignment.expression, scope)
            result.fields += [Field(column.name, sources) for column in columns]


def _insert_row(
    tree: exp.Expr, source: Relation, scope: QueryScope, build: StatementBuilder, result: Relation
) -> None:
    values = tree.args.get("expression")
    if not isinstance(values, exp.Tuple):  # INSERT *, INSERT ROW
        extend(result, source)
        return
    names = [column.name for column in tree.this.expressions] if tree.this else []
    for index, value in enumerate(values.expressions):
        name = names[index] if index < len(names) else value.output_name
        result.fields.append(Field(name, build.walk.sources(value, scope)))


def _behind_alias(target: exp.Table, clause: exp.Expr | None) -> exp.Table:
    """The table that SQL Server's ``UPDATE a … FROM t AS a`` means by ``a``."""
    for table in clause.find_all(exp.Table) if clause else ():
        if table.alias and table.alias.lower() == target.name.lower():
            return table
    return target
