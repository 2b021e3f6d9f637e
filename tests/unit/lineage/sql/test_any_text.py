"""Any text at all ends in a reading."""

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.examples import examples
from tests.unit.lineage.sql.sentences import cases

from glueline_worker.lineage.sql import SqlReading, read_sql

STATEMENTS = [sql for sql, *_ in cases()]
WORDS = (
    "SELECT FROM JOIN ON WHERE ( ) , . ; ' \" ` * AS WITH INSERT INTO MERGE USING VALUES CASE END "
    "{ } {{ }} {arg:x} ${ %s ? : -- /* */ \\ [ ] $$ LATERAL VIEW UNION a b db.t 1"
)
PIECES = st.sampled_from(WORDS.split())
DIALECTS = st.sampled_from(["spark", "trino", "redshift", "tsql", "snowflake", "nonsense"])


@given(st.text(max_size=300), DIALECTS)
@settings(max_examples=examples(250), deadline=None)
def test_random_text(text, dialect):
    assert isinstance(read_sql(text, dialect=dialect), SqlReading)


@given(st.lists(PIECES, max_size=40), DIALECTS)
@settings(max_examples=examples(250), deadline=None)
def test_random_words_of_sql(words, dialect):
    assert isinstance(read_sql(" ".join(words), dialect=dialect), SqlReading)


@given(
    st.sampled_from(STATEMENTS),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 12), PIECES), min_size=1, max_size=6),
)
@settings(max_examples=examples(250), deadline=None)
def test_mutated_statements(sql, changes):
    for place, cut, piece in changes:
        at = int(place * len(sql))
        sql = sql[:at] + piece + sql[at + cut :]
    reading = read_sql(sql, schemas={"shop/orders": ("id",)})
    for statement in reading.statements:
        known = {*statement.reads, *((path,) for path in statement.path_reads)}
        assert known.issuperset(statement.rest)
