"""Hold the records of the catalogue reader against what Spark says about its tables and views.

``python -m truth.catalog_score FOLDER/catalog_truth.jsonl`` needs no Spark.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from glueline_worker.catalog.record_origin import RecordOrigin
from glueline_worker.catalog.tables import make_table_record


def compare(record: Any, truth: Mapping[str, Any]) -> list[str]:
    """Return how a TableRecord differs from what Spark says, in sentences."""
    differences = []
    columns = [*record.columns, *record.partition_keys]
    got = [(column.name, column.type, column.comment) for column in columns]
    expected = [tuple(column) for column in truth["columns"]]
    if got != expected:
        differences.append(f"columns {got} instead of {expected}")
    details = truth["details"]
    storage = record.storage
    if "Num Buckets" in details:
        asked = (details["Num Buckets"], details["Bucket Columns"], details["Sort Columns"])
        buckets = "" if storage.number_of_buckets is None else str(storage.number_of_buckets)
        sorts = [each.column for each in storage.sort_columns]
        found = (buckets, _quote(storage.bucket_columns), _quote(sorts))
        if found != asked:
            differences.append(f"buckets {found} instead of {asked}")
    elif storage.bucket_columns:
        differences.append("buckets that are none")
    provider = details.get("Provider")
    if provider and record.provider != provider.lower():
        differences.append(f"provider {record.provider} instead of {provider}")
    not_null = [c.name for c in columns if c.constraints and c.constraints.not_null]
    if "View Text" not in details and not_null != truth["not_null"]:
        differences.append(f"not null {not_null} instead of {truth['not_null']}")
    views = [view.sql for view in record.views]
    if views != ([details["View Text"]] if "View Text" in details else []):
        differences.append(f"view texts {views}")
    differences += [
        f"{field} {got!r} instead of {expected!r}"
        for field, got, expected in (
            ("owner", record.owner, details.get("Owner")),
            ("description", record.description, details.get("Comment")),
        )
        if got != expected
    ]
    return [*differences, *record.warnings]


def _quote(names: Any) -> str:
    return f"[{', '.join(f'`{name}`' for name in names)}]"


def score(documents: Path) -> tuple[int, int]:
    """Read the answers in a file of documents; print what differs, return good ones and all."""
    origin, good, count = RecordOrigin(source="truth", region="eu-west-1"), 0, 0
    for line in documents.read_text().splitlines():
        document = json.loads(line)
        answer = document["answer"]
        record = make_table_record(answer, origin, database_name=answer["DatabaseName"])
        differences = compare(record, document["truth"])
        count += 1
        good += not differences
        for difference in differences:
            print(f"{answer['DatabaseName']}.{answer['Name']}: {difference}")
    print(f"tables and views as Spark describes them: {good} of {count}")
    return good, count


if __name__ == "__main__":
    score(Path(sys.argv[1]))
