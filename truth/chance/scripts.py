"""DataFrame scripts by chance, of the tables of this harness."""

import random
from collections.abc import Callable, Iterator

from truth.cases import Case
from truth.chance.tables import TABLES, Column
from truth.corners import PROLOGUE

_TEXT, _NUMBER = {"str"}, {"int", "num"}


class ScriptGenerator:
    """Makes scripts of one seed: a chain of steps over one frame, with other frames beside it."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.lines: list[str] = []
        self.features: set[str] = set()
        self._count = 0

    def script(self) -> Case:
        """Return one script."""
        self.lines, self.features, self._count = [], set(), 0
        frame, columns = self.table()
        steps: list[Callable[[str, list[Column]], tuple[str, list[Column]]]] = [
            self.select,
            self.with_column,
            self.rename,
            self.drop,
            self.group,
            self.join,
            self.union,
            self.explode,
            self.window,
            self.loop,
            self.to_df,
            self.keep_rows,
            self.sql,
        ]
        for _ in range(self.chance.randint(2, 5)):
            frame, columns = self.chance.choice(steps)(frame, columns)
        self.lines.append(f'{frame}.write.saveAsTable("lab.z")')
        kind = "random script: " + ", ".join(sorted(self.features)[:4])
        return Case(kind, "script", PROLOGUE + "\n".join(self.lines) + "\n")

    def table(self) -> tuple[str, list[Column]]:
        name = self.chance.choice(list(TABLES))
        frame = self.new("t")
        self.lines.append(f'{frame} = spark.table("{name}")')
        return frame, list(TABLES[name])

    def select(self, frame: str, columns: list[Column]) -> tuple[str, list[Column]]:
        self.features.add("select")
        kept = self.chance.sample(columns, self.chance.randint(1, min(4, len(columns))))
        items = []
        made = []
        for name, kind in kept:
            new = self.new("c")
            form = self.chance.randint(0, 4)
            if form == 0:
                items.append(f'"{name}"')
                made.append((name, kind))
            elif form == 1:
                items.append(f'F.col("{name}").alias("{new}")')
                made.append((new, kind))
            elif form == 2 and kind == "str":
                items.append(f'F.upper({frame}["{name}"]).alias("{new}")')
                made.append((new, kind))
            elif form == 3 and kind in _NUMBER:
                items.append(f'F.expr("{name} * 2 AS {new}")')
                made.append((new, kind))
            else:
                items.append(f"{frame}.{name}")
                made.append((name, kind))
        return self.step(frame, f"select({', '.join(items)})"), made

    def with_column(self, frame: str, columns: list[Column]) -> tuple[str, list[Column]]:
        self.features.add("withColumn")
        name, kind = self.chance.choice(columns)
        other, _ = self.chance.choice([c for c in columns if c[1] == kind])
        new = name if self.chance.random() < 0.3 else self.new("c")
        if kind == "str":
            value = f'F.concat(F.col("{name}"), F.lit("-"), "{other}")'
        elif kind in _NUMBER:
            value = f'F.when(F.col("{name}") > 1, F.col("{other}")).otherwise(0)'
        else:
            value = f'F.coalesce("{name}", F.col("{other}"))'
        rest = columns if any(c[0] == new for c in columns) else [*columns, (new, kind)]
        return self.step(frame, f'withColumn("{new}", {value})'), rest

    def rename(self, frame: str, columns: list[Column]) -> tuple[str, list[Column]]:
        self.features.add("rename")
        name, _ = self.chance.choice(columns)
        new = self.new("r")
        made = [(new, kind) if other == name else (other, kind) for other, kind in columns]
        return self.step(frame, f'withColumnRenamed("{name}", "{new}")'), made

    def drop(self, frame: str, columns: list[Column]) -> tuple[str, list[Column]]:
        if len(columns) < 2:
            return frame, columns
        self.features.add("drop")
        name, _ = self.chance.choice(columns)
        how = f'"{name}"' if self.chance.random() < 0.6 else f"{frame}.{name}"
        return self.step(frame, f"drop({how})"), [c for c in columns if c[0] != name]

    def group(self, frame: str, columns: list[Column]) -> tuple[str, list[Column]]:
        keys = [c for c in columns if c[1] in {"str", "int", "date"}]
        values = [c for c in columns if c[1] in _NUMBER | _TEXT]
        if not keys or not values:
            return frame, columns
        self.features.add("group")
        key, value = self.chance.choice(keys), self.chance.choice(values)
        new = self.new("g")
        made = [key, (new, value[1])]
        if self.chance.random() < 0.3:
            text = f'groupBy("{key[0]}").agg(F.max("{value[0]}")).toDF("{key[0]}", "{new}")'
        else:
            other = self.new("g")
            made.append((other, "int"))
            text = (
                f'groupBy("{key[0]}").agg(F.max("{value[0]}").alias("{new}"),'
                f' F.count("*").alias("{other}"))'
            )
        return self.step(frame, text), made

    def join(self, frame: str, columns: list[Column]) -> tuple[str, list[Column]]:
        other, others = self.table()
        mine = {c for c in columns if c[1] in {"str", "int"}}
        shared = [c for c in others if c in mine]
        how = self.chance.choice(("inner", "left", "right", "outer", "left_semi", "left_anti"))
        self.features.add(f"join {how}")
        names = {name for name, _ in columns}
        if shared and self.chance.random() < 0.6:
            key = self.chance.choice(shared)
            kept = [c for c in others if c == key or c[0] not in names]
            text = ", ".join(f'"{name}"' for name, _ in kept)
            step = f'join({other}.select({text}), "{key[0]}", "{how}")'
            if how.startswith("left_"):
                return self.step(frame, step), columns
            rest = [c for c in columns if c != key] + [c for c in kept if c != key]
            return self.step(frame, step), [key, *rest]
        pairs = [(a, b) for a in columns for b in others if a[1] == b[1] and a[1] in {"str", "int"}]
        if not pairs:
            return frame, columns
        left, right = self.chance.choice(pairs)
        step = f'join({other}, {frame}["{left[0]}"] == {other}.{right[0]}, "{how}")'
        if how.startswith("left_"):
            return self.step(frame, step), columns
        joined = self.step(frame, step)
        wanted = [f'{frame}["{name}"]' for name, _ in columns]
        more = [c for c in others if c[0] not in names]
        wanted += [f'{other}["{name}"]' for name, _ in more]
        return self.step(joined, f"select({', '.join(wanted)})"), [*columns, *more]

    def union(self, frame: str, columns: list[Column]) -> tuple[str, list[Column]]:
        plain = [c for c in columns if c[1] in {"str", "int"}][:2]
        other, others = self.table()
        picked = []
        for _, kind in plain:
            found = [c for c in others if c[1] == kind and c not in picked]
            if not found:
                return frame, columns
            picked.append(self.chance.choice(found))
        if not plain:
            return frame, columns
        self.features.add("union")
        left = ", ".join(f'"{name}"' for name, _ in plain)
        if self.chance.random() < 0.5:
            right = ", ".join(f'"{name}"' for name, _ in picked)
            step = f"select({left}).union({other}.select({right}))"
        else:
            renamed = [
                f'F.col("{b[0]}").alias("{a[0]}")' for a, b in zip(plain, picked, strict=True)
            ]
            step = f"select({left}).unionByName({other}.select({', '.join(reversed(renamed))}))"
        return self.step(frame, step), plain

    def explode(self, frame: str, columns: list[Column]) -> tuple[str, list[Column]]:
        tags = [name for name, kind in columns if kind == "tags"]
        if not tags:
            return frame, columns
        self.features.add("explode")
        new = self.new("e")
        return self.step(frame, f'withColumn("{new}", F.explode("{tags[0]}"))'), [
            *columns,
            (new, "str"),
        ]

    def window(self, frame: str, columns: list[Column]) -> tuple[str, list[Column]]:
        numbers = [name for name, kind in columns if kind in _NUMBER]
        texts = [name for name, kind in columns if kind == "str"]
        if not numbers or not texts:
            return frame, columns
        self.features.add("window")
        new, spec = self.new("w"), self.new("s")
        by, value = self.chance.choice(texts), self.chance.choice(numbers)
        self.lines.append(f'{spec} = Window.partitionBy("{by}").orderBy("{value}")')
        made = self.chance.choice((f'F.lag("{value}")', f'F.sum("{value}")', "F.row_number()"))
        return self.step(frame, f'withColumn("{new}", {made}.over({spec}))'), [
            *columns,
            (new, "num"),
        ]

    def loop(self, frame: str, columns: list[Column]) -> tuple[str, list[Column]]:
        self.features.add("loop")
        new = self.new("t")
        texts = [name for name, kind in columns if kind == "str"]
        if self.chance.random() < 0.5 and texts:
            gone = self.chance.choice(texts)
            self.lines.append(
                f'{new} = {frame}.select([F.col(c) for c in {frame}.columns if c != "{gone}"])'
            )
            made = [c for c in columns if c[0] != gone]
            return (new, made) if made else (frame, columns)
        self.lines += [f"{new} = {frame}", f"for name in {texts[:2]!r}:"]
        self.lines.append(f"    {new} = {new}.withColumn(name, F.trim(F.col(name)))")
        return new, columns

    def to_df(self, frame: str, columns: list[Column]) -> tuple[str, list[Column]]:
        self.features.add("toDF")
        made = [(self.new("d"), kind) for _, kind in columns]
        names = ", ".join(f'"{name}"' for name, _ in made)
        return self.step(frame, f"toDF({names})"), made

    def keep_rows(self, frame: str, columns: list[Column]) -> tuple[str, list[Column]]:
        name, _ = self.chance.choice(columns)
        step = self.chance.choice(
            (f'filter(F.col("{name}").isNotNull())', f'where("{name} IS NOT NULL")', "limit(5)")
        )
        return self.step(frame, step), columns

    def sql(self, frame: str, columns: list[Column]) -> tuple[str, list[Column]]:
        self.features.add("sql")
        view, new = self.new("v"), self.new("t")
        kept = self.chance.sample(columns, self.chance.randint(1, min(3, len(columns))))
        names = ", ".join(f"`{name}`" for name, _ in kept)
        self.lines.append(f'{frame}.createOrReplaceTempView("{view}")')
        self.lines.append(f'{new} = spark.sql("SELECT {names} FROM {view}")')
        return new, kept

    def step(self, frame: str, call: str) -> str:
        new = self.new("t")
        self.lines.append(f"{new} = {frame}.{call}")
        return new

    def new(self, letter: str) -> str:
        self._count += 1
        return f"{letter}{self._count}"


def make_scripts(seed: int, count: int) -> Iterator[Case]:
    """Yield scripts; the same seed yields the same."""
    generator = ScriptGenerator(seed)
    for _ in range(count):
        yield generator.script()
