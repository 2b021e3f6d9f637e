"""The scopes of a query: which table a column comes from.

sqlglot's own ``qualify`` and ``lineage`` want a schema and raise without one; a job's SQL mostly
has none, so this walk says what can be told and leaves out the rest.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from glueline_worker.lineage.sql.holes import Holes
from glueline_worker.lineage.sql.lexer import keywords
from glueline_worker.lineage.sql.model import TableName
from glueline_worker.lineage.sql.parse import Exhausted
from glueline_worker.lineage.sql.relation import Field, Relation, Sources, union

Schemas = Mapping[str, tuple[str, ...]]
Env = dict[str, Relation]
"""CTEs by their name in lower case."""

_FILE_FORMATS = keywords("avro binaryfile csv delta hudi iceberg json orc parquet text xml")
_MAX_FIELDS = 200_000
TARGET = Relation(every=())
"""The table that a statement changes: its own columns are no sources."""


@dataclass(slots=True)
class Scope:
    """The items of one FROM clause by alias, and the CTEs that it may name."""

    env: Env
    parent: "Scope | None" = None
    items: dict[str, Relation] = field(default_factory=dict)
    merged: set[str] = field(default_factory=set)
    """Columns of JOIN … USING, which are the same in both tables."""
    aliases: Relation = field(default_factory=Relation)
    """The SELECT's own columns so far: Spark and Redshift let later ones use them."""

    def add(self, name: str, relation: Relation) -> None:
        """Add an item; one without an alias gets a key that no SQL can name."""
        self.items[name.lower() or f"\0{len(self.items)}"] = relation


