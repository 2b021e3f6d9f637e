"""Lists and dicts that a script writes down: a condition that asks whether they hold anything."""

import pytest

from glueline_worker.lineage.graph.collapse import collapse
from glueline_worker.lineage.model import LineageContext
from glueline_worker.lineage.script import read_script

SCHEMAS = {"db/t": ("a", "b", "c")}
START = 't = spark.table("db.t")\n'
PROJECT = """
def project(df, names=None, renames=None):
    if renames:
        for old, new in renames.items():
            df = df.withColumnRenamed(old, new)
    if not names:
        return df
    return df.select(*names)
"""


def read(text):
    context = LineageContext(schemas=SCHEMAS)
    lineage = collapse(read_script(START + text, context), context)
    return {f"{each.downstream}<-{each.upstream}" for e in lineage.edges for each in e.columns}


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ('["a", "b"]', "a<-a b<-b"),
        ("None", "a<-a b<-b c<-c"),
        ('renames={"a": "x"}', "x<-a b<-b c<-c"),
        ('["x"], {"a": "x"}', "x<-a"),
        ('[n for n in t.columns if n != "c"]', "a<-a b<-b"),
        ('[n for n in t.columns if n == "z"]', "a<-a b<-b c<-c"),
    ],
)
def test_a_helper_does_only_what_its_arguments_ask_for(arguments, expected):
    found = read(f'{PROJECT}project(t, {arguments}).write.saveAsTable("db.z")')

    assert found == set(expected.split())


@pytest.mark.parametrize(
    ("names", "expected"), [('["a"]', "a<-a"), ('["a", "b"]', "b<-b"), ("t.columns", "b<-b")]
)
def test_the_length_of_a_list_that_is_not_changed_is_known(names, expected):
    text = f"names = {names}\nif len(names) == 1:\n    one = t.select('a')\nelse:\n"
    found = read(f'{text}    one = t.select("b")\none.write.saveAsTable("db.z")')

    assert found == {expected}


CHANGES = {
    "in a loop": "errors = []\nfor x in listing():\n    errors.append(x)\n",
    "in a condition": 'errors = []\nif odd():\n    errors.append("odd")\n',
    "emptied": 'errors = ["start"]\nif odd():\n    errors.clear()\n',
    "taken out of": 'errors = ["start"]\nif odd():\n    errors.remove("start")\n',
    "a dict": 'errors = {"start": 1}\nif odd():\n    errors.clear()\n',
    "a copy": 'first = {"start": 1}\nif odd():\n    first.pop("start")\nerrors = first.copy()\n',
    "unpacked": "errors = [*listing()]\n",
    "chosen": 'errors = [x for x in ["a", "b"] if odd(x)]\n',
}


@pytest.mark.parametrize("way", CHANGES)
def test_what_is_behind_a_list_that_may_be_empty_is_read(way):
    text = f'{CHANGES[way]}if errors:\n    raise ValueError(errors)\nt.write.saveAsTable("db.z")'

    assert read(text) == {"a<-a", "b<-b", "c<-c"}
