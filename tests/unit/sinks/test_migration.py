"""A database of an older version of the schema becomes one of the present, with all it holds."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from structlog.testing import capture_logs
from tests.support.postgres import PostgresServer
from tests.unit.sinks.places import Rows
from tests.unit.sinks.samples import ONE_OF_EACH, commit, run, store, table

from glueline_worker.sinks.errors import SinkRefused
from glueline_worker.sinks.model import CatalogPlace, Run
from glueline_worker.sinks.registry import parse_sink
from glueline_worker.sinks.sql.schema import migration
from glueline_worker.sinks.sql.schema.tables import RECORD_TABLES, SCHEMA_VERSION

FOLDER = Path(__file__).parent / "version2"
PLACE = CatalogPlace("eu-west-1", "123456789012", "123456789012")
TABLES = ("runs", *(table.name for table in RECORD_TABLES.values()))


def in_sqlite(url: str) -> None:
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        connection.executescript((FOLDER / "sqlite.sql").read_text())
        connection.execute("PRAGMA user_version = 7")


def in_postgresql(url: str) -> None:
    """The same rows; a view and a grant of somebody else's stand on them."""
    with (
        closing(sqlite3.connect(":memory:")) as source,
        psycopg.connect(url) as target,
    ):
        source.executescript((FOLDER / "sqlite.sql").read_text())
        target.execute((FOLDER / "postgresql.sql").read_text())
        for name in (*TABLES, "glueline_schema"):
            found = source.execute(f"SELECT * FROM {name}")
            columns = ", ".join(column[0] for column in found.description)
            marks = ", ".join(["%s"] * len(found.description))
            for row in found:
                target.execute(f"INSERT INTO {name} ({columns}) VALUES ({marks})", row)
        target.execute("CREATE VIEW report AS SELECT name FROM tables")
        target.execute("GRANT SELECT ON tables, columns TO PUBLIC")


@pytest.fixture
def old(url: str) -> str:
    fill: Callable[[str], None] = in_sqlite if url.startswith("sqlite:") else in_postgresql
    fill(url)
    return url


def placed(generation: int) -> Run:
    made = run(generation)
    return Run(made.run_id, generation, made.request, made.created_at, PLACE)


async def test_all_rows_get_their_place_and_the_next_run_goes_on_with_them(old: str, rows: Rows):
    before = {name: rows(f"SELECT count(*) FROM {name}") for name in TABLES}
    first_seen = rows("SELECT name, first_seen_at FROM tables ORDER BY name")
    sink = parse_sink(old)
    with capture_logs() as logs:
        await sink.open()
    assert [(log["was"], log["version"]) for log in logs if log["event"] == "sink.migrated"] == [
        (2, SCHEMA_VERSION)
    ]
    assert rows("SELECT version FROM glueline_schema") == [(SCHEMA_VERSION,)]
    assert {name: rows(f"SELECT count(*) FROM {name}") for name in TABLES} == before
    assert rows("SELECT region, place FROM databases ORDER BY region") == [
        ("eu-west-1", "eu-west-1/123456789012"),
        ("us-east-1", "us-east-1/123456789012"),
    ]
    assert await sink.newest_generation("default") == 2

    unknown = table("unknown")
    await store(sink, placed(3), "all", *ONE_OF_EACH, table("n" * 1200), unknown)
    report = await commit(sink, placed(3), "databases", "database/sales", "jobs")
    assert report.deleted == 0
    assert "us-east-1" in report.warnings[0]
    assert rows("SELECT name, first_seen_at FROM tables ORDER BY name") == first_seen
    assert rows.live("tables") == ["n" * 1200, "orders", "unknown"]
    for record in ONE_OF_EACH:
        assert (record.key,) in rows(f"SELECT key FROM {RECORD_TABLES[record.kind].name}")
    assert {row[0] for row in rows("SELECT region FROM columns")} == {"eu-west-1"}
    assert len(rows("SELECT region, catalog_id FROM column_lineage")) == 1
    await sink.close()


async def test_it_is_done_once_and_whole(old: str, rows: Rows, monkeypatch: pytest.MonkeyPatch):
    with monkeypatch.context() as patched:
        patched.setattr(migration, "_remember_generations", _fail)
        broken = parse_sink(old)
        with pytest.raises(RuntimeError):
            await broken.open()
        await broken.close()
    assert rows("SELECT version FROM glueline_schema") == [(2,)]
    assert rows("SELECT key FROM databases ORDER BY key")[0] == ("default/database/sales",)
    assert len(rows("SELECT * FROM columns")) == 3
    for expected in (["sink.migrated"], []):
        sink = parse_sink(old)
        with capture_logs() as logs:
            await sink.open()
        assert [log["event"] for log in logs] == expected
        await sink.close()


