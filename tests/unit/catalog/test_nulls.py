"""A null in a list of an answer, at any depth: it costs itself alone, with a warning."""

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import pytest

from glueline.contract.records import Record
from glueline.contract.structs import encode_json
from glueline_worker.catalog.databases import make_database_record
from glueline_worker.catalog.jobs import make_job_record
from glueline_worker.catalog.partitions import make_partition_record
from glueline_worker.catalog.record_origin import RecordOrigin
from glueline_worker.catalog.tables import make_table_record
from glueline_worker.lineage.job import read_job_lineage
from glueline_worker.lineage.model import LineageContext

ORIGIN = RecordOrigin("s", "eu-west-1")
COLUMN = {"Name": "a", "Type": "int"}
STORAGE = {
    "Columns": [COLUMN, {"Name": "b", "Type": "string"}],
    "Location": "s3://lake/t/",
    "AdditionalLocations": ["s3://lake/u/"],
    "BucketColumns": ["a", "b"],
    "SortColumns": [{"Column": "a", "SortOrder": 1}],
}
VIEW = {"Representations": [{"Dialect": "ATHENA", "ViewOriginalText": "SELECT a FROM x.t"}]}
ANSWERS: dict[str, tuple[Callable[[Any], Record], dict[str, Any]]] = {
    "table": (
        lambda answer: make_table_record(answer, ORIGIN, database_name="d"),
        {"Name": "t", "StorageDescriptor": STORAGE, "PartitionKeys": [{"Name": "k"}]},
    ),
    "view": (
        lambda answer: make_table_record(answer, ORIGIN, database_name="d"),
        {"Name": "v", "ViewDefinition": VIEW},
    ),
    "partition": (
        lambda answer: make_partition_record(answer, ORIGIN, database_name="d", table_name="t"),
        {"Values": ["1", "2"], "StorageDescriptor": STORAGE},
    ),
    "database": (
        lambda answer: make_database_record(answer, ORIGIN),
        {"Name": "d", "CreateTableDefaultPermissions": [{"Permissions": ["ALL"]}]},
    ),
    "job": (
        lambda answer: make_job_record(answer, ORIGIN),
        {"Name": "j", "Connections": {"Connections": ["c", "e"]}},
    ),
}
NODES = {
    "n1": {"CatalogSource": {"Name": "s", "Database": "raw", "Table": "o"}},
    "n2": {
        "ApplyMapping": {
            "Name": "m",
            "Inputs": ["n1"],
            "Mapping": [{"FromPath": ["id"], "ToKey": "id", "FromType": "int", "ToType": "int"}],
        }
    },
    "n3": {"CatalogTarget": {"Name": "t", "Inputs": ["n2"], "Database": "mart", "Table": "o"}},
}


def lists(value: Any) -> Iterator[list[Any]]:
    if isinstance(value, list):
        yield value
    inner = value.values() if isinstance(value, dict) else value
    for item in inner if isinstance(value, dict | list) else ():
        yield from lists(item)


def with_nulls(answer: Any) -> Iterator[Any]:
    """The answer with a null at the end, and at the start, of each of its lists."""
    for number in range(len(list(lists(answer)))):
        for at in (0, 99):
            changed = deepcopy(answer)
            list(lists(changed))[number].insert(at, None)
            yield changed


def facts(record: Record) -> Any:
    told = json.loads(encode_json(record))
    for name in ("warnings", "content_hash", "raw"):
        told.pop(name, None)
    return told


@pytest.mark.parametrize("kind", ["table", "view", "job", "database"])
def test_a_null_is_left_out_and_costs_no_neighbour(kind: str) -> None:
    read, answer = ANSWERS[kind]
    whole = read(answer)
    for changed in with_nulls(answer):
        record = read(changed)
        assert facts(record) == facts(whole), changed
        is_read = kind != "database"  # nothing of a database is a list that is read
        assert len(record.warnings) == len(whole.warnings) + is_read, changed


def test_a_null_among_a_partitions_values_keeps_the_others_in_their_place() -> None:
    read, answer = ANSWERS["partition"]
    record: Any = read({**answer, "Values": [None, "2"]})
    assert record.values == ("", "2")
    assert any("null" in warning for warning in record.warnings)


def test_nulls_among_visual_nodes_cost_no_edge() -> None:
    context = LineageContext(region="eu-west-1", account="1")

    def edges(nodes: Any) -> Any:
        definition = {"Name": "j", "JobMode": "VISUAL", "CodeGenConfigurationNodes": nodes}
        return read_job_lineage(definition, None, None, context).edges

    whole = edges(NODES)
    assert whole
    for changed in with_nulls(NODES):
        assert edges(changed) == whole, changed
    assert edges({**NODES, "n4": None}) == whole
