"""Any input ends in a graph, and odd scripts still give what can be read in them."""

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.examples import examples

from glueline_worker.lineage.graph.collapse import collapse
from glueline_worker.lineage.model import Graph, LineageContext
from glueline_worker.lineage.script import read_script

NOTHING = LineageContext()
SCRIPTS = [path.read_text() for path in sorted(Path(__file__).parent.glob("cases/*.py"))]
LINES = sorted({line for script in SCRIPTS for line in script.split("\n")})
COPY = 'spark.table("a.b").write.parquet("s3://o/x")\n'
MANY = settings(max_examples=examples(300), deadline=None, suppress_health_check=list(HealthCheck))


def read(script):
    graph = read_script(script, NOTHING)
    assert isinstance(graph, Graph)
    assert not any("defect" in warning for warning in graph.warnings), graph.warnings
    return graph


def names(script, context=NOTHING):
    lineage = collapse(read_script(script, context), context)
    return [d.name for d in lineage.inputs], [d.name for d in lineage.outputs]


@MANY
@given(st.one_of(st.text(), st.binary()))
def test_any_text_or_bytes_yield_a_graph(text):
    read(text)


@MANY
@given(st.sampled_from(SCRIPTS), st.data())
def test_a_truncated_script_yields_a_graph(script, data):
    end = data.draw(st.integers(0, len(script)))
    read(script[:end])


@MANY
@given(st.lists(st.sampled_from(LINES), max_size=40))
def test_lines_in_any_order_yield_a_graph(lines):
    read("\n".join(lines))


@MANY
@given(st.sampled_from(SCRIPTS), st.data())
def test_names_exchanged_in_a_script_yield_a_graph(script, data):
    words = sorted(set(re.findall(r"[A-Za-z_]\w*", script)))
    for _ in range(4):
        old, new = data.draw(st.sampled_from(words)), data.draw(st.sampled_from(words))
        script = re.sub(rf"\b{old}\b", new, script)
    collapse(read(script), NOTHING)


FOREVER = {
    "endless loop": "while True:\n    x = 1\n",
    "recursion": "def f(n):\n    return f(n + 1)\nf(0)\n",
    "mutual recursion": "def f(n):\n    return g(n) + g(n)\ndef g(n):\n    return f(n)\nf(0)\n",
    "recursive lambda": "f = lambda x: f(f(x))\nf(1)\n",
    "recursive class": "class B:\n    def __init__(self):\n        self.x = B()\nB()\n",
    "endless generator": "def f():\n    while True:\n        yield 1\nfor i in f():\n    pass\n",
    "deep nesting": f"x = {'[' * 90}{']' * 90}\n",
    "contains itself": "a = []\na.append(a)\nd = {}\nd['d'] = d\nb = a == a\n",
    "huge product": 'x = "a" * 10**9\ny = [0] * 10**9\nz = "%999999999d" % 1\n',
    "huge width": 'x = "{:>999999999}".format("a")\ny = "a".zfill(10**9)\n',
    "doubled text": 'x = "ab"\n' + "x = x + x\n" * 60,
    "doubled list": "x = [1]\n" + "x = x + x\n" * 60 + "x.extend(x)\n" * 60,
}


@pytest.mark.parametrize("kind", FOREVER)
def test_what_never_ends_in_python_ends_here(kind):
    assert names(FOREVER[kind] + COPY) == (["table/a/b"], ["x"])


EXHAUSTING = {
    "nested loops": "for a in range(300):\n  for b in range(300):\n    for c in range(300):\n"
    '      spark.read.csv(f"s3://b/{a}{b}{c}")\n',
    "comprehensions": "x = [a + b + c + d for a in range(300) for b in range(300)"
    " for c in range(300) for d in range(300)]\n",
    "fan-out": "\n".join(
        f"def f{i}(x):\n    f{i + 1}(x); f{i + 1}(x); f{i + 1}(x)" for i in range(15)
    )
    + "\ndef f15(x):\n    pass\nf0(1)\n",
    "long texts": 'x = "a" * 5000\ny = [x + str(i) + str(j) for i in range(300) for j in range(300)]\n',
}


@pytest.mark.parametrize("kind", EXHAUSTING)
def test_a_script_past_the_step_budget_keeps_what_was_found_and_warns(kind):
    graph = read_script(COPY + EXHAUSTING[kind], NOTHING)
    assert any("what was found by then is kept" in gap for gap in graph.gaps)
    assert [d.name for d in collapse(graph, NOTHING).outputs] == ["x"]


def test_conditions_asked_over_and_over_are_followed_to_the_end():
    asked = "".join(
        f"if mode{i % 9} == 'a':\n    x = spark.table('d.t{i}')\nelse:\n"
        f"    x = spark.table('d.u{i}')\nx.write.parquet('s3://o/{i}')\n"
        for i in range(90)
    )
    graph = read_script(COPY + asked, NOTHING)
    assert not graph.warnings
    assert len(collapse(graph, NOTHING).edges) == 1 + 2 * 90