class Walk:
    """One statement's tables and columns."""

    def __init__(self, holes: Holes, schemas: Schemas) -> None:
        self.holes = holes
        self.schemas = schemas
        self.target: exp.Expr | None = None
        """A table in FROM that is the statement's target under an alias (SQL Server)."""
        self._reads: dict[TableName, int] = {}
        self._paths: dict[str, int] = {}
        self._left = _MAX_FIELDS

    @property
    def reads(self) -> tuple[TableName, ...]:
        """Tables in order of appearance."""
        return tuple(sorted(self._reads, key=self._reads.__getitem__))

    @property
    def paths(self) -> tuple[str, ...]:
        """Files in order of appearance."""
        return tuple(sorted(self._paths, key=self._paths.__getitem__))

    # Queries

    def query(self, node: exp.Expr | None, env: Env, parent: Scope | None = None) -> Relation:
        """What a query yields. Its tables are added to ``reads``."""
        if isinstance(node, exp.Select):
            return self._select(node, env, parent)
        if isinstance(node, exp.SetOperation):
            return self._set_operation(node, env, parent, Relation())
        if isinstance(node, exp.Subquery | exp.Table):
            scope = Scope(env, parent)
            self.item(node, scope)
            return _star(scope)
        if isinstance(node, exp.Values) and node.expressions:
            row = node.expressions[0]
            values = row.expressions if isinstance(row, exp.Tuple) else [row]
            return Relation([Field("", self.sources(item, Scope(env, parent))) for item in values])
        if isinstance(node, exp.DML):
            return self._changed_rows(node, env)
        self.visit(node, Scope(env, parent))
        return Relation(exact=False)

    def ctes(self, node: exp.Expr, env: Env) -> Env:
        """``env`` with the CTEs that ``node`` defines."""
        clause = node.args.get("with_")
        if not isinstance(clause, exp.With):
            return env
        env = dict(env)
        for cte in clause.expressions:
            name = cte.alias.lower()
            query = cte.this
            columns = _alias_columns(cte)
            if clause.args.get("recursive") and isinstance(query, exp.SetOperation):
                anchor = Relation()
                relation = self._set_operation(query, {**env, name: anchor}, None, anchor)
            else:
                relation = self.query(query, env)
            env[name] = relation.renamed(columns)
        return env

    def _changed_rows(self, node: exp.Expr, env: Env) -> Relation:
        """INSERT, UPDATE or DELETE … RETURNING inside a CTE."""
        table = node.find(exp.Table)
        self.visit(node, Scope(env))
        return Relation(rest=(self.name(table),), exact=False) if table else Relation(exact=False)

    def _set_operation(
        self, node: exp.SetOperation, env: Env, parent: Scope | None, anchor: Relation
    ) -> Relation:
        """The branches of UNION and its siblings, without recursion: scripts chain thousands."""
        branches: list[exp.Expr] = []
        kinds: list[exp.SetOperation] = []
        left: exp.Expr = node
        while isinstance(left, exp.SetOperation):
            env = self.ctes(left, env)
            branches.append(left.expression)
            kinds.append(left)
            left = left.this
        result = self.query(left, env, parent)
        anchor.fields, anchor.rest, anchor.exact = result.fields, result.rest, result.exact
        for branch, kind in zip(reversed(branches), reversed(kinds), strict=True):
            other = self.query(branch, env, parent)
            if isinstance(kind, exp.Union):
                result = _union(result, other, by_name=bool(kind.args.get("by_name")))
                self._spend(len(result.fields))
        return result

    def _select(self, node: exp.Select, env: Env, parent: Scope | None) -> Relation:
        env = self.ctes(node, env)
        scope = Scope(env, parent)
        self.items(node, scope)
        result = Relation()
        scope.aliases = result
        for projection in node.expressions:
            self._project(projection, scope, result)
        for key, value in node.args.items():
            if key not in {"with_", "from_", "joins", "laterals", "expressions", "hint", "into"}:
                self.visit(value, scope)
        self._spend(len(result.fields))
        return result

    def _spend(self, fields: int) -> None:
        self._left -= fields
        if self._left < 0:
            raise Exhausted

    # The columns of SELECT

    def _project(self, node: exp.Expr, scope: Scope, result: Relation) -> None:
        star = node.this if isinstance(node, exp.Column) else node
        if isinstance(star, exp.Star):
            self._expand(star, self._starred(node, scope), scope, result)
            return
        sources = self.sources(node, scope)
        if isinstance(node, exp.Aliases):
            result.fields += [
                Field(self.holes.restore(alias.name), sources) for alias in node.expressions
            ]
            return
        name = "" if self.holes.is_hole(node.output_name) else node.output_name
        if self.holes.is_hole(node.name) and not node.alias:
            # A templated list of columns: neither their names nor their number is known.
            result.exact = False
            return
        result.fields.append(Field(self.holes.restore(name), sources))

    def _starred(self, node: exp.Expr, scope: Scope) -> Relation:
        if isinstance(node, exp.Star):
            return _star(scope)
        for part in reversed(node.parts[:-1] if isinstance(node, exp.Column) else ()):
            relation = _lookup(scope, part.name)
            if relation is not None:
                return relation
        return Relation(exact=False)

    def _expand(self, star: exp.Star, relation: Relation, scope: Scope, result: Relation) -> None:
        excluded = {item.name.lower() for item in star.args.get("except_") or ()}
        renamed = {item.this.name.lower(): item.alias for item in star.args.get("rename") or ()}
        replaced = {item.alias.lower(): item for item in star.args.get("replace") or ()}
        for item in relation.fields:
            name = item.name.lower()
            if name in replaced:
                sources = self.sources(replaced[name], scope)
                result.fields.append(Field(item.name, sources))
            elif name not in excluded:
                result.fields.append(Field(renamed.get(name, item.name), item.sources))
        if relation.exact:
            return
        known = {item.name.lower() for item in relation.fields}
        for name, expression in replaced.items():
            if name not in known:
                sources = self.sources(expression, scope)
                result.fields.append(Field(expression.alias, sources))
        for name, new in renamed.items():
            if name not in known and (found := relation.find(name)):
                result.fields.append(Field(new, found.sources))
        result.exact = False
        result.dropped |= relation.dropped | excluded | renamed.keys()
        result.rest += tuple(table for table in relation.rest if table not in result.rest)

    def sources(self, node: exp.Expr, scope: Scope) -> Sources | None:
        """What an expression is made of; None when it has columns and none can be told."""
        found: list[Sources | None] = []
        for part in self._parts(node):
            if isinstance(part, exp.Column):
                item = self._column(part, scope)
                found.append(item.sources if item else None)
            else:
                found.append(self.query(part, scope.env, scope).sources())
        if found and all(sources is None for sources in found):
            return None
        return union(found)

    def _column(self, node: exp.Column, scope: Scope) -> Field | None:
        names = [part.name for part in node.parts]
        if self.holes.is_hole(names[-1]) or isinstance(node.this, exp.Star):
            return None
        for index, name in enumerate(names[:-1]):
            relation = _lookup(scope, name)
            if relation is not None:
                return relation.find(self.holes.restore(names[index + 1]))
        return _unqualified(scope, self.holes.restore(names[0]))

    def visit(self, value: object, scope: Scope) -> None:
        """Note the tables of the queries inside an expression that yields no column."""
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, exp.Expr):
                for part in self._parts(item):
                    if not isinstance(part, exp.Column):
                        self.query(part, scope.env, scope)

    def _parts(self, node: exp.Expr) -> Iterator[exp.Expr]:
        """The columns and the queries of an expression, not those inside its queries."""
        for part in node.dfs(prune=_is_query):
            if isinstance(part, exp.Column) or _is_query(part):
                yield part

    # The items of FROM

    def items(self, node: exp.Expr, scope: Scope) -> None:
        """FROM, its joins and its lateral views."""
        clause = node.args.get("from_")
        if isinstance(clause, exp.From):
            self.item(clause.this, scope)
        self._joined(node, scope)

    def _joined(self, node: exp.Expr, scope: Scope) -> None:
        for join in node.args.get("joins") or ():
            self.item(join.this, scope)
            scope.merged |= {column.name.lower() for column in join.args.get("using") or ()}
            self.visit(join.args.get("on"), scope)
        for lateral in node.args.get("laterals") or ():
            self.item(lateral, scope)

    def item(self, node: exp.Expr, scope: Scope) -> None:
        """One item of FROM into ``scope``, with what is joined to it."""
        if isinstance(node, exp.Table):
            scope.add(node.alias or node.name, self._table(node, scope))
        elif isinstance(node, exp.Subquery):
            relation = self._derived(node, scope)
            scope.add(node.alias, relation.renamed(_alias_columns(node)))
        elif isinstance(node, exp.Lateral | exp.Unnest | exp.Values | exp.Func):
            scope.add(node.alias, self._generated(node, scope))
        else:
            self.visit(node, scope)
            scope.add(node.alias_or_name, Relation(exact=False))
        self._joined(node, scope)

    def _derived(self, node: exp.Subquery, scope: Scope) -> Relation:
        if isinstance(node.this, exp.Table):  # FROM (a JOIN b)
            self.item(node.this, scope)
            return Relation()
        relation = self.query(node.this, self.ctes(node, scope.env), scope)
        return Relation(exact=False) if node.args.get("pivots") else relation

    def _generated(self, node: exp.Expr, scope: Scope) -> Relation:
        """Rows out of a column (explode, unnest), a lateral query, or constants."""
        inner = node.this if isinstance(node, exp.Lateral) else node
        if isinstance(inner, exp.Subquery):
            return self.query(inner.this, scope.env, scope).renamed(_alias_columns(node))
        sources = self.sources(inner, scope)
        names = _alias_columns(node)
        if isinstance(inner, exp.Unnest) and len(inner.expressions) > 1:
            each = [self.sources(item, scope) for item in inner.expressions]
            each += [()] * (len(names) - len(each))
            return Relation([Field(*pair) for pair in zip(names, each, strict=False)])
        return Relation([Field(name, sources) for name in names], every=None if names else sources)

    def _table(self, node: exp.Table, scope: Scope) -> Relation:
        if node is self.target:
            return TARGET
        if isinstance(node.this, exp.Func):
            for literal in node.find_all(exp.Literal):
                if literal.is_string and "://" in literal.name:
                    self._paths.setdefault(literal.name, len(self._paths))
            return self._generated(node.this, scope).renamed(_alias_columns(node))
        relation = self._named(node, scope.env)
        if node.args.get("pivots"):
            return Relation(exact=False)
        return relation.renamed(_alias_columns(node))

    def _named(self, node: exp.Table, env: Env) -> Relation:
        if len(node.parts) == 1 and node.name.lower() in env:
            return env[node.name.lower()]
        name = self.name(node)
        path = file_path(name)
        start = node.parts[0].meta.get("start", 0)
        if path is not None:
            self._paths.setdefault(path, start)
            return Relation(rest=((path,),), exact=False)
        self._reads[name] = min(start, self._reads.get(name, start))
        return base_table(name, self.schemas)

    def name(self, node: exp.Table) -> TableName:
        """A table's name as it was written."""
        return tuple(self.holes.restore(part.name) for part in node.parts if part.name)


