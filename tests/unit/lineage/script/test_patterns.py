"""Regular expressions of scripts: run only where their time is bounded."""

import time

import pytest

from glueline_worker.lineage.model import LineageContext
from glueline_worker.lineage.script import read_script
from glueline_worker.lineage.script.models.python.patterns import compile_safely


@pytest.mark.parametrize(
    "pattern",
    [
        "_id$",
        "^stg_",
        ".*_id",
        r"[^0-9a-zA-Z]+",
        r"(?<!^)(?=[A-Z])",
        r"([a-z0-9])([A-Z])",
        "(a|b)_x",
        "[*+{(]+",
        r"\((\w+)\)",
        "(?:_v)?\\d+$",
        "(?i)amount",
        "a(b(c|d)e)f",
    ],
)
def test_patterns_that_take_a_bounded_time_are_compiled(pattern):
    assert compile_safely(pattern) is not None


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+$",
        "(a*)*b",
        "(a|aa)+$",
        "(?:a?b?)*c",
        "((ab)*c)+",
        "(x(a|b))+",
        "(a+){5,}",
        "a*a*a*a*b",
        "(",
        "[",
        "*",
        "a" * 300,
    ],
)
def test_others_are_not(pattern):
    assert compile_safely(pattern) is None


def test_a_script_of_slow_patterns_takes_a_bounded_time():
    names = ", ".join(f'"{"a" * 190}{number}"' for number in range(300))
    script = (
        f"import re\nnames = [{names}]\n"
        'found = [n for n in names if re.search("a*a*a*b", n) or re.match("(a+)+$", n)]\n'
        'spark.table("db.t").select(found).write.saveAsTable("db.z")\n'
    )
    before = time.process_time()
    read_script(script, LineageContext())

    assert time.process_time() - before < 10
