"""The short ways through sqlglot end where the long ones do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import SqlglotError

from glueline_worker.lineage.sql.parse import parse_statement
from glueline_worker.lineage.sql.quick_tokenizer import make_tokens_of

DIALECTS = ("spark", "trino", "hive", "redshift", "mysql", "snowflake", "tsql", "oracle")
PIECES = [
    "SELECT a, b.c FROM t",
    "group by",
    "Group  By",
    "order",
    "not null",
    "--x\n",
    "/* y */",
    "\n",
    "\t",
    ";",
    "show tables",
    "$a",
    "@b",
    ":c",
    "a$b",
    "x'1f'",
    "N'k'",
    "'it''s'",
    '"q"',
    "`b`",
    "[z]",
    "1.5",
    "1e3",
    "10L",
    "{{ x }}",
    "is not",
    "é",
    "(+)",
    "::int",
    "->",
    "begin",
    "?",
    "execute x",
    "=>",
    "#t",
    "\xa0",
    "_x",
    "1a",
]


def _list_tokens(make):
    try:
        return [(t.token_type, t.text, t.line, t.col, t.start, t.end, t.comments) for t in make()]
    except SqlglotError as error:
        return str(error)


@given(st.lists(st.sampled_from(PIECES)), st.sampled_from(["", " ", "\n"]))
def test_tokens_are_those_of_sqlglot(pieces, between):
    text = between.join(pieces)
    for name in DIALECTS:
        dialect = Dialect.get_or_raise(name)
        expected = _list_tokens(lambda dialect=dialect: dialect.tokenize(text))
        assert _list_tokens(lambda dialect=dialect: make_tokens_of(text, dialect)) == expected


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    "sql", ["SELECT a, t.b, c /* d */, window, e FROM t", "SELECT a AS b, c d, e + f FROM t"]
)
def test_trees_are_those_of_sqlglot(sql, dialect):
    assert parse_statement(sql, dialect) == Dialect.get_or_raise(dialect).parse(sql)[0]
