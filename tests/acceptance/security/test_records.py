"""No record holds a secret that its form or its name gives away, and none loses its meaning."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from tests.acceptance.security.planted import CATALOGUE, IN_CATALOGUE, leaks

from glueline.contract.structs import encode_json
from glueline_simulator.catalogue.build import build_aws_state
from glueline_simulator.catalogue.models import CatalogueFile
from glueline_simulator.catalogue.ordered_store import OrderedStore
from glueline_worker.catalog.databases import make_database_record
from glueline_worker.catalog.jobs import ScriptLocation, find_script_location, make_job_record
from glueline_worker.catalog.partitions import make_partition_record
from glueline_worker.catalog.record_origin import RecordOrigin
from glueline_worker.catalog.tables import make_table_record
from glueline_worker.lineage.job import read_job_lineage
from glueline_worker.lineage.model import LineageContext
from glueline_worker.lineage.naming.paths import name_s3_path
from glueline_worker.redact import redact_code, redact_parameters, redact_prose, redact_text

ACCOUNT = "123456789012"
ORIGIN = RecordOrigin("default", "eu-west-1", raw=True)


def test_no_record_and_no_lineage_holds_a_planted_secret() -> None:
    found = dict(_records())
    assert len(found) >= 14
    assert "[redacted]" in found["table orders"]
    assert "oracle://db:1521" in found["lineage copy"]
    assert not leaks(IN_CATALOGUE, found)


def _records() -> Iterator[tuple[str, str]]:
    world = build_aws_state(CatalogueFile.model_validate(CATALOGUE), "eu-west-1", ACCOUNT, Path())
    account = world.accounts[ACCOUNT]
    for database in _all(account.databases):
        record = make_database_record(database.definition, ORIGIN)
        yield f"database {record.name}", encode_json(record).decode()
        for answer in map(orjson.loads, _all(database.tables)):
            table = make_table_record(answer, ORIGIN, database_name=database.name)
            yield f"table {table.name}", encode_json(table).decode()
        for name, partitions in database.partitions.items():
            names = {"database_name": database.name, "table_name": name}
            for n, answer in enumerate(partitions):
                partition = make_partition_record(answer, ORIGIN, **names)
                yield f"partition {name} {n}", encode_json(partition).decode()
    properties = CATALOGUE["connections"]["warehouse"]["properties"]
    context = LineageContext(connections={"warehouse": redact_parameters(properties)})
    for job in _all(account.jobs):
        yield f"job {job['Name']}", encode_json(make_job_record(job, ORIGIN)).decode()
        location = find_script_location(job)
        assert isinstance(location, ScriptLocation)
        script = world.objects[location.bucket, location.key]
        yield f"lineage {job['Name']}", repr(read_job_lineage(job, script, None, context))


def _all(shelf: OrderedStore[Any]) -> list[Any]:
    names = [shelf.name(position) for position in range(shelf.end)]
    return [shelf.get(name) for name in names if name]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("password: hunter2", "password: [redacted]"),
        ("login etl / password = hunter2.", "login etl / password = [redacted]"),
        ("token: unique id of a visit", "token: unique id of a visit"),
        ("The secret: nobody knows it", "The secret: nobody knows it"),
        ("Loaded from s3://K:S@lake/x", "Loaded from s3://K:[redacted]@lake/x"),
        ("Orders since 2019, see wiki/Orders", "Orders since 2019, see wiki/Orders"),
    ],
)
def test_a_description_keeps_its_words(said: str, kept: str) -> None:
    assert redact_prose(said) == kept
    assert redact_prose(kept) == kept


@pytest.mark.parametrize(
    ("sql", "kept"),
    [
        ("SELECT * FROM a JOIN b ON a.token = b.token", None),
        ("SELECT password, secret_id FROM users", None),
        (
            "SELECT * FROM t WHERE api_token = 'abc123'",
            "SELECT * FROM t WHERE api_token = '[redacted]'",
        ),
    ],
)
def test_sql_stays_sql(sql: str, kept: str | None) -> None:
    assert redact_code(sql) == (kept or sql)


def test_what_aws_repeats_of_a_signed_request_is_left_out() -> None:
    said = (
        "The Canonical String should have been 'POST / host:glue x-amz-security-token:FwoGZXIvYXdz"
    )
    assert "FwoGZXIvYXdz" not in redact_text(said)


@pytest.mark.parametrize(
    ("url", "namespace", "name"),
    [
        ("s3n://AKIAX:sEc/ret+0@lake/raw/orders", "s3://lake", "raw/orders"),
        ("s3://KEY:SECRET@lake", "s3://lake", ""),
        ("s3://lake/who@example.com/a:b", "s3://lake", "who@example.com/a:b"),
        ("s3://lake/a:b@c/d", "s3://lake", "a:b@c/d"),
    ],
)
def test_keys_in_a_path_are_no_part_of_the_bucket(url: str, namespace: str, name: str) -> None:
    dataset = name_s3_path(url)
    assert (dataset.namespace, dataset.name) == (namespace, name)
