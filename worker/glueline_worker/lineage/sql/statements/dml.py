"""INSERT, MERGE, UPDATE and DELETE."""

from collections.abc import Sequence

from msgspec.structs import replace
from sqlglot import exp

from glueline_worker.lineage.sql.model import SqlStatement, TableName
from glueline_worker.lineage.sql.query.expressions import decide, read_value
from glueline_worker.lineage.sql.query.from_clause import add_from_clause, add_item
from glueline_worker.lineage.sql.query.relation import Relation
from glueline_worker.lineage.sql.query.scope import TARGET_RELATION, Ctes, QueryScope
from glueline_worker.lineage.sql.query.set_operations import read_ctes
from glueline_worker.lineage.sql.query.tables import find_columns
from glueline_worker.lineage.sql.statements.statement_builder import StatementBuilder, split_target


def read_insert(tree: exp.Expr, builder: StatementBuilder) -> SqlStatement:
    """Read INSERT INTO or OVERWRITE: columns by position, unless it says BY NAME."""
    query = tree.args.get("expression") or tree.args.get("source")
    return _insert(tree, query, builder)


def _insert(
    tree: exp.Expr, query: object, builder: StatementBuilder, outer: Ctes | None = None
) -> SqlStatement:
    ctes = read_ctes(builder.walk, tree, outer or {})
    relation = builder.walk.query(query, ctes) if isinstance(query, exp.Expr) else Relation()
    target, names = split_target(tree.this)
    if target is None:
        return _write_directory(tree.this, builder.build("insert", relation), builder)
    if tree.args.get("by_name"):
        relation = _keep_known(relation, _list_columns(target, builder))
    else:
        relation = _place(relation, names, target, builder)
    return builder.build_write("insert", target, relation)


def _write_directory(
    target: exp.Expr, statement: SqlStatement, builder: StatementBuilder
) -> SqlStatement:
    """Return an INSERT OVERWRITE DIRECTORY with its path; it is one of several INSERTs."""
    path = target.this if isinstance(target, exp.Directory) else None
    if not isinstance(path, exp.Literal):
        return statement
    return replace(statement, path_writes=(builder.walk.placeholders.restore(path.name),))


def _place(
    relation: Relation, names: list[str], target: exp.Table, builder: StatementBuilder
) -> Relation:
    """Name the columns of a query after those of the target, by position."""
    if not relation.exact:
        return relation
    count = len(relation.fields)
    columns = names or _list_columns(target, builder)
    free = names or _leave_out_fixed(columns, target)
    if not free or not count:
        return relation
    if len(free) >= count:
        return relation.rename(free)
    builder.warn(
        f"the query has {count} columns and {'.'.join(builder.walk.get_name(target))} takes "
        f"{len(free)}: columns are known by name only"
    )
    return _keep_known(relation, columns)


def _keep_known(relation: Relation, columns: Sequence[str]) -> Relation:
    """Return the columns that a known target has, as they are written there."""
    if not columns:
        return relation
    known = {column.lower(): column for column in columns}
    fields = [
        item.rename(known[item.name.lower()])
        for item in relation.fields
        if item.name.lower() in known
    ]
    return Relation(fields, relation.rest, relation.dropped, exact=relation.exact)


def read_multi_insert(
    whole: exp.MultitableInserts, tree: exp.Expr, builder: StatementBuilder
) -> SqlStatement:
    """Read one INSERT of several that share a source.

    Hive has ``FROM source INSERT INTO a SELECT … INSERT INTO b SELECT …``, Oracle and Snowflake
    ``INSERT ALL INTO a VALUES (…) INTO b VALUES (…) SELECT …``.
    """
    source: exp.Expr = whole.args["source"]
    ctes = read_ctes(builder.walk, whole, {})
    if isinstance(tree, exp.ConditionalInsert):
        tree = tree.this
    query = tree.args.get("expression")
    if isinstance(query, exp.Values | exp.Tuple):
        row = query.expressions[0] if isinstance(query, exp.Values) else query
        query = exp.Select(expressions=[item.copy() for item in row.expressions])
    elif isinstance(query, exp.Select):
        query = query.copy()
    if isinstance(query, exp.Select):
        derived = source.copy()
        if isinstance(source, exp.Query) and not isinstance(source, exp.Subquery):
            derived = exp.Subquery(this=derived)
        query.set("from_", exp.From(this=derived))
    else:
        query = source
    return _insert(tree, query, builder, ctes)


