"""The scopes of a query: which table a column comes from."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sqlglot import exp

from glueline_worker.lineage.sql.query.relation import (
    NOTHING,
    TRANSFORMED,
    Field,
    Relation,
    merge_fields,
)

Ctes = dict[str, Relation]
"""CTEs by their name in lower case."""

TARGET_RELATION = Relation(every=NOTHING)
"""The table that a statement changes: its own columns are no sources."""

MemberFinder = Callable[[Field, str], Field | None]
"""Returns the field of a struct; None where the struct is known and has no such field."""


@dataclass(slots=True)
class Item:
    """One item of FROM. ``path`` is its alias, or the parts of its name, in lower case."""

    path: tuple[str, ...]
    relation: Relation
    is_hidden: bool = False
    """The right side of a semi- or anti-join decides, and is not seen."""
    has_own_name: bool = False
    """It is called by its own name, of which a query may leave out the catalog and database."""


@dataclass(slots=True)
class QueryScope:
    """The items of one FROM clause, and the CTEs that it may name."""

    ctes: Ctes
    parent: "QueryScope | None" = None
    items: list[Item] = field(default_factory=list)
    merged: dict[str, Field] = field(default_factory=dict)
    """Columns of JOIN … USING and NATURAL JOIN, which stand for those of both sides."""
    aliases: Relation | None = None
    """The SELECT's own columns so far, where the dialect lets later ones use them."""
    windows: dict[str, exp.Expr] = field(default_factory=dict)
    """The named windows."""

    def add(self, path: Sequence[str], relation: Relation) -> Item:
        """Add an item; one without an alias has an empty path, which no SQL can name."""
        item = Item(tuple(part.lower() for part in path), relation)
        self.items.append(item)
        return item

    def find_item(self, qualifier: tuple[str, ...]) -> Relation | None:
        """Return the item that a qualifier names, from this scope outwards."""
        now: QueryScope | None = self
        while now is not None:
            for item in now.items:
                if item.path[-len(qualifier) :] == qualifier:
                    return item.relation
            for item in now.items if len(qualifier) > 1 else ():
                if item.has_own_name and qualifier[-len(item.path) :] == item.path:
                    return item.relation
            now = now.parent
        return None


def find_column(scope: QueryScope, names: Sequence[str], find_member: MemberFinder) -> Field | None:
    """Return the column that ``c``, ``t.c``, ``db.t.c`` or ``c.field`` means.

    A column of a known table goes before an alias of the SELECT, and both before the tables whose
    columns are not known. None where no table, or more than one unknown table, can have it.
    """
    now: QueryScope | None = scope
    while now is not None:
        found, is_sure = _find_in(now, names, find_member)
        if is_sure:
            return found
        now = now.parent
    now = scope if len(names) > 1 else None
    while now is not None:  # a field of a struct whose table is not known
        candidates = [item.relation for item in now.items if not item.relation.exact]
        if candidates:
            found = _guess(candidates, names[0])
            return _find_members(found, names[1:], find_member) if found else None
        now = now.parent
    return None


def _find_in(
    scope: QueryScope, names: Sequence[str], find_member: MemberFinder
) -> tuple[Field | None, bool]:
    """Look in one scope; the second value tells that no other one counts."""
    qualified = _list_qualified(scope, names) if len(names) > 1 else []
    for count, relation in qualified:
        found = relation.find_named(names[count])
        if found is not None:
            return _find_members(found, names[count + 1 :], find_member), True
    found = _find_unqualified(scope, names[0])
    if found is not None:
        return _find_members(found, names[1:], find_member), True
    if len(names) > 2 and not qualified:  # noqa: PLR2004
        qualified = _list_longer(scope, names)
    for count, relation in qualified:
        found = relation.find(names[count])
        if found is not None:
            return _find_members(found, names[count + 1 :], find_member), True
    if len(names) > 1:
        return None, bool(qualified)
    return _guess_in(scope, names[0])


def _list_qualified(scope: QueryScope, names: Sequence[str]) -> list[tuple[int, Relation]]:
    """Return the items whose name ``names`` begins with, and of how many parts it is."""
    lower = tuple(name.lower() for name in names)
    return [
        (count, item.relation)
        for count in range(min(len(names) - 1, 3), 0, -1)
        for item in scope.items
        if item.path[-count:] == lower[:count]
    ]