def base_table(name: TableName, schemas: Schemas) -> Relation:
    """The columns of a table, or the table as a whole where its schema is not known."""
    columns = schemas.get("/".join(name[-2:]).lower()) or schemas.get(name[-1].lower())
    if columns:
        return Relation([Field(column, ((name, column),)) for column in columns])
    return Relation(rest=(name,), exact=False)


def file_path(name: TableName) -> str | None:
    """The path of ``parquet.`s3://…` `` and the like; None for a table's name."""
    path = name[-1]
    if "://" in path:
        return path
    by_format = len(name) == 2 and name[0].lower() in _FILE_FORMATS  # noqa: PLR2004
    return path if by_format and ("/" in path or path.startswith(("{", "$", ":"))) else None


def _is_query(node: exp.Expr) -> bool:
    return isinstance(node, exp.Query | exp.Table)


def _alias_columns(node: exp.Expr) -> list[str]:
    alias = node.args.get("alias")
    return [column.name for column in alias.columns] if isinstance(alias, exp.TableAlias) else []


def _lookup(scope: Scope, name: str) -> Relation | None:
    now: Scope | None = scope
    while now is not None:
        relation = now.items.get(name.lower())
        if relation is not None:
            return relation
        now = now.parent
    return None


def _unqualified(scope: Scope | None, name: str) -> Field | None:
    """A column without a table: the one table that can have it, from the inside out."""
    while scope is not None:
        for relation in scope.items.values():
            found = relation.named(name)
            if found is not None:
                return found
        alias = scope.aliases.named(name)
        if alias is not None:
            return alias
        generated = scope.items.get(name.lower())
        if generated is not None and generated.every is not None:
            return Field(name, generated.every)
        candidates = [item for item in scope.items.values() if not item.exact]
        if candidates:
            sure = len(candidates) == 1 or name.lower() in scope.merged
            return candidates[0].find(name) if sure else None
        scope = scope.parent
    return None


