"""The scopes of a query: which table a column comes from."""

from dataclasses import dataclass, field

from glueline_worker.lineage.sql.query.relation import Field, Relation, extend

Ctes = dict[str, Relation]
"""CTEs by their name in lower case."""

TARGET_RELATION = Relation(every=())
"""The table that a statement changes: its own columns are no sources."""


@dataclass(slots=True)
class QueryScope:
    """The items of one FROM clause by alias, and the CTEs that it may name."""

    env: Ctes
    parent: "QueryScope | None" = None
    items: dict[str, Relation] = field(default_factory=dict)
    merged: set[str] = field(default_factory=set)
    """Columns of JOIN … USING, which are the same in both tables."""
    aliases: Relation = field(default_factory=Relation)
    """The SELECT's own columns so far: Spark and Redshift let later ones use them."""

    def add(self, name: str, relation: Relation) -> None:
        """Add an item; one without an alias gets a key that no SQL can name."""
        self.items[name.lower() or f"\0{len(self.items)}"] = relation


def find_item(scope: QueryScope, name: str) -> Relation | None:
    """The item called ``name``, from the inside out."""
    now: QueryScope | None = scope
    while now is not None:
        relation = now.items.get(name.lower())
        if relation is not None:
            return relation
        now = now.parent
    return None


def find_column(scope: QueryScope | None, name: str) -> Field | None:
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


def expand_star(scope: QueryScope) -> Relation:
    """All columns of all items; those of JOIN … USING once."""
    result = Relation()
    for relation in scope.items.values():
        extend(result, relation, once=bool(scope.merged))
    return result
