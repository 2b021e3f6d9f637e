"""Lineage through linked databases and places that are not a table's location, from AWS on."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.integration.incremental.inline import Inline

from glueline.contract.lineage import Dataset
from glueline.contract.messages import Options
from glueline.settings.settings import Settings
from glueline.settings.sources import Role, Source
from glueline_simulator import Simulator
from glueline_worker.questions.stored_lineage import StoredLineage, read_lineage
from glueline_worker.sinks.registry import parse_sink
from glueline_worker.sinks.sql.sink import SqlSink

CONSUMER, OWNER = "123456789012", "210987654321"
SESSION = "from pyspark.sql import SparkSession\nspark = SparkSession.builder.getOrCreate()\n"


def job(line: str) -> dict[str, str]:
    return {"script": SESSION + line + "\n"}


DELTA = {
    "Parameters": {"spark.sql.sources.provider": "delta"},
    "StorageDescriptor": {
        "Columns": [{"Name": "col", "Type": "array<string>"}],
        "Location": "s3://lake/delta/visits-__PLACEHOLDER__",
        "SerdeInfo": {"Parameters": {"path": "s3a://lake/delta/visits/"}},
    },
}
FEED = {
    "columns": {"id": "int"},
    "partition_keys": {"day": "string"},
    "location": "s3://lake/unused/",
    "parameters": {
        "projection.enabled": "True",
        "projection.day.type": "injected",
        "storage.location.template": "s3://arrivals/feed/${day}/",
    },
}
CATALOGUE = {
    "region": "eu-west-1",
    "account": CONSUMER,
    "databases": {
        "partner": {"link": {"catalog": OWNER, "database": "crm"}},
        "board": {
            "tables": {
                "visits": {"raw": DELTA},
                "feed": FEED,
                "people": {"columns": {"id": "int"}, "view": {"presto": "SELECT id FROM partner.people"}},
            }
        },
    },
    "jobs": {
        "arrive": job(
            "spark.table('raw.v').write.format('delta').save('s3://lake/delta/visits')\n"
            "spark.table('raw.f').write.json('s3://arrivals/feed/2026-01-01/')\n"
            "spark.table('raw.no').write.json('s3://lake/unused/')"
        ),
        "back": job("spark.table('board.feed').write.insertInto('partner.people')"),
    },
    "accounts": {
        OWNER: {
            "databases": {"crm": {"tables": {"people": {"columns": {"id": "int"}}}}},
            "jobs": {"load": job("spark.read.json('s3://in/p').write.saveAsTable('crm.people')")},
        }
    },
}  # fmt: skip


async def read(url: str) -> StoredLineage:
    sink = parse_sink(url)
    assert isinstance(sink, SqlSink)
    try:
        return await read_lineage(sink)
    finally:
        await sink.close()


def upstream(stored: StoredLineage, name: str, account: str = CONSUMER) -> set[str]:
    start = Dataset(namespace=f"arn:aws:glue:eu-west-1:{account}", name=f"table/{name}")
    return {
        f"{step.hop.upstream.namespace.rpartition(':')[2]}/{step.hop.upstream.name}"
        for step in stored.hops.walk(start, "upstream", 9)
    }


async def test_a_chain_leads_through_links_and_to_where_data_stands(
    simulator: Callable[..., Simulator],
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", simulator(catalogue=CATALOGUE).url)
    url = f"sqlite:///{tmp_path}/chain.db"
    role = Role(arn=f"arn:aws:iam::{OWNER}:role/reader")
    sources: dict[str, Any] = {
        "consumer": Source(region="eu-west-1"),
        "producer": Source(region="eu-west-1", roles=(role,)),
    }
    changed = settings.model_copy(update={"sinks": (url,), "sources": sources})
    async with Inline(changed) as worker:
        first = await worker.run(source="consumer", options=Options(partitions="count"))
        stored = await read(url)
        people = f"{OWNER}/table/crm/people"
        assert people in upstream(stored, "board/people")
        (warning,) = stored.warnings(stored.hops.datasets)
        assert "database partner is a resource link to database crm of" in warning
        await worker.run(source="producer")
    stored = await read(url)
    assert stored.warnings(stored.hops.datasets) == []
    assert {people, "//in/p"} <= upstream(stored, "board/people")
    assert f"{CONSUMER}/table/board/feed" in upstream(stored, "crm/people", OWNER)
    assert upstream(stored, "board/visits") == {
        "//lake/delta/visits",
        f"{CONSUMER}/table/raw/v",
    }
    assert upstream(stored, "board/feed") == {
        "//arrivals/feed/2026-01-01",
        f"{CONSUMER}/table/raw/f",
    }
    assert first.counts.get("partition_summary", 0) == 0
