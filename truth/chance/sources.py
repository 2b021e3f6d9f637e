"""FROM clauses by chance."""

from abc import ABC, abstractmethod

from truth.chance.tables import TABLES
from truth.chance.terms import Query, Source, Terms


class Sources(Terms, ABC):
    """Makes tables, subqueries and joins."""

    @abstractmethod
    def query(self, depth: int) -> Query:
        """Return a query; a deeper one has more within."""

    def from_clause(self, depth: int) -> tuple[list[Source], str]:
        first = self.source(depth)
        sources, text = [first], first.text
        for _ in range(self.chance.choice((0, 0, 1, 1, 2))):
            other = self.source(depth)
            text += self.join(sources, other)
        if self.chance.random() < 0.2:
            text += self.lateral_view(sources)
        if self.chance.random() < 0.08:
            text += self.lateral_subquery(sources)
        return sources, text

    def source(self, depth: int) -> Source:
        alias = self.new("t")
        if self.ctes and self.chance.random() < 0.6:
            name, columns = self.chance.choice(self.ctes)
            return Source(f"{name} AS {alias}", alias, list(columns))
        if depth > 1 and self.chance.random() < 0.3:
            self.features.add("subquery")
            query = self.query(depth - 1)
            return Source(f"({query.text}) AS {alias}", alias, list(query.columns))
        table = self.chance.choice(list(TABLES))
        return Source(f"{table} AS {alias}", alias, list(TABLES[table]))

    def join(self, sources: list[Source], other: Source) -> str:
        """Join one more; USING and NATURAL merge columns, which go by no alias thereafter."""
        left = [name for source in sources for name, _ in source.columns]
        shared = [
            name
            for name, kind in other.columns
            if left.count(name) == 1
            and kind in {"int", "str"}
            and self.same_kind(sources, name, kind)
        ]
        word = self.chance.choice(("JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"))
        if shared and self.chance.random() < 0.5:
            key = self.chance.choice(shared)
            self.features.add(f"{word.lower()} using")
            sources.append(Source("", other.alias, [c for c in other.columns if c[0] != key]))
            owner = next(s for s in sources if key in {name for name, _ in s.columns})
            kind = dict(owner.columns)[key]
            owner.columns = [c for c in owner.columns if c[0] != key]
            sources.append(Source("", "", [(key, kind)]))
            return f" {word} {other.text} USING (`{key}`)"
        if self.chance.random() < 0.12:
            words = self.chance.choice(("LEFT SEMI JOIN", "LEFT ANTI JOIN"))
            self.features.add(words.split()[1].lower())
            return f" {words} {other.text} ON {self.equality(sources, other)}"
        condition = self.equality(sources, other)
        sources.append(other)
        if self.chance.random() < 0.1:
            return f" CROSS JOIN {other.text}"
        return f" {word} {other.text} ON {condition}"

    def same_kind(self, sources: list[Source], name: str, kind: str) -> bool:
        return any((name, kind) in source.columns for source in sources if source.alias)

    def equality(self, sources: list[Source], other: Source) -> str:
        for kind in self.chance.sample(("int", "str"), 2):
            left, _ = self.column(sources, kind)
            right, _ = self.column([other], kind)
            if left and right:
                return f"{left} = {right}"
        return "1 = 1"

    def lateral_view(self, sources: list[Source]) -> str:
        self.features.add("lateral view")
        alias, name = self.new("l"), self.new("e")
        tags, _ = self.column(sources, "tags")
        items, _ = self.column(sources, "items")
        attrs, _ = self.column(sources, "map")
        text, _ = self.column(sources, "str")
        options = []
        if tags:
            options.append((f"explode({tags}) {alias} AS {name}", [(name, "str")]))
            options.append(
                (
                    f"posexplode({tags}) {alias} AS {name}p, {name}",
                    [(f"{name}p", "int"), (name, "str")],
                )
            )
        if items:
            columns = [(f"{name}s", "str"), (f"{name}q", "int"), (f"{name}p", "num")]
            names = ", ".join(column for column, _ in columns)
            options.append((f"inline({items}) {alias} AS {names}", columns))
        if attrs:
            options.append(
                (
                    f"explode({attrs}) {alias} AS {name}k, {name}v",
                    [(f"{name}k", "str"), (f"{name}v", "str")],
                )
            )
        if text:
            options.append((f"explode(split({text}, ',')) {alias} AS {name}", [(name, "str")]))
        if not options:
            return ""
        made, columns = self.chance.choice(options)
        sources.append(Source("", alias, columns))
        return f" LATERAL VIEW {'OUTER ' if self.chance.random() < 0.3 else ''}{made}"

    def lateral_subquery(self, sources: list[Source]) -> str:
        key, _ = self.column(sources, "int")
        if not key:
            return ""
        self.features.add("lateral join")
        alias, name = self.new("j"), self.new("m")
        sources.append(Source("", alias, [(name, "str")]))
        return (
            f" CROSS JOIN LATERAL (SELECT max(z.name) AS {name} FROM lab.customers z"
            f" WHERE z.customer_id = {key}) AS {alias}"
        )
