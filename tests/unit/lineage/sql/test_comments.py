"""Comments may stand within comments, where the dialect says so."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.lineage.sql.columns import read_columns

from glueline_worker.lineage.sql.comments import flatten_comments

NESTED = "/* one /* two */ three */ SELECT a /* /* /**/ */ */, b FROM lab.flat /* end"


@pytest.mark.parametrize("dialect", ["spark", "postgres", "redshift", "tsql"])
def test_nested_comment(dialect):
    assert read_columns(NESTED, dialect) == {"a": "flat.a", "b": "flat.b"}


@pytest.mark.parametrize("dialect", ["spark", "trino", "mysql", "hive"])
def test_a_comment_that_opens_twice_and_closes_once(dialect):
    assert read_columns("/* a /* b */ SELECT a FROM lab.flat", dialect) == {"a": "flat.a"}


def test_signs_of_comments_in_texts_are_text():
    sql = "SELECT a, '/* /*' AS x, \"/*\" AS y, b -- /* /*\n FROM lab.flat"
    assert read_columns(sql) == {"a": "flat.a", "x": "", "y": "", "b": "flat.b"}


@given(st.text("/*'\"`- \n\\a"), st.sampled_from(["spark", "tsql"]))
def test_nothing_moves(text, dialect):
    flat = flatten_comments(text, dialect)
    assert len(flat) == len(text)
    assert [i for i, sign in enumerate(flat) if sign == "\n"] == [
        i for i, sign in enumerate(text) if sign == "\n"
    ]
    assert flatten_comments(flat, dialect) == flat
