"""Trees of scripts: walks through them, and what is kept between two readings."""

import ast
from pathlib import Path

import pytest

from glueline_worker.lineage.job import read_job_lineage
from glueline_worker.lineage.model import LineageContext
from glueline_worker.lineage.remembered import remember_short_texts
from glueline_worker.lineage.script.interpreter.conditions import list_lines_with_if
from glueline_worker.lineage.script.source import parser
from glueline_worker.lineage.script.source.tree import list_own_parts, walk

CASES = sorted(Path(__file__).parent.glob("cases/*.py"))
ODD = """
match command:
    case {"kind": "load", **rest} if rest: pass
    case Point(x=0, y=[first, *others]) | None: pass
    case str() as text: pass
async def run(a, /, b: int = 1, *args, c, d=None, **kw) -> "x":
    global total
    async for row in rows: await row
    async with lock as held: yield row
    return lambda e=1: {**kw, "k": e, f"{a!r:>{b}}": [z for z in args if z]}
try:
    del total[0:1:2]
except* (ValueError, TypeError) as error:
    raise RuntimeError from error
x: int = (y := 3)
x += -1 if not y < 3 <= 4 else ~y
"""
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
LEFT_OUT = (ast.expr_context, ast.operator, ast.unaryop, ast.cmpop, ast.boolop)


def parse(text):
    try:
        return ast.parse(text)
    except SyntaxError:
        return ast.parse("")


TREES = [parse(ODD), *(parse(path.read_text()) for path in CASES)]


def test_a_walk_finds_each_part_in_the_order_of_pythons_own():
    for tree in TREES:
        expected = [part for part in ast.walk(tree) if not isinstance(part, LEFT_OUT)]
        assert list(walk(tree)) == expected


def list_slowly(part):
    """List what belongs to a statement itself, by the definition."""
    if isinstance(part, (*DEFINITIONS, *LEFT_OUT)):
        return []
    return [part, *(own for child in ast.iter_child_nodes(part) for own in list_slowly(child))]


def test_own_parts_are_all_but_those_of_functions_and_classes_inside():
    for tree in TREES:
        for statement in ast.walk(tree):
            if isinstance(statement, ast.stmt):
                assert set(list_own_parts(statement)) == set(list_slowly(statement))


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("if a:\n  pass", [1]),
        ("x = 1 if a else 2\nif b: pass", [1, 2]),
        ("elif_ = notify(modified)\nifs = 1\n_if = 2\nxif = 3", []),
        ("a\n[b for b in c if(b)]\n\n#if", [2, 4]),
        ("", []),
    ],
)
def test_conditions_may_stand_in_the_lines_with_the_word_if(text, lines):
    assert list_lines_with_if(text) == lines


def test_a_job_that_is_read_again_is_not_parsed_again(monkeypatch):
    script = b'spark.table("a.b").write.saveAsTable("c.d")  # read twice'
    job = {"Name": "j", "Command": {"ScriptLocation": "s3://b/j.py"}}
    first = read_job_lineage(job, script, None, LineageContext())
    monkeypatch.setattr(parser, "try_parse", lambda text: pytest.fail(f"parsed again: {text}"))
    schemas = {"a/b": ("x",), "c/d": ("x",)}
    second = read_job_lineage(job, script, None, LineageContext(schemas=schemas))
    assert [edge.downstream for edge in first.edges] == [edge.downstream for edge in second.edges]
    assert [column.upstream for edge in second.edges for column in edge.columns] == ["x"]


def test_the_trees_that_are_kept_are_few_and_of_short_scripts():
    for number in range(30):
        assert parser.parse_and_keep(f"x = {number}") is not None
    long = "x = 1\n" * 10_000
    assert parser.parse_and_keep(long) is not None
    assert len(parser._kept) <= 8
    assert long not in parser._kept
    assert parser.parse_and_keep("x = (") is None


def test_answers_for_short_texts_are_kept():
    asked = []

    @remember_short_texts
    def measure(text):
        asked.append(text)
        return len(text)

    assert [measure("a"), measure("a"), measure("b" * 500), measure("b" * 500)] == [1, 1, 500, 500]
    assert asked == ["a", "b" * 500, "b" * 500]
