"""Queries by chance put into other forms: pipes, structs, aliases, USING, QUALIFY."""

from collections.abc import Callable

from truth.chance.tables import PAIRS
from truth.chance.terms import Query, Terms

Dress = Callable[[Terms, Query], Query]


def dress(terms: Terms, query: Query) -> Query:
    """Return the query, or one that reads it in another form."""
    if terms.chance.random() < 0.5 or len(query.columns) < 2:
        return query
    name, form = terms.chance.choice(list(_FORMS.items()))
    terms.features.add(name)
    return form(terms, query)


def _pipe(terms: Terms, query: Query) -> Query:
    name, _ = terms.chance.choice(query.columns)
    new = terms.new("x")
    text = f"FROM ({query.text}) AS f |> EXTEND f.`{name}` AS {new} |> WHERE {new} IS NOT NULL"
    if terms.chance.random() < 0.5:
        return Query(f"{text} |> DROP `{name}`", query.columns)
    return Query(f"{text} |> SELECT {new}, `{name}`", query.columns)


def _alias_columns(terms: Terms, query: Query) -> Query:
    made = [terms.new("a") for _ in query.columns]
    columns = [(new, kind) for new, (_, kind) in zip(made, query.columns, strict=True)]
    return Query(f"SELECT * FROM ({query.text}) AS al ({', '.join(made)})", columns)


def _struct(terms: Terms, query: Query) -> Query:
    last = len(query.columns) - 1
    packed = ", ".join(f"`{name}` AS p{at}" for at, (name, _) in enumerate(query.columns))
    take = terms.chance.choice(("s.*", f"s.p{last} AS z, s.p0"))
    return Query(f"SELECT {take} FROM (SELECT struct({packed}) AS s FROM ({query.text}))", [])


def _implicit_names(terms: Terms, query: Query) -> Query:
    items = []
    for name, kind in query.columns:
        column = f"`{name}`"
        forms = {
            "int": (f"{column} + 1", f"({column} * 2)", f"abs({column})"),
            "num": (f"{column} / 2", f"round({column}, 1)", f"-{column}"),
            "str": (f"upper({column})", f"concat({column}, 'x')", f"{column} IS NULL"),
        }
        items.append(terms.chance.choice(forms.get(kind, (column,))))
    return Query(f"SELECT {', '.join(items)} FROM ({query.text})", [])


def _lateral_alias(terms: Terms, query: Query) -> Query:
    name, _ = terms.chance.choice(query.columns)
    return Query(f"SELECT `{name}` AS la, la AS lb, `{name}` AS lc FROM ({query.text})", [])


def _using(terms: Terms, _query: Query) -> Query:
    word = terms.chance.choice(("JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"))
    left, right, key = terms.chance.choice(PAIRS)
    items = terms.chance.choice(("*", f"l.*, r.{key} AS rk", f"{key}, l.{key} AS lk", "r.*"))
    how = f"USING ({key})"
    if terms.chance.random() < 0.3:
        word, how = f"NATURAL {word}", ""
    return Query(f"SELECT {items} FROM {left} l {word} {right} r {how}".rstrip(), [])


def _qualify(terms: Terms, query: Query) -> Query:
    (name, _), (order, _) = terms.chance.sample(query.columns, 2)
    made = f"row_number() OVER (ORDER BY `{order}`) AS rn"
    return Query(f"SELECT `{name}`, {made} FROM ({query.text}) QUALIFY rn = 1", [])


def _gather(terms: Terms, query: Query) -> Query:
    key, _ = query.columns[0]
    name, _ = terms.chance.choice(query.columns)
    items = ", ".join(f"`{column}`" for column, _ in query.columns)
    gathered = f"SELECT `{key}` AS k, collect_list(struct({items})) AS l FROM ({query.text})"
    taken = f"SELECT k, e.`{name}` AS v FROM ({gathered} GROUP BY 1)"
    return Query(f"{taken} LATERAL VIEW explode(l) x AS e", [])


_FORMS: dict[str, Dress] = {
    "pipe": _pipe,
    "alias columns": _alias_columns,
    "struct": _struct,
    "implicit names": _implicit_names,
    "lateral alias": _lateral_alias,
    "using": _using,
    "qualify": _qualify,
    "gather": _gather,
}
