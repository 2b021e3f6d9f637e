"""Expressions by chance."""

import random
from dataclasses import dataclass

from truth.chance.tables import PLAIN, TABLES, Column


@dataclass(slots=True)
class Query:
    """A query with its columns; ``tops`` tells which features it uses."""

    text: str
    columns: list[Column]


@dataclass(slots=True)
class Source:
    """What stands in FROM: its columns are reached by its alias, or without where unique."""

    text: str
    alias: str
    columns: list[Column]


class Terms:
    """Makes expressions over the columns of sources."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.features: set[str] = set()
        self.count = 0
        self.ctes: list[tuple[str, list[Column]]] = []

    def column(self, sources: list[Source], kind: str) -> tuple[str, str]:
        """Return a column of a type, by its alias or, where that is clear, without."""
        found = [
            (source.alias, name)
            for source in sources
            for name, made in source.columns
            if made == kind
        ]
        if not found:
            return "", kind
        alias, name = self.chance.choice(found)
        count = sum(name == other for source in sources for other, _ in source.columns)
        if not alias or (count == 1 and self.chance.random() < 0.4):
            return f"`{name}`" if name == "order" else name, kind
        return f"{alias}.{name}", kind

    def expression(self, sources: list[Source], kind: str, depth: int) -> Column:  # noqa: PLR0911
        """Return an expression and its type."""
        kind = kind or self.chance.choice(
            ("int", "num", "str", "str", "date", "ship", "tags", "map")
        )
        roll = self.chance.random()
        base, _ = self.column(sources, kind)
        if not base:
            return {
                "int": ("1", "int"),
                "num": ("1.5", "num"),
                "date": ("current_date()", "date"),
            }.get(kind, ("'x'", "str"))
        if roll < 0.4 or kind in {"tags", "map"}:
            return base, kind
        if kind == "ship":
            return (f"{base}.city", "str") if roll < 0.8 else (f"{base}.geo", "struct")
        if roll < 0.5:
            self.features.add("case")
            test = self.condition(sources, 0)
            other, _ = self.column(sources, kind)
            return f"CASE WHEN {test} THEN {base} ELSE {other} END", kind
        if roll < 0.6:
            return self.make_window(sources, base), "num" if kind in {"int", "num"} else kind
        if roll < 0.66 and depth > 0:
            return self.scalar(sources, kind)
        return self.function(sources, base, kind), kind

    def function(self, sources: list[Source], base: str, kind: str) -> str:
        other, _ = self.column(sources, kind)
        items, _ = self.column(sources, "items")
        tags, _ = self.column(sources, "tags")
        options = {
            "int": [
                f"{base} + {other}",
                f"coalesce({base}, {other})",
                f"if({base} > 1, {other}, 0)",
            ],
            "num": [f"{base} * {other}", f"round({base}, 1)", f"greatest({base}, {other})"],
            "str": [
                f"concat({base}, '-', {other})",
                f"upper({base})",
                f"nvl({base}, {other})",
                f"md5({base})",
                f"named_struct('x', {base}, 'y', {other}).y",
            ],
            "date": [f"date_add({base}, 1)", f"coalesce({base}, {other})"],
        }[kind]
        if kind == "str" and tags:
            self.features.add("lambda")
            options += [f"concat_ws(',', transform({tags}, v -> concat(v, {base})))", f"{tags}[0]"]
        if kind == "num" and items:
            self.features.add("lambda")
            options.append(f"aggregate({items}, 0D, (x, i) -> x + i.qty * {base})")
        return self.chance.choice(options)

    def make_window(self, sources: list[Source], base: str) -> str:
        self.features.add("window")
        by, _ = self.column(sources, "str")
        order, _ = self.column(sources, "int")
        spec = (f"PARTITION BY {by} " if by else "") + f"ORDER BY {order or base}"
        function = self.chance.choice(("max", "first_value", "lag"))
        return f"{function}({base}) OVER ({spec})"

    def scalar(self, sources: list[Source], kind: str) -> Column:
        self.features.add("scalar subquery")
        table = self.chance.choice(
            [name for name, cs in TABLES.items() if kind in dict(cs).values()]
        )
        alias = self.new("s")
        name = self.chance.choice([column for column, made in TABLES[table] if made == kind])
        link = ""
        for other, made in TABLES[table]:
            outer, _ = self.column([s for s in sources if s.alias], made)
            if outer and "." in outer and made in {"int", "str"}:
                self.features.add("correlated")
                link = f" WHERE {alias}.{other} = {outer}"
                break
        return f"(SELECT max({alias}.{name}) FROM {table} AS {alias}{link})", kind

    def aggregate(self, sources: list[Source]) -> Column:
        kind = self.chance.choice(("int", "num", "str"))
        base, _ = self.column(sources, kind)
        if not base:
            return "count(*)", "int"
        other, _ = self.column(sources, "str")
        if self.chance.random() < 0.2 and other:
            self.features.add("filter clause")
            return f"max({base}) FILTER (WHERE {other} = 'x')", kind
        if kind == "str":
            made = self.chance.choice((f"max({base})", f"min(upper({base}))", f"first({base})"))
            return made, kind
        made = self.chance.choice(
            (
                f"sum({base})",
                f"count(DISTINCT {base})",
                f"sum(CASE WHEN {base} > 1 THEN {base} ELSE 0 END)",
            )
        )
        return made, "num"

    def condition(self, sources: list[Source], depth: int) -> str:
        roll = self.chance.random()
        text, _ = self.column(sources, "str")
        number, _ = self.column(sources, "int")
        if depth > 0 and number and "." in number and roll < 0.3:
            self.features.add("exists")
            return f"EXISTS (SELECT 1 FROM lab.returns y WHERE y.order_id = {number})"
        if depth > 0 and number and roll < 0.5:
            self.features.add("in subquery")
            return f"{number} IN (SELECT customer_id FROM lab.customers)"
        if text and (roll < 0.8 or not number):
            return f"{text} LIKE 'a%'"
        return f"{number} > 3" if number else "TRUE"

    def are_plain(self, columns: list[Column]) -> bool:
        return all(kind in PLAIN for _, kind in columns)

    def new(self, letter: str) -> str:
        self.count += 1
        return f"{letter}{self.count}"
