"""Tables and views that Spark made are read as Spark itself describes them.

The answers hold what Spark 4.3 wrote into its metastore; ``truth/catalog_truth.py`` makes them.
"""

import json
import runpy
from pathlib import Path

import pytest
from tests.unit.catalog.answers import ORIGIN

from glueline_worker.catalog.tables import make_table_record

compare = runpy.run_path(str(Path(__file__).parents[3] / "truth/catalog_score.py"))["compare"]
DOCUMENTS = [
    json.loads(line)
    for line in (Path(__file__).parent / "data/spark_tables.jsonl").read_text().splitlines()
]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda each: each["answer"]["Name"])
def test_a_record_says_what_spark_says(document):
    record = make_table_record(document["answer"], ORIGIN, database_name="db1")
    assert compare(record, document["truth"]) == []
