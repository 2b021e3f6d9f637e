"""Statements by chance."""

from collections.abc import Iterator

from truth.cases import Case
from truth.chance.dress import dress
from truth.chance.sources import Sources
from truth.chance.tables import PLAIN, TABLES, Column
from truth.chance.terms import Query, Source


class Generator(Sources):
    """Makes statements of one seed."""

    def statement(self) -> Case:
        """Return a query or an INSERT."""
        self.features = set()
        self.count, self.ctes = 0, []
        query = dress(self, self.query(self.chance.choice((1, 2, 2, 3))))
        kind = "random: " + ", ".join(sorted(self.features)[:4])
        texts = [column for column in query.columns if column[1] == "str"]
        if self.chance.random() < 0.1 and len(texts) >= 3:
            picked = ", ".join(f"`{name}`" for name, _ in self.chance.sample(texts, 3))
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
        before = list(self.ctes)
        if self.chance.random() < 0.3 and inner.columns:
            self.features.add("cte columns")
            columns = [(f"{name}_{at}", kind) for at, (_, kind) in enumerate(inner.columns)]
            head = f"{name} ({', '.join(column for column, _ in columns)})"
        else:
            columns, head = inner.columns, name
        self.ctes.append((name, columns))
        outer = self.select(depth - 1)
        self.ctes = before
        return Query(f"WITH {head} AS ({inner.text}) {outer.text}", outer.columns)

    def set_operation(self, depth: int) -> Query:
        left = self.select(depth - 1)
        plain = [column for column in left.columns if column[1] in PLAIN]
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
            return self.make_grouped_query(sources, text)
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
        elif roll < 0.2 and len(source.columns) > 2:
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

    def make_grouped_query(self, sources: list[Source], text: str) -> Query:
        self.features.add("group")
        keys = [self.column(sources, kind) for kind in self.chance.sample(PLAIN, 2)]
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


def make_statements(seed: int, count: int) -> Iterator[Case]:
    """Yield statements; the same seed yields the same."""
    generator = Generator(seed)
    for _ in range(count):
        yield generator.statement()
