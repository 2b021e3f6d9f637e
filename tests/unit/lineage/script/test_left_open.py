"""What a script leaves open is a gap, so that known edges stay, and never an invented edge."""

import pytest

from glueline_worker.lineage.graph.collapse import collapse
from glueline_worker.lineage.model import LineageContext
from glueline_worker.lineage.script import read_script

NOTHING = LineageContext()
HEAD = """
import sys
import boto3, psycopg2, awswrangler as wr
s3, athena = boto3.client("s3"), boto3.client("athena")
text = s3.get_object(Bucket="queries", Key="q.sql")["Body"].read().decode()
"""


def read(script):
    return collapse(read_script(HEAD + script, NOTHING), NOTHING)


@pytest.mark.parametrize(
    "script",
    [
        "spark.sql(text)",
        "spark.sql(sys.argv[1])",
        "for each in text.split(';'):\n    spark.sql(each)",
        "athena.start_query_execution(QueryString=text)",
        "wr.athena.read_sql_query(text, database='d')",
        "psycopg2.connect('host=h dbname=d').cursor().execute(text)",
    ],
)
def test_a_query_that_is_fetched_at_run_time_is_a_gap(script):
    lineage = read(script)
    assert [gap for gap in lineage.gaps if "known only at run time" in gap]
    assert not lineage.is_complete
    assert not lineage.edges


def test_a_query_with_unknown_parts_is_no_gap():
    lineage = read("spark.sql(f'INSERT INTO lake.t SELECT * FROM raw.{sys.argv[1]}')")
    assert not lineage.gaps
    assert len(lineage.edges) == 1


def test_two_tables_of_which_nothing_is_known_are_not_joined():
    script = "for step in steps:\n    spark.table(step['a']).write.insertInto(step['b'])"
    lineage = read(script)
    assert not lineage.edges
    assert len(lineage.inputs) == len(lineage.outputs) == 1
    assert "nothing is known" in lineage.gaps[0]


@pytest.mark.parametrize("cases", [3, 90, 1_500])
def test_a_match_of_any_length_is_followed(cases):
    body = "".join(
        f"    case 'k{at}':\n        spark.table('d.a{at}').write.saveAsTable('d.b{at}')\n"
        for at in range(cases)
    )
    lineage = read(f"match sys.argv[1]:\n{body}")
    assert len(lineage.edges) == cases
    assert all(
        each.upstream.name.replace("/a", "/b") == each.downstream.name for each in lineage.edges
    )


def test_a_huge_pattern_is_left_to_the_run():
    pattern = "[" * 40 + ",".join(f"a{at}" for at in range(20_000)) + "]" * 40
    copy = "spark.table('d.a').write.saveAsTable('d.b')"
    lineage = read(f"match sys.argv:\n    case {pattern}:\n        {copy}\n")
    assert len(lineage.edges) == 1
