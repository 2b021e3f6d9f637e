"""The scopes of a query: which table a column comes from."""

from dataclasses import dataclass, field

from glueline_worker.lineage.sql.query.relation import Field, Relation

Ctes = dict[str, Relation]
"""CTEs by their name in lower case."""

TARGET_RELATION = Relation(every=())
"""The table that a statement changes: its own columns are no sources."""


@dataclass(slots=True)
class QueryScope:
    """The items of one FROM clause by alias, and the CTEs that it may name."""

    ctes: Ctes
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
    """Return the item called ``name``, from the innermost scope outwards."""
    now: QueryScope | None = scope
    while now is not None:
        relation = now.items.get(name.lower())
        if relation is not None:
            return relation
        now = now.parent
    return None


def find_column(scope: QueryScope | None, name: str) -> Field | None:
    """Return a column without a table, from the one table that can have it."""
    while scope is not None:
        for relation in scope.items.values():
            found = relation.find_named(name)
            if found is not None:
                return found
        alias = scope.aliases.find_named(name)
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
    """Return all columns of all items; those of JOIN … USING once."""
    result = Relation()
    for relation in scope.items.values():
        result.extend(relation, once=bool(scope.merged))
    return result