def _list_longer(scope: QueryScope, names: Sequence[str]) -> list[tuple[int, Relation]]:
    """Return the tables that ``names`` calls by more parts than FROM does: ``FROM t``, ``db.t``."""
    lower = tuple(name.lower() for name in names)
    return [
        (count, item.relation)
        for count in range(min(len(names) - 1, 3), 1, -1)
        for item in scope.items
        if item.has_own_name and lower[:count][-len(item.path) :] == item.path
    ]


def _guess_in(scope: QueryScope, name: str) -> tuple[Field | None, bool]:
    """Return the column of the one table that may have it."""
    for item in scope.items:  # LATERAL VIEW f(x) t: the value may be called as the view
        if item.relation.every is not None and item.path == (name.lower(),):
            return Field(name, item.relation.every), True
    candidates = [item.relation for item in scope.items if not item.relation.exact]
    return (_guess(candidates, name), True) if candidates else (None, False)


def _find_unqualified(scope: QueryScope, name: str) -> Field | None:
    lower = name.lower()
    if scope.merged and lower in scope.merged:
        return scope.merged[lower]
    for item in scope.items:
        found = item.relation.find_lower(lower)
        if found is not None:
            return found
    return scope.aliases.find_lower(lower) if scope.aliases is not None else None


def is_lateral_alias(scope: QueryScope, name: str) -> bool:
    """Tell whether a name means an earlier column of the same SELECT, and none of a table."""
    if scope.aliases is None or scope.aliases.find_named(name) is None:
        return False
    return name.lower() not in scope.merged and all(
        item.relation.find_named(name) is None for item in scope.items
    )


def has_named(scope: QueryScope, name: str) -> bool:
    """Tell whether a column of this name is surely there, in this scope or one around it."""
    now: QueryScope | None = scope
    while now is not None:
        if _find_unqualified(now, name) is not None:
            return True
        now = now.parent
    return False


def _guess(candidates: Sequence[Relation], name: str) -> Field | None:
    return candidates[0].find(name) if len(candidates) == 1 else None


def _find_members(found: Field, names: Sequence[str], find_member: MemberFinder) -> Field | None:
    member: Field | None = found
    for name in names:
        if member is None:
            return None
        member = find_member(member, name)
    return member


def merge_columns(scope: QueryScope, names: Sequence[str], side: str) -> None:
    """Merge the columns of the last item with those before it, as JOIN … USING does.

    The value is the left one, in a RIGHT JOIN the right one, in a FULL JOIN whichever is there.
    """
    *before, last = scope.items
    merged: dict[str, Field] = {}
    for name in names:
        left = scope.merged.get(name.lower()) or _find_left(before, name)
        right = last.relation.find(name)
        if side == "RIGHT":
            found = right
        elif side == "FULL":
            both = [item.change("", TRANSFORMED) for item in (left, right) if item]
            found = merge_fields("", both)
        elif left is None and not side:  # the sides are equal, and the right one is known
            found = right
        else:
            found = left
        merged[name.lower()] = (found or Field(name, None)).rename(name)
    scope.merged = {
        **merged,
        **{key: old for key, old in scope.merged.items() if key not in merged},
    }


def _find_left(items: Sequence[Item], name: str) -> Field | None:
    seen = [item for item in items if not item.is_hidden]
    for item in seen:
        found = item.relation.find_named(name)
        if found is not None:
            return found
    candidates = [item.relation for item in seen if not item.relation.exact]
    return _guess(candidates, name)


def list_common_names(scope: QueryScope) -> list[str]:
    """Return the columns that the last item shares with those before it, for NATURAL JOIN."""
    *before, last = scope.items
    seen = set(scope.merged)
    for item in before:
        if not item.is_hidden:
            seen.update(each.name.lower() for each in item.relation.fields)
    return [each.name for each in last.relation.fields if each.name.lower() in seen]


def expand_star(scope: QueryScope) -> Relation:
    """Return all columns of all items; those of JOIN … USING once, and first."""
    result = Relation(list(scope.merged.values()))
    for item in scope.items:
        if not item.is_hidden:
            result.extend(item.relation, set(scope.merged))
    return result