def _star(scope: Scope) -> Relation:
    """All columns of all items; those of JOIN … USING once."""
    result = Relation()
    for relation in scope.items.values():
        extend(result, relation, once=bool(scope.merged))
    return result


def extend(result: Relation, relation: Relation, *, once: bool = False) -> None:
    """Add all columns of ``relation``; with ``once``, only under new names."""
    fields = relation.fields
    if once:
        fields = [item for item in fields if not result.named(item.name)]
    result.fields += fields
    result.rest += tuple(table for table in relation.rest if table not in result.rest)
    result.dropped |= relation.dropped
    result.exact &= relation.exact


def _union(left: Relation, right: Relation, *, by_name: bool) -> Relation:
    """The left side's names; each column is made of both sides'."""
    exact = left.exact and right.exact
    merge: Callable[[int, Field], Field | None] = (
        (lambda _, item: right.find(item.name))
        if by_name or not exact
        else (lambda index, _: right.fields[index] if index < len(right.fields) else None)
    )
    fields = []
    for index, item in enumerate(left.fields):
        other = merge(index, item)
        both = (item.sources, other.sources if other else ())
        fields.append(Field(item.name, None if both == (None, None) else union(both)))
    if by_name or not exact:
        known = {item.name.lower() for item in left.fields}
        fields += [item for item in right.fields if item.name.lower() not in known]
    rest = left.rest + tuple(table for table in right.rest if table not in left.rest)
    return Relation(fields, rest, left.dropped & right.dropped, exact=exact)
