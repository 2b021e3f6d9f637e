"""Answers of GetDatabases and GetPartitions become records."""

from datetime import UTC, datetime

from msgspec.structs import replace
from tests.unit.catalog.answers import ORIGIN, WHERE, database, partition

from glueline.contract.records import (
    CatalogLink,
    DatabaseRecord,
    Federated,
    PartitionRecord,
    Storage,
)
from glueline_worker.catalog.databases import make_database_record
from glueline_worker.catalog.partitions import make_partition_record

MOMENT = datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
TABLE = {"database_name": "sales", "table_name": "orders"}


def test_every_field_of_a_database_is_kept():
    record = make_database_record(database(), ORIGIN)
    assert replace(record, content_hash="") == DatabaseRecord(
        **WHERE,
        catalog_id="123456789012",
        name="sales",
        description="Sales",
        location_uri="s3://lake/sales",
        parameters={"owner": "team"},
        create_time=MOMENT,
    )


def test_a_link_to_a_database_stays_a_link():
    target = {"CatalogId": "999", "DatabaseName": "theirs", "Region": "us-east-1"}
    record = make_database_record(database(TargetDatabase=target), ORIGIN)
    assert record.target == CatalogLink(catalog_id="999", database="theirs", region="us-east-1")


def test_a_federated_database_names_what_is_behind_it():
    record = make_database_record(
        database(FederatedDatabase={"Identifier": "i", "ConnectionName": "c"}), ORIGIN
    )
    assert record.federated == Federated(identifier="i", connection_name="c")


def test_every_field_of_a_partition_is_kept():
    record = make_partition_record(partition(LastAccessTime=1_700_000_000), ORIGIN, **TABLE)
    assert replace(record, content_hash="") == PartitionRecord(
        **WHERE,
        **TABLE,
        catalog_id="123456789012",
        values=("2024-01-01", "a/b"),
        create_time=MOMENT,
        last_access_time=MOMENT,
        storage=Storage(location="s3://lake/sales/orders/dt=2024-01-01/"),
        parameters={"numRows": "7"},
    )


def test_an_empty_value_keeps_its_place_among_the_values():
    assert make_partition_record(partition(Values=["", 5]), ORIGIN, **TABLE).values == ("", "5")


def test_a_partition_without_values_says_so():
    assert make_partition_record({}, ORIGIN, **TABLE).warnings == ("The partition has no values.",)


def test_hashes_follow_the_content():
    hashes = {
        make_partition_record(answer, ORIGIN, **TABLE).content_hash
        for answer in (partition(), partition(LastAccessTime=5), partition(Values=["x"]))
    }
    assert len(hashes) == 2
    assert (
        make_database_record(database(), ORIGIN).content_hash
        != make_database_record(database(Description=""), ORIGIN).content_hash
    )
