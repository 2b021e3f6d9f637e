"""What lies beyond a limit is said with its number, and never an invented edge."""

import json

import pytest

from glueline_worker.lineage.graph.collapse import collapse
from glueline_worker.lineage.model import LineageContext
from glueline_worker.lineage.script import read_script
from glueline_worker.lineage.script.domain.items import UNROLL_LIMIT
from glueline_worker.lineage.sql import read_sql

NOTHING = LineageContext()
COPY = 'spark.table(f"raw.t{i}").write.saveAsTable(f"mart.m{i}")\n'
HEAD = "import json\nfrom concurrent.futures import ThreadPoolExecutor\n"
FUNCTION = f"def copy(i):\n    {COPY}"


def loops(items):
    """Each way to copy one table for each of ``items``, which is the text of a collection."""
    return {
        "for": f"for i in {items}:\n    {COPY}",
        "dict": f"for i, _ in {{x: 1 for x in {items}}}.items():\n    {COPY}",
        "comprehension": f"[{COPY.strip()} for i in {items}]\n",
        "executor": f"{FUNCTION}with ThreadPoolExecutor() as pool:\n    pool.map(copy, {items})\n",
        "map": f"{FUNCTION}list(map(copy, {items}))\n",
        "enumerate": f"for _, i in enumerate({items}):\n    {COPY}",
        "zip": f"for i, _ in zip({items}, {items}):\n    {COPY}",
        "list": f"for i in list({items}):\n    {COPY}",
    }


def read(script):
    return collapse(read_script(HEAD + script, NOTHING), NOTHING)


@pytest.mark.parametrize("way", loops("x"))
def test_a_loop_over_hundreds_of_tables_is_followed_to_its_end(way):
    for items in ("range(400)", f"json.loads('{json.dumps(list(range(400)))}')"):
        lineage = read(loops(items)[way])
        assert len(lineage.edges) == 400
        assert lineage.is_complete, lineage.gaps


@pytest.mark.parametrize("way", loops("x"))
def test_a_longer_loop_says_how_many_items_are_left_out(way, monkeypatch):
    monkeypatch.setattr("glueline_worker.lineage.script.domain.items.UNROLL_LIMIT", 20)
    lineage = read(loops("range(31)")[way])
    assert len(lineage.edges) == 20
    assert any("over 31 items" in gap and "11 are left out" in gap for gap in lineage.gaps)


def test_zip_goes_as_far_as_its_shortest():
    lineage = read(f"for i, _ in zip(range(3), range(10 * {UNROLL_LIMIT})):\n    {COPY}")
    assert len(lineage.edges) == 3
    assert lineage.is_complete


COUNTED = {
    "variable": f"i = 0\nwhile i < 400:\n    {COPY}    i += 1\n",
    "list": f"todo = list(range(400))\nwhile todo:\n    i = todo.pop()\n    {COPY}",
    "attribute": (
        "class Copier:\n    def __init__(self):\n        self.at = 0\n    def run(self):\n"
        f"        while self.at < 400:\n            i = self.at\n            {COPY}"
        "            self.at += 1\nCopier().run()\n"
    ),
}


@pytest.mark.parametrize("kind", COUNTED)
def test_a_while_loop_that_counts_is_followed_to_its_end(kind):
    lineage = read(COUNTED[kind])
    assert len(lineage.edges) == 400
    assert lineage.is_complete


def test_a_while_loop_that_waits_for_something_outside_has_no_gap():
    lineage = read(f"running = True\ni = 1\nwhile running:\n    {COPY}")
    assert len(lineage.edges) == 1
    assert lineage.is_complete


def test_a_long_query_is_read_to_its_end():
    names = ", ".join(f"'{n:06}'" for n in range(12_000))
    query = f"INSERT INTO mart.a SELECT * FROM raw.b WHERE id IN ({names}) AND x IN (TABLE raw.c)"
    assert len(query) > 100_000
    lineage = read(f'spark.sql("""{query}""")\n')
    assert {edge.downstream.name for edge in lineage.edges} == {"table/mart/a"}
    assert "table/raw/b" in [dataset.name for dataset in lineage.inputs]


def test_sql_beyond_the_limit_is_counted_and_no_name_is_cut(monkeypatch):
    monkeypatch.setattr("glueline_worker.lineage.sql.reader._MAX_TEXT", 40)
    text = "INSERT INTO a SELECT * FROM b; INSERT INTO cccccccccc SELECT * FROM d"
    found = read_sql(text)
    assert [statement.write for statement in found.statements if statement.write] == [("a",)]
    assert "26 of 69 characters of the SQL were not read" in found.gaps[-1] or found.gaps
    assert not any("cccc" in str(statement) for statement in found.statements)


def test_statements_beyond_the_limit_are_counted(monkeypatch):
    monkeypatch.setattr("glueline_worker.lineage.sql.reader._MAX_STATEMENTS", 3)
    assert read_sql("SELECT 1;" * 8).gaps == ("5 SQL statements after the first 3 were not read",)


BEYOND = {
    "append": "x = []\nfor i in range(1_500):\n" + "    x.append(i)\n" * 4,
    "json": f"json.loads('[' + '1, ' * 3 + '\"{'x' * 599_990}\"]')\n",
    "text": f"x = '{'a' * 300_000}'\ny = x + x\n",
    "product": "x = ['a'] * 9_000\n",
    "repeated text": "q = 'union all select * from a.b ' * 9_000\n",
    "recursion": "def go(xs):\n    copy(xs[0])\n    go(xs[1:])\ngo(['a', 'b', 'c', 'd'])\n",
    "calls": "".join(f"def f{n}():\n    f{n + 1}()\n" for n in range(30)) + "f0()\n",
    "paths": "spark.read.csv([f's3://a/{n}' for n in range(2_001)])\n",
    "alternatives": "".join(f"if a{n}:\n    x = 'b{n}'\n" for n in range(20)) + "spark.table(x)\n",
}


@pytest.mark.parametrize("kind", BEYOND)
def test_what_is_beyond_a_limit_is_a_gap(kind):
    assert read(BEYOND[kind]).gaps


def test_a_script_that_is_cut_loses_whole_statements_only(monkeypatch):
    script = 'spark.sql("""INSERT INTO a.b\nSELECT * FROM c.d""")\nspark.sql("""INSERT INTO e.f\n'
    end = len(HEAD + script)
    monkeypatch.setattr("glueline_worker.lineage.script.source.parser.SCRIPT_SIZE_LIMIT", end)
    lineage = read(f'{script}SELECT * FROM g.h""")\n')
    assert [edge.downstream.name for edge in lineage.edges] == ["table/a/b"]
    assert lineage.gaps == ("52 of the script's 164 characters were not read",)


def test_warnings_beyond_the_limit_are_counted():
    script = "".join(f"spark.sql('odd {n}')\n" for n in range(70))
    assert read(script).warnings[-1] == "20 more warnings are left out"


def test_a_table_of_very_many_columns_passes_as_a_whole_with_a_warning():
    schemas = {"r/t": tuple(f"c{number}" for number in range(6_000))}
    context = LineageContext(schemas=schemas)
    script = (
        'frame = spark.table("r.t")\n'
        'frame.select([F.col(c).alias(c + "_x") for c in frame.columns]).write.parquet("s3://b/o")'
    )
    found = collapse(read_script(script.encode(), context), context)
    assert [edge.columns for edge in found.edges] == [()]
    assert "r.t has 6,000 columns, more than 5,000" in found.warnings[0]
