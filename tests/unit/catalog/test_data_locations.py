"""The places of a table's data, by what each engine leaves in the catalogue."""

import pytest
from msgspec.structs import replace
from tests.unit.catalog.answers import ORIGIN, table

from glueline_worker.catalog.content_hash import with_content_hash
from glueline_worker.catalog.tables import make_table_record

SYMLINK = "org.apache.hadoop.hive.ql.io.SymlinkTextInputFormat"
UNUSED = "s3://landing/unused/"


def record_of(location=None, path=None, input_format=None, more=(), **parameters):
    descriptor = {
        "Columns": [{"Name": "id", "Type": "int"}],
        "Location": location,
        "InputFormat": input_format,
        "AdditionalLocations": list(more),
        "SerdeInfo": {"Parameters": {"path": path} if path else {}},
    }
    answer = table(StorageDescriptor=descriptor, Parameters=parameters)
    return make_table_record(answer, ORIGIN, database_name="sales")


def places(*arguments, **parameters):
    return record_of(*arguments, **parameters).storage.data_locations


def projected(template, **parameters):
    given = {"projection.enabled": "true", "storage.location.template": template}
    return places(UNUSED, **given, **{f"projection.{k}": v for k, v in parameters.items()})


@pytest.mark.parametrize("provider", ["delta", "DELTA", "parquet", "hudi"])
def test_the_path_of_a_data_source_table_takes_the_place_of_sparks_placeholder(provider):
    found = places(
        "s3://lake/orders-__PLACEHOLDER__",
        "s3://lake/orders",
        **{"spark.sql.sources.provider": provider},
    )
    assert found == ("s3://lake/orders",)


def test_a_placeholder_without_a_path_is_a_warning():
    record = record_of("s3://lake/orders-__PLACEHOLDER__/")
    assert record.storage.location == "s3://lake/orders-__PLACEHOLDER__/"
    assert record.storage.data_locations == ()
    (warning,) = record.warnings
    assert "Spark's placeholder and its SerDe has no path" in warning


def test_a_placeholder_of_a_database_behind_jdbc_is_none():
    record = record_of("s3://lake/t-__PLACEHOLDER__", **{"spark.sql.sources.provider": "jdbc"})
    assert (record.storage.data_locations, record.warnings) == ((), ())


def test_hive_ignores_the_path_of_its_serde():
    assert places("s3://lake/orders", "s3://else/where") == ("s3://lake/orders",)
    assert places(None, "s3://else/where") == ("s3://else/where",)


def test_one_place_under_several_spellings_is_one_place():
    found = places(
        "s3://lake//orders/", "s3a://lake/orders", **{"spark.sql.sources.provider": "parquet"}
    )
    assert found == ("s3a://lake/orders",)


@pytest.mark.parametrize("enabled", ["true", "TRUE", " True "])
def test_the_template_of_a_projection_takes_the_place_of_the_location(enabled):
    parameters = {"projection.enabled": enabled, "storage.location.template": "s3://b/feed/${dt}/"}
    assert places(UNUSED, **parameters) == ("s3://b/feed/*/",)


def test_a_template_counts_only_where_projection_is_enabled():
    template = {"storage.location.template": "s3://b/feed/${dt}/"}
    assert places(UNUSED, **template) == (UNUSED,)
    assert places(UNUSED, **template, **{"projection.enabled": "false"}) == (UNUSED,)
    assert places(UNUSED, **{"projection.enabled": "true"}) == (UNUSED,)


def test_values_of_keys_are_spelt_out_as_far_as_they_are_known():
    known = {"region.type": "enum", "region.values": "eu, us"}
    assert projected("s3://b/${region}/x/dt=${day}", **known) == (
        "s3://b/eu/x/dt=*",
        "s3://b/us/x/dt=*",
    )
    assert projected("s3://b/${Region}/${region}", **known) == ("s3://b/eu/eu", "s3://b/us/us")
    dates = {"day.type": "date", "day.format": "yyyy/MM/dd"}
    assert projected("s3://b/${day}/x", **dates) == ("s3://b/*/*/*/x",)
    many = {"n.type": "enum", "n.values": ",".join(map(str, range(1000)))}
    assert projected("s3://b/x/${n}", **many) == ("s3://b/x/*",)


def test_a_bucket_that_depends_on_the_partition_is_a_warning():
    parameters = {"projection.enabled": "true", "storage.location.template": "s3://${a}/x/"}
    record = record_of(UNUSED, **parameters)
    assert record.storage.data_locations == ()
    (warning,) = record.warnings
    assert "bucket in storage.location.template" in warning


def test_the_data_stands_beside_the_manifests_of_links():
    root = "s3://lake/delta/returns"
    assert places(f"{root}/_symlink_format_manifest", None, SYMLINK) == (root,)
    assert places(f"{root}/_symlink_format_manifest/", None, SYMLINK, [f"{root}/"]) == (root,)


def test_manifests_that_are_not_read_are_a_warning():
    record = record_of("s3://inventory/config/hive/", None, SYMLINK)
    assert record.storage.data_locations == ()
    (warning,) = record.warnings
    assert "manifests" in warning
    assert places("s3://i/hive/", None, SYMLINK, ["s3://i/data/"]) == ("s3://i/data/",)


def test_iceberg_is_found_through_its_metadata():
    metadata = {
        "table_type": "ICEBERG",
        "metadata_location": "s3://lake/ice/metadata/00001-a.metadata.json",
    }
    assert places(None, **metadata) == ("s3://lake/ice",)
    assert places("s3://lake/ice/", **metadata) == ("s3://lake/ice/",)
    assert places("s3://lake/ice/", **metadata, **{"write.data.path": "s3://fast/ice"}) == (
        "s3://lake/ice/",
        "s3://fast/ice",
    )


def test_secrets_of_a_location_are_left_out():
    assert "hunter2" not in str(places("s3://lake/x", more=["https://u:hunter2@host/x"]))


def test_the_content_hash_does_not_hang_on_what_follows_from_the_rest():
    record = record_of("s3://lake/x")
    storage = replace(record.storage, data_locations=())
    assert with_content_hash(replace(record, storage=storage)).content_hash == (record.content_hash)
