"""Statements by chance: valid ones for the most part, of the tables of this harness."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from truth.cases import Case

Column = tuple[str, str]
"""A name and a coarse type: int, num, str, date, time, tags, items, map, ship, struct."""

TABLES: dict[str, list[Column]] = {
    "lab.orders": [
        ("order_id", "int"),
        ("customer_id", "int"),
        ("order_date", "date"),
        ("status", "str"),
        ("amount", "num"),
        ("currency", "str"),
        ("region", "str"),
        ("items", "items"),
        ("attrs", "map"),
        ("ship", "ship"),
        ("tags", "tags"),
    ],
    "lab.customers": [
        ("customer_id", "int"),
        ("name", "str"),
        ("email", "str"),
        ("region", "str"),
        ("created", "time"),
        ("segment", "str"),
    ],
    "lab.returns": [
        ("order_id", "int"),
        ("returned", "date"),
        ("reason", "str"),
        ("refund", "num"),
    ],
    "lab.fx": [("currency", "str"), ("rate", "num"), ("day", "date")],
    "lab.employees": [("id", "int"), ("manager_id", "int"), ("name", "str"), ("salary", "num")],
    "lab.quarterly": [("id", "int"), *((f"q{at}", "int") for at in range(1, 5))],
    "lab.flat": [("a", "str"), ("b", "str"), ("c", "str")],
    "lab.flat2": [("c", "str"), ("b", "str"), ("a", "str")],
    "lab2.customers": [("customer_id", "int"), ("nick", "str"), ("region", "str")],
    "db.src": [("id", "int"), ("name", "str"), ("amount", "num"), ("updated", "time")],
}
_PLAIN = ("int", "num", "str", "date")


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


class Generator:
    """Makes statements of one seed."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)  # noqa: S311 - for variety, no secret
        self.features: set[str] = set()
        self._count = 0
        self._ctes: list[tuple[str, list[Column]]] = []

    def statement(self) -> Case:
        """Return a query or an INSERT."""
        self.features = set()
        self._count, self._ctes = 0, []
        query = self.query(self.chance.choice((1, 2, 2, 3)))
        kind = "random: " + ", ".join(sorted(self.features)[:4])
        if self.chance.random() < 0.1 and len(query.columns) >= 3:  # noqa: PLR2004
            picked = ", ".join(f"`{name}`" for name, _ in self.chance.sample(query.columns, 3))
            text = f"INSERT INTO lab.flat SELECT {picked} FROM ({query.text})"
            return Case(kind, "statement", text)
        return Case(kind, "query", query.text)

    def query(self, depth: int) -> Query:
        """Return a query; a deeper one has more within."""
        roll = self.chance.random()
        if depth > 1 and roll < 0.18:
            return self.with_cte(depth)
        if depth > 1 and roll < 0.32:
            return self.set_operation(depth)
        if roll < 0.38:
            return self.pivot(depth)
        if roll < 0.43:
            return self.unpivot()
        return self.select(depth)

    def with_cte(self, depth: int) -> Query:
        self.features.add("cte")
        name = self.new("w")
        inner = self.query(depth - 1)
        before = list(self._ctes)
        if self.chance.random() < 0.3 and inner.columns:
            self.features.add("cte columns")
            columns = [(f"{name}_{at}", kind) for at, (_, kind) in enumerate(inner.columns)]
            head = f"{name} ({', '.join(column for column, _ in columns)})"
        else:
            columns, head = inner.columns, name
        self._ctes.append((name, columns))
        outer = self.select(depth - 1)
        self._ctes = before
        return Query(f"WITH {head} AS ({inner.text}) {outer.text}", outer.columns)

    def set_operation(self, depth: int) -> Query:
        left = self.select(depth - 1)
        plain = [column for column in left.columns if column[1] in _PLAIN]
        if not plain:
            return left
        width = self.chance.randint(1, min(3, len(plain)))
        kept = self.chance.sample(plain, width)
        right = self.select(depth - 1, wanted=[kind for _, kind in kept])
        word = self.chance.choice(("UNION ALL", "UNION", "EXCEPT", "INTERSECT", "UNION ALL"))
        self.features.add(word.split()[0].lower())
        names = ", ".join(f"`{name}`" for name, _ in kept)
        return Query(f"SELECT {names} FROM ({left.text}) {word} ({right.text})", kept)

    def pivot(self, depth: int) -> Query:
        self.features.add("pivot")
        keys = self.chance.sample(["customer_id", "region", "status"], self.chance.randint(1, 2))
        inner = f"SELECT {', '.join(keys)}, currency AS cur, amount FROM lab.orders"
        several = self.chance.random() < 0.4
        made = "sum(amount) AS s, max(amount) AS m" if several else "sum(amount)"
        names = ["eur_s", "eur_m", "usd_s", "usd_m"] if several else ["eur", "usd"]
        text = f"SELECT * FROM ({inner}) PIVOT ({made} FOR cur IN ('EUR' AS eur, 'USD' AS usd))"
        kinds = {"customer_id": "int", "region": "str", "status": "str"}
        columns = [(key, kinds[key]) for key in keys] + [(name, "num") for name in names]
        return self.wrap(Query(text, columns)) if depth > 1 else Query(text, columns)

    def unpivot(self) -> Query:
        self.features.add("unpivot")
        picked = self.chance.sample(["q1", "q2", "q3", "q4"], 2)
        rest = [column for column in TABLES["lab.quarterly"] if column[0] not in picked]
        text = f"SELECT * FROM lab.quarterly UNPIVOT (v FOR q IN ({', '.join(picked)}))"
        return Query(text, [*rest, ("q", "str"), ("v", "int")])

    def wrap(self, query: Query) -> Query:
        alias = self.new("p")
        kept = self.chance.sample(query.columns, self.chance.randint(1, len(query.columns)))
        names = ", ".join(f"{alias}.`{name}`" for name, _ in kept)
        return Query(f"SELECT {names} FROM ({query.text}) AS {alias}", kept)

    def select(self, depth: int, wanted: list[str] | None = None) -> Query:
        """Return SELECT … FROM …; ``wanted`` are the types of its columns."""
        sources, text = self.from_clause(depth)
        where = f" WHERE {self.condition(sources, depth)}" if self.chance.random() < 0.4 else ""
        text += where
        if wanted is None and self.chance.random() < 0.25:
            return self.grouped(sources, text)
        items: list[str] = []
        columns: list[Column] = []
        kinds = wanted or [""] * self.chance.randint(1, 5)
        for kind in kinds:
            expression, made = self.expression(sources, kind, depth)
            name = self.new("c")
            bare = expression.replace("`", "").rpartition(".")[2]
            if wanted is None and self.chance.random() < 0.3 and bare.isidentifier():
                if bare in {column for column, _ in columns}:
                    continue
                name = bare
                items.append(expression)
            else:
                items.append(f"{expression} AS {name}")
            columns.append((name, made))
        if wanted is None:
            self.add_star(sources, items, columns)
        word = "DISTINCT " if self.chance.random() < 0.05 and self.are_plain(columns) else ""
        return Query(f"SELECT {word}{', '.join(items)} FROM {text}", columns)

    def add_star(self, sources: list[Source], items: list[str], columns: list[Column]) -> None:
        roll = self.chance.random()
        taken = {name for name, _ in columns}
        source = self.chance.choice([one for one in sources if one.alias])
        if roll < 0.12 and not taken & {name for name, _ in source.columns}:
            self.features.add("star")
            items.append(f"{source.alias}.*")
            columns += source.columns
        elif roll < 0.2 and len(source.columns) > 2:  # noqa: PLR2004
            gone = self.chance.choice(source.columns)
            rest = [column for column in source.columns if column != gone]
            if not taken & {name for name, _ in rest}:
                self.features.add("star except")
                items.append(f"{source.alias}.* EXCEPT (`{gone[0]}`)")
                columns += rest
        elif roll < 0.26:
            ships = [(s, c) for s in sources for c, kind in s.columns if kind == "ship"]
            if ships and not taken & {"city", "zip", "geo"}:
                self.features.add("struct star")
                items.append(f"{ships[0][0].alias}.`{ships[0][1]}`.*")
                columns += [("city", "str"), ("zip", "str"), ("geo", "struct")]

    def grouped(self, sources: list[Source], text: str) -> Query:
        self.features.add("group")
        keys = [self.column(sources, kind) for kind in self.chance.sample(_PLAIN, 2)]
        keys = [key for key in keys if key[0]][: self.chance.randint(1, 2)]
        items, columns, groups = [], [], []
        for expression, kind in keys:
            name = self.new("k")
            items.append(f"{expression} AS {name}")
            columns.append((name, kind))
            groups.append(expression)
        for _ in range(self.chance.randint(1, 3)):
            expression, kind = self.aggregate(sources)
            name = self.new("g")
            items.append(f"{expression} AS {name}")
            columns.append((name, kind))
        if not groups:
            by = ""
        elif self.chance.random() < 0.15:
            self.features.add("rollup")
            by = f" GROUP BY ROLLUP ({', '.join(groups)})"
        else:
            by = f" GROUP BY {', '.join(groups)}"
        having = " HAVING count(*) > 1" if self.chance.random() < 0.2 else ""
        return Query(f"SELECT {', '.join(items)} FROM {text}{by}{having}", columns)

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
        if self._ctes and self.chance.random() < 0.6:
            name, columns = self.chance.choice(self._ctes)
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
            if left.count(name) == 1 and kind in {"int", "str"} and self.same_kind(sources, name, kind)
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
                (f"posexplode({tags}) {alias} AS {name}p, {name}", [(f"{name}p", "int"), (name, "str")])
            )
        if items:
            columns = [(f"{name}s", "str"), (f"{name}q", "int"), (f"{name}p", "num")]
            names = ", ".join(column for column, _ in columns)
            options.append((f"inline({items}) {alias} AS {names}", columns))
        if attrs:
            options.append(
                (f"explode({attrs}) {alias} AS {name}k, {name}v", [(f"{name}k", "str"), (f"{name}v", "str")])
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

    def column(self, sources: list[Source], kind: str) -> tuple[str, str]:
        """Return a column of a type, by its alias or, where that is clear, without."""
        found = [
            (source.alias, name) for source in sources for name, made in source.columns if made == kind
        ]
        if not found:
            return "", kind
        alias, name = self.chance.choice(found)
        count = sum(name == other for source in sources for other, _ in source.columns)
        if not alias or (count == 1 and self.chance.random() < 0.4):
            return f"`{name}`" if name == "order" else name, kind
        return f"{alias}.{name}", kind

    def expression(self, sources: list[Source], kind: str, depth: int) -> Column:
        """Return an expression and its type."""
        kind = kind or self.chance.choice(("int", "num", "str", "str", "date", "ship", "tags", "map"))
        roll = self.chance.random()
        base, _ = self.column(sources, kind)
        if not base:
            return {"int": ("1", "int"), "num": ("1.5", "num"), "date": ("current_date()", "date")}.get(
                kind, ("'x'", "str")
            )
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
            return self.windowed(sources, base), "num" if kind in {"int", "num"} else kind
        if roll < 0.66 and depth > 0:
            return self.scalar(sources, kind)
        return self.function(sources, base, kind), kind

    def function(self, sources: list[Source], base: str, kind: str) -> str:
        other, _ = self.column(sources, kind)
        items, _ = self.column(sources, "items")
        tags, _ = self.column(sources, "tags")
        options = {
            "int": [f"{base} + {other}", f"coalesce({base}, {other})", f"if({base} > 1, {other}, 0)"],
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

    def windowed(self, sources: list[Source], base: str) -> str:
        self.features.add("window")
        by, _ = self.column(sources, "str")
        order, _ = self.column(sources, "int")
        spec = (f"PARTITION BY {by} " if by else "") + f"ORDER BY {order or base}"
        function = self.chance.choice(("max", "first_value", "lag"))
        return f"{function}({base}) OVER ({spec})"

    def scalar(self, sources: list[Source], kind: str) -> Column:
        self.features.add("scalar subquery")
        table = self.chance.choice([name for name, cs in TABLES.items() if kind in dict(cs).values()])
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
            (f"sum({base})", f"count(DISTINCT {base})", f"sum(CASE WHEN {base} > 1 THEN {base} ELSE 0 END)")
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
        return all(kind in _PLAIN for _, kind in columns)

    def new(self, letter: str) -> str:
        self._count += 1
        return f"{letter}{self._count}"


def make_statements(seed: int, count: int) -> Iterator[Case]:
    """Yield statements; the same seed yields the same."""
    generator = Generator(seed)
    for _ in range(count):
        yield generator.statement()