def read_target(
    tree: exp.Expr, reads: Sequence[TableName], builder: StatementBuilder
) -> SqlStatement:
    """Read the target of one INSERT of very many, whose source is known to read ``reads``."""
    if isinstance(tree, exp.ConditionalInsert):
        tree = tree.this
    for name in reads:
        builder.walk.add_table(name, 0)
    target, _ = split_target(tree.this)
    nothing = Relation(exact=False)
    if target is None:
        return _write_directory(tree.this, builder.build("insert", nothing), builder)
    return builder.build_write("insert", target, nothing)


def read_merge(tree: exp.Expr, builder: StatementBuilder) -> SqlStatement:
    """Read MERGE INTO: the columns of all its branches together."""
    ctes = read_ctes(builder.walk, tree, {})
    scope = QueryScope(ctes, builder.walk.outer)
    add_item(builder.walk, tree.args["using"], scope)
    # ``*`` takes the source's columns under the names that the target has.
    columns = _list_columns(tree.this, builder)
    source = _keep_known(scope.items[0].relation, columns)
    path = [tree.this.alias] if tree.this.alias else [part.name for part in tree.this.parts]
    scope.add(path, TARGET_RELATION)
    decide(builder.walk, tree.args.get("on"), scope, "join")
    result = Relation()
    whens = tree.args.get("whens")
    for when in whens.expressions if isinstance(whens, exp.Whens) else ():
        decide(builder.walk, when.args.get("condition"), scope, "filter")
        action = when.args.get("then")
        if isinstance(action, exp.Update):
            _add_assignments(action, source, scope, builder, result)
        elif isinstance(action, exp.Insert):
            result.extend(_read_row(action, source, columns, scope, builder))
    return builder.build_write("merge", tree.this, result)


def read_update(tree: exp.Expr, builder: StatementBuilder) -> SqlStatement:
    """Read UPDATE and its joins: after FROM, or before SET as in MySQL."""
    ctes = read_ctes(builder.walk, tree, {})
    scope = QueryScope(ctes, builder.walk.outer)
    target = _resolve_alias(tree.this, tree.args.get("from_"))
    builder.walk.target = target
    if target is tree.this:
        add_item(builder.walk, target, scope)
    add_from_clause(builder.walk, tree, scope)
    result = Relation()
    _add_assignments(tree, Relation(), scope, builder, result)
    decide(builder.walk, tree.args.get("where"), scope, "filter")
    return builder.build_write("update", target, result)


def read_delete(tree: exp.Expr, builder: StatementBuilder) -> SqlStatement:
    """Read DELETE, with the tables that decide which rows go."""
    ctes = read_ctes(builder.walk, tree, {})
    scope = QueryScope(ctes, builder.walk.outer)
    tables = tree.args.get("tables")
    target = _resolve_alias(tables[0], tree.this) if tables else tree.this
    builder.walk.target = target
    for item in (tree.this, *(tree.args.get("using") or ())):
        add_item(builder.walk, item, scope)
    decide(builder.walk, tree.args.get("where"), scope, "filter")
    return builder.build_write("delete", target, Relation())


def _list_columns(target: exp.Table, builder: StatementBuilder) -> tuple[str, ...]:
    """Return the target's columns in their order; none where they are not known."""
    return find_columns(builder.walk.get_name(target), builder.walk.schemas)


def _leave_out_fixed(columns: Sequence[str], target: exp.Table) -> list[str]:
    """Return the columns that a query fills: all but the partitions with a fixed value."""
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
            found = read_value(builder.walk, assignment.expression, scope)
            result.fields += [found.rename(column.name) for column in columns]


def _read_row(
    tree: exp.Expr,
    source: Relation,
    columns: Sequence[str],
    scope: QueryScope,
    builder: StatementBuilder,
) -> Relation:
    """Read the INSERT of a MERGE; ``columns`` are those of the target, where they are known."""
    values, target = tree.args.get("expression"), tree.this
    first = target.expressions[0] if isinstance(target, exp.Tuple) else None
    if isinstance(first, exp.Anonymous) and first.name.upper() == "VALUES":
        values, target = first, None  # INSERT VALUES (…), which the parser takes for a column
    if not isinstance(values, exp.Tuple | exp.Anonymous):  # INSERT *, INSERT ROW
        return source
    names = [column.name for column in target.expressions] if target else columns
    row = Relation()
    for index, value in enumerate(values.expressions):
        name = names[index] if index < len(names) else value.output_name
        row.fields.append(read_value(builder.walk, value, scope).rename(name))
    return row


def _resolve_alias(target: exp.Table, clause: exp.Expr | None) -> exp.Table:
    """Return the table that SQL Server's ``UPDATE a … FROM t AS a`` means by ``a``."""
    for table in clause.find_all(exp.Table) if clause else ():
        if table.alias and table.alias.lower() == target.name.lower():
            return table
    return target