def test_a_long_chain_of_methods_does_not_recurse_out():
    chain = '.withColumn("x", col("y"))' * 900
    copy = f'spark.table("a.b"){chain}.write.parquet("s3://o/x")\n'
    assert names(copy) == (["table/a/b"], ["x"])
    assert names(f"if mode == 1:\n    x = 1\n{copy}if mode == 2:\n    x = 2\n") == names(copy)


def test_a_script_of_megabytes_is_read_from_its_start():
    graph = read_script(COPY + "x = 1\n" * 900_000, NOTHING)
    assert [node.role for node in graph.nodes] == ["read", "write"]
    assert graph.gaps == ("4,800,049 of the script's 5,400,045 characters were not read",)


@pytest.mark.parametrize(
    "data",
    [
        f"# -*- coding: latin-1 -*-\n# caf\xe9\n{COPY}".encode("latin-1"),
        f"# caf\xe9, undeclared\n{COPY}".encode("latin-1"),
        f"\ufeff{COPY}".encode(),
        COPY.encode("utf-16"),
        COPY.replace("\n", "\r\n").encode(),
        f"if True:\n\t{COPY}".encode(),
        f"    {COPY}".encode(),
    ],
)
def test_encodings_and_line_ends_do_not_matter(data):
    assert names(data) == (["table/a/b"], ["x"])


@pytest.mark.parametrize(
    "broken",
    [
        'print "hello"\n',
        'print >>sys.stderr, "x", y\n',
        "try:\n    x = 1\nexcept (A, B), e:\n    raise E, 'm'\n",
        "x = 0777\ny = 10L\nz = `x`\nif x <> y: print x\n",
        "%%configure\n%glue_version 4.0\n!ls\n",
        "x = = 1\n",
        "def broken(:\n    pass\n",
        'path = "C:\\Users\\x"\n',
        "host = ${host}\n",
    ],
)
def test_what_does_not_parse_costs_only_itself(broken):
    assert names(broken + COPY) == (["table/a/b"], ["x"])
    assert names(COPY + broken) == (["table/a/b"], ["x"])


def test_a_script_that_ends_in_the_middle_keeps_its_beginning():
    assert names(COPY + "glueContext.write_dynamic_frame.from_options(frame=x,\n  conn") == (
        ["table/a/b"],
        ["x"],
    )


def test_template_variables_and_forgotten_commas_are_understood():
    script = (
        "glueContext.write_dynamic_frame.from_options(\n"
        "  frame=glueContext.create_dynamic_frame.from_catalog(database=<db>, table_name=${t}),\n"
        '  connection_type="s3",\n'
        '  connection_options={"path": "s3://o/x"}\n'
        '  format="json")\n'
    )
    assert names(script) == (["table/<db>/{t}"], ["x"])


def test_both_sides_of_an_unresolved_merge_are_read():
    script = f"{COPY}<<<<<<< HEAD\nx = 1\n=======\n{COPY.replace('x', 'y')}>>>>>>> other\n"
    assert names(script) == (["table/a/b"], ["x", "y"])


def test_nodes_tell_their_line():
    graph = read_script('\n\nx = spark.table("a.b")\nx.write.parquet(\n  "s3://o/x")\n', NOTHING)
    assert [node.line for node in graph.nodes] == [3, 4]


def test_a_name_known_only_at_run_time_never_stops_the_reader():
    assert names("spark.table(undefined).write.parquet(other.path)") == (
        ["table/default/{unknown}"],
        [""],
    )


def test_spark_settings_come_from_the_job_and_the_notebook():
    script = 'spark.table("s3t.ns.a").write.saveAsTable("nb.ns.b")\n'
    magic = '%%configure\n{"conf": {"spark.sql.catalog.nb.glue.id": "222222222222"}}\n'
    context = LineageContext(
        arguments={
            "conf": "spark.sql.catalog.s3t=x --conf spark.sql.catalog.s3t.glue.id=111111111111"
        }
    )
    lineage = collapse(read_script(magic + script, context), context)
    assert [d.namespace for d in (*lineage.inputs, *lineage.outputs)] == [
        "arn:aws:glue:{region}:111111111111",
        "arn:aws:glue:{region}:222222222222",
    ]


def test_a_product_of_dicts_is_unknown():
    read("import json\nx = {'a': 1} * {**json.loads('{}')}\n")


COMMA_EVERYWHERE = '''\
con.execute("""
CREATE TABLE a AS SELECT 1;
COPY a TO
"""register)

frame = catalog.load_table("a.b").*a()
'''


def test_commas_that_do_not_mend_a_statement_leave_it_out():
    assert read(COMMA_EVERYWHERE).warnings