def _fail(*_: object) -> None:
    raise RuntimeError


async def test_a_worker_of_the_older_version_can_no_longer_write(old: str, rows: Rows):
    columns = "key, source, region, listing, subject, contents, name, content_hash, run_id, "
    columns += "generation, first_seen_at, last_seen_at, changed_at, record"
    write = (
        f"INSERT INTO databases ({columns}) SELECT 'default/database/new', "
        f"{columns.removeprefix('key, ')} FROM databases WHERE name = 'sales'"
    )
    sink = parse_sink(old)
    await sink.open()
    await sink.close()
    with pytest.raises(Exception, match=r"place|older Glueline"):
        rows(write)
    with pytest.raises(Exception, match=r"place|older Glueline"):
        rows(
            "INSERT INTO runs (run_id, source, scope, generation, state, created_at, request) "
            "SELECT 'x', source, scope, generation, state, created_at, request FROM runs"
        )


@pytest.mark.parametrize(
    ("version", "advice"), [(1, "another database"), (SCHEMA_VERSION + 1, "newer Glueline")]
)
async def test_other_versions_are_refused_in_a_sentence(
    old: str, rows: Rows, version: int, advice: str
):
    rows(f"UPDATE glueline_schema SET version = {version}")
    sink = parse_sink(old)
    with pytest.raises(SinkRefused, match=f"has version {version} of the schema.*{advice}"):
        await sink.open()
    await sink.close()
    assert rows("SELECT version FROM glueline_schema") == [(version,)]


async def test_what_others_built_on_the_tables_stays(postgres: PostgresServer):
    url = postgres.create_database()
    in_postgresql(url)
    sink = parse_sink(url)
    await sink.open()
    await sink.close()
    rows = Rows(url)
    assert ("orders",) in rows("SELECT name FROM report")
    assert rows("SELECT has_table_privilege('public', 'columns', 'SELECT')") == [(True,)]


OLDER_VIEW = {
    "sqlite": """
        CREATE VIEW column_lineage AS
        SELECT l.key AS lineage_key, l.source, l.process, l.upstream_namespace, l.upstream_name,
               json_extract(c.value, '$.upstream') AS upstream_column,
               l.downstream_namespace, l.downstream_name,
               json_extract(c.value, '$.downstream') AS downstream_column,
               json_extract(c.value, '$.transformation') AS transformation, l.region, l.catalog_id
        FROM lineage AS l, json_each(l.record, '$.columns') AS c""",
    "postgresql": """
        CREATE VIEW column_lineage AS
        SELECT l.key AS lineage_key, l.source, l.process, l.upstream_namespace, l.upstream_name,
               c.value ->> 'upstream' AS upstream_column,
               l.downstream_namespace, l.downstream_name,
               c.value ->> 'downstream' AS downstream_column,
               c.value ->> 'transformation' AS transformation, l.region, l.catalog_id
        FROM lineage AS l
        CROSS JOIN LATERAL jsonb_array_elements(l.record -> 'columns') AS c (value)""",
}
WITHOUT_INDIRECT = {
    "sqlite": "json_remove(record, '$.indirect')",
    "postgresql": "record - 'indirect'",
}


async def test_a_database_without_indirect_columns_gets_their_view_and_keeps_its_rows(
    url: str, rows: Rows
):
    dialect = url.partition(":")[0]
    sink = parse_sink(url)
    await sink.open()
    await store(sink, run(1), "all", *ONE_OF_EACH)
    await sink.close()
    rows("DROP VIEW column_lineage")
    rows("DROP VIEW indirect_column_lineage")
    if dialect == "postgresql":  # an older Glueline stored records as JSONB
        rows("DROP VIEW columns")
        for table in RECORD_TABLES.values():
            rows(f"ALTER TABLE {table.name} ALTER record TYPE jsonb")
    rows(OLDER_VIEW[dialect])
    rows(f"UPDATE lineage SET record = {WITHOUT_INDIRECT[dialect]}")
    sink = parse_sink(url)
    with capture_logs() as logs:
        await sink.open()
    assert logs == []
    assert rows("SELECT version FROM glueline_schema") == [(SCHEMA_VERSION,)]
    assert rows("SELECT upstream_column, line FROM column_lineage") == [("x", 7)]
    assert rows("SELECT effect FROM indirect_column_lineage") == []
    await store(sink, run(2), "all", *ONE_OF_EACH)
    assert rows("SELECT effect FROM indirect_column_lineage ORDER BY effect") == [
        ("conditional",),
        ("filter",),
    ]
    await sink.close()
