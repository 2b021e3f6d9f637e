"""Rows over time, what can be queried, and what goes wrong with databases."""

import asyncio
import json
import sqlite3
import subprocess
import sys
import time
import traceback
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
from tests.support.postgres import PASSWORD, PostgresServer
from tests.unit.sinks.places import Rows
from tests.unit.sinks.samples import (
    commit,
    database,
    edge,
    job,
    partition,
    run,
    store,
    table,
    wide_table,
)

from glueline.contract.messages import Options
from glueline_worker.sinks.base import Sink
from glueline_worker.sinks.errors import SinkRefused, SinkUnavailable
from glueline_worker.sinks.model import Part
from glueline_worker.sinks.registry import parse_sink
from glueline_worker.sinks.sql import engine
from glueline_worker.sinks.sql.schema.tables import SCHEMA_VERSION

SALES = "database/sales"


async def test_a_row_tells_when_it_was_first_seen_last_seen_and_changed(sink: Sink, rows: Rows):
    times = []
    for generation, content in enumerate(["1", "1", "2"], start=1):
        await store(sink, run(generation), SALES, table("a", content_hash=content))
        times += rows("SELECT first_seen_at, last_seen_at, changed_at FROM tables")
    first, again, changed = times
    assert first.first_seen_at == first.last_seen_at == first.changed_at
    assert again.first_seen_at == again.changed_at == first.changed_at < again.last_seen_at
    assert changed.first_seen_at == first.first_seen_at
    assert changed.changed_at == changed.last_seen_at > again.last_seen_at


async def test_an_older_run_does_not_overwrite_a_newer_one(sink: Sink, rows: Rows):
    await store(sink, run(2), SALES, table("a", owner="new", content_hash="2"))
    before = rows("SELECT * FROM tables")
    await store(sink, run(1), SALES, table("a", owner="old", content_hash="1"))
    assert rows("SELECT * FROM tables") == before


async def test_a_retry_of_the_same_run_overwrites(sink: Sink, rows: Rows):
    for owner in ("first", "second"):
        await store(sink, run(1), SALES, table("a", owner=owner))
    assert rows("SELECT owner FROM tables") == [("second",)]


async def test_what_people_ask_for_has_columns(sink: Sink, rows: Rows):
    await store(sink, run(), SALES, wide_table(), job("j", command_name="glueetl"))
    query = "SELECT database_name, name, owner, format, location, column_count FROM tables"
    assert rows(query) == [("sales", "orders", "finance", "hive", "s3://lake/orders", 2)]
    assert rows("SELECT name, command_name, job_mode FROM jobs") == [("j", "glueetl", "SCRIPT")]


async def test_columns_of_json_hold_lists(sink: Sink, rows: Rows):
    writer = await sink.begin(run(), SALES)
    of = table("a")
    await writer.write_parts([Part(of.key, (of, partition("x"), edge("job/j")), "1", ("b", "c"))])
    found = await writer.find_stored_entries("table", [of.key])
    assert found[of.key].inputs == ("b", "c")
    for column, kind, expected in [
        ("inputs", "tables", ["b", "c"]),
        ("partition_values", "partitions", ["x"]),
        ("origins", "lineage", ["script"]),
    ]:
        [(text,)] = rows(f"SELECT CAST({column} AS TEXT) FROM {kind}")
        assert json.loads(text) == expected


async def test_the_columns_of_tables_can_be_queried(sink: Sink, rows: Rows):
    await store(sink, run(1), SALES, wide_table(), wide_table("gone"))
    await store(sink, run(2), SALES, wide_table())
    await commit(sink, run(2), SALES)
    query = "SELECT table_name, position, name, type, comment, is_partition_key FROM columns"
    assert sorted(rows(query)) == [
        ("orders", 1, "id", "bigint", "the order", False),
        ("orders", 2, "price", "double", None, False),
        ("orders", 3, "day", "date", None, True),
    ]


async def test_column_lineage_can_be_queried(sink: Sink, rows: Rows):
    await store(sink, run(), "job/j", edge("job/j"))
    query = (
        "SELECT process, upstream_name, upstream_column, downstream_name, downstream_column, "
        "transformation, line FROM column_lineage"
    )
    assert rows(query) == [("job/j", "a", "x", "b", "y", "transformation", 7)]


async def test_columns_that_decide_about_others_can_be_queried_until_their_edge_is_gone(
    sink: Sink, rows: Rows
):
    await store(sink, run(1), "job/j", job("j"), edge("job/j"))
    query = (
        "SELECT process, upstream_name, upstream_column, downstream_name, downstream_column, "
        "effect, line FROM indirect_column_lineage ORDER BY effect"
    )
    assert rows(query) == [
        ("job/j", "a", "z", "b", "y", "conditional", None),
        ("job/j", "a", "k", "b", None, "filter", 8),
    ]
    await store(sink, run(2), "job/j", job("j"))
    await commit(sink, run(2), "job/j")
    assert rows(query) == []


async def test_a_committed_run_has_a_row(sink: Sink, rows: Rows):
    shy = run(2, options=Options())
    await store(sink, run(1), SALES, table("a"))
    await commit(sink, shy, SALES)
    [row] = rows("SELECT run_id, source, scope, generation, state, deleted, warnings FROM runs")
    assert row[:6] == (shy.run_id, "default", "catalog", 2, "succeeded", 0)
    warnings = json.loads(row.warnings) if isinstance(row.warnings, str) else row.warnings
    assert len(warnings) == 1


async def test_an_aborted_run_is_cancelled_but_a_committed_one_stays(sink: Sink, rows: Rows):
    await sink.abort(run(1))
    await commit(sink, run(2))
    await sink.abort(run(2))
    query = "SELECT generation, state FROM runs ORDER BY generation"
    assert rows(query) == [(1, "cancelled"), (2, "succeeded")]


async def test_commits_of_one_run_at_the_same_time_agree(sink: Sink, rows: Rows):
    await store(sink, run(1), SALES, table("a"))
    reports = await asyncio.gather(*(commit(sink, run(2), SALES) for _ in range(8)))
    assert [report.deleted for report in reports] == [1] * 8
    assert rows("SELECT deleted FROM runs") == [(1,)]


def wait_for_a_lock(watcher: psycopg.Connection[tuple[int]]) -> None:
    """Return once another transaction waits for a lock."""
    while watcher.execute("SELECT count(*) FROM pg_locks WHERE NOT granted").fetchone() == (0,):
        time.sleep(0.01)


async def test_a_row_that_a_newer_run_writes_during_a_commit_is_spared(postgres: PostgresServer):
    url = postgres.create_database()
    sink = parse_sink(url)
    await sink.open()
    await store(sink, run(1), SALES, table("a"))
    with psycopg.connect(url) as newer, psycopg.connect(url, autocommit=True) as watcher:
        newer.execute("UPDATE tables SET generation = 3")
        committing = asyncio.create_task(commit(sink, run(2), SALES))
        await asyncio.to_thread(wait_for_a_lock, watcher)
        newer.commit()
        assert (await committing).deleted == 0
    await sink.close()
    assert Rows(url).live("tables") == ["a"]


async def test_a_commit_that_fails_changes_nothing(
    sink: Sink, rows: Rows, monkeypatch: pytest.MonkeyPatch
):
    await store(sink, run(1), SALES, table("a"))
    rows("DROP TABLE runs")
    with pytest.raises(SinkRefused):
        await commit(sink, run(2), SALES)
    assert rows.live("tables") == ["a"]


async def test_long_names_and_locations_fit_and_stay_apart(sink: Sink, rows: Rows):
    long = "路" * 1000
    edges = [edge("job/" + "任" * 255, long + end, long) for end in "ab"]
    await store(sink, run(), "job/x", *edges)
    await store(sink, run(), "x", partition(long, "a"), partition(long, "b"))
    for table_name in ("lineage", "partitions"):
        assert rows(f"SELECT count(*) FROM {table_name}") == [(2,)]


async def test_many_may_create_one_database_at_once(url: str, rows: Rows):
    sinks = [parse_sink(url) for _ in range(8)]
    await asyncio.gather(*(sink.open() for sink in sinks))
    await asyncio.gather(*(sink.close() for sink in sinks))
    assert rows("SELECT version FROM glueline_schema") == [(SCHEMA_VERSION,)]


def test_the_switch_to_wal_is_tried_again_when_another_process_is_at_it():
    answers = ["busy", "busy", None]

    class Connection:
        def execute(self, statement: str) -> None:
            if "journal_mode" in statement and answers.pop(0) == "busy":
                error = sqlite3.OperationalError("database is locked")
                error.sqlite_errorcode = sqlite3.SQLITE_BUSY
                raise error

    engine._prepare_sqlite(Connection(), None)
    assert answers == []


async def test_writers_of_the_same_rows_do_not_block_each_other_for_good(url: str, rows: Rows):
    tables = [table(f"t{number}") for number in range(200)]
    sinks = [parse_sink(url) for _ in range(2)]
    await asyncio.gather(*(sink.open() for sink in sinks))
    await asyncio.gather(
        *(
            store(sink, run(), SALES, *order)
            for sink in sinks
            for order in (tables, tables[::-1], tables, tables[::-1])
        )
    )
    for sink in sinks:
        await sink.close()
    assert len(rows.live("tables")) == 200


PROCESS = """
import asyncio, sys
from glueline_worker.sinks.registry import parse_sink
from tests.unit.sinks.samples import commit, run, store, table

async def main(url, mine):
    sink = parse_sink(url)
    await sink.open()
    for number in range(20):
        await store(sink, run(), "database/sales", table("shared"), table(f"{mine}_{number}"))
    await commit(sink, run(), "database/sales")
    await sink.close()

asyncio.run(main(*sys.argv[1:]))
"""


def test_processes_may_create_and_write_one_database_at_once(url: str, rows: Rows):
    root = Path(__file__).parents[3]
    processes = [
        subprocess.Popen([sys.executable, "-W", "error", "-c", PROCESS, url, mine], cwd=root)
        for mine in "abc"
    ]
    assert [process.wait(60) for process in processes] == [0, 0, 0]
    assert len(rows.live("tables")) == 61
    assert rows("SELECT version FROM glueline_schema") == [(SCHEMA_VERSION,)]


async def test_the_schema_of_a_newer_version_is_refused(sink: Sink, url: str, rows: Rows):
    rows("UPDATE glueline_schema SET version = 99")
    again = parse_sink(url)
    with pytest.raises(SinkRefused, match="version 99"):
        await again.open()
    await again.close()


async def test_writing_without_a_schema_is_refused(sink: Sink, rows: Rows):
    rows("DROP VIEW columns")
    rows("DROP TABLE tables")
    with pytest.raises(SinkRefused, match="tables"):
        await store(sink, run(), SALES, table("a"))


async def open_error(url: str) -> Exception:
    sink = parse_sink(url)
    with pytest.raises((SinkRefused, SinkUnavailable)) as raised:
        await sink.open()
    await sink.close()
    return raised.value


async def test_sqlite_creates_its_folder(tmp_path: Path):
    sink = parse_sink(f"sqlite:///{tmp_path}/a/b/c.db")
    await sink.open()
    await sink.close()
    assert (tmp_path / "a/b/c.db").is_file()


async def test_a_file_that_is_no_database_is_refused(tmp_path: Path):
    (tmp_path / "notes.txt").write_text("not a database" * 100)
    error = await open_error(f"sqlite:///{tmp_path}/notes.txt")
    assert isinstance(error, SinkRefused)
    assert "notes.txt: file is not a database" in str(error)


def delete(file: Path) -> None:
    for path in file.parent.glob(f"{file.name}*"):
        path.unlink()


async def replaced(tmp_path: Path, by: str) -> tuple[Sink, dict[str, dict[str, object]]]:
    """A sink whose file is another after its first unit was stored; the receipts of two units."""
    file = tmp_path / "a.db"
    sink = parse_sink(f"sqlite:///{file}")
    await sink.open()
    receipts = {"lost": await store(sink, run(), "lost", table("a"))}
    delete(file)
    if by == "another":
        other = parse_sink(f"sqlite:///{file}")
        await other.open()
        await other.close()
    receipts["kept"] = await store(sink, run(), "kept", table("b"))
    return sink, receipts


@pytest.mark.parametrize("by", ["nothing", "another"])
async def test_a_file_that_was_replaced_takes_what_follows_and_the_run_is_not_committed(
    tmp_path: Path, by: str
):
    sink, receipts = await replaced(tmp_path, by)
    rows = Rows(f"sqlite:///{tmp_path}/a.db")
    assert rows.live("tables") == ["b"]
    with pytest.raises(SinkRefused, match=r"deleted or replaced during the run.* 1 units.*'lost'"):
        await commit(sink, run(), receipts=receipts)
    assert rows("SELECT count(*) FROM runs") == [(0,)]
    await store(sink, run(2), SALES, table("a"))
    await commit(sink, run(2), receipts={"kept": receipts["kept"]})
    await sink.close()


async def test_a_unit_that_wrote_to_two_files_is_tried_again(tmp_path: Path):
    sink = parse_sink(f"sqlite:///{tmp_path}/a.db")
    await sink.open()
    writer = await sink.begin(run(), SALES)
    await writer.write([table("a")])
    delete(tmp_path / "a.db")
    await writer.write([table("b")])
    with pytest.raises(SinkUnavailable, match="replaced while"):
        await writer.complete()
    await sink.close()


async def test_a_file_that_is_replaced_during_a_transaction_is_noticed(tmp_path: Path):
    sink = parse_sink(f"sqlite:///{tmp_path}/a.db")
    await sink.open()
    with pytest.raises(SinkUnavailable, match="deleted or replaced"):
        await sink._database.in_transaction(lambda _: (tmp_path / "a.db").unlink())
    await sink.close()


async def test_reading_changes_nothing_and_waits_for_no_writer(tmp_path: Path):
    file = tmp_path / "odd ?#%20 name" / "a.db"
    sink = parse_sink(f"sqlite:///{quote(str(file))}")
    await sink.open()
    await sink.close()
    before = file.read_bytes()
    with sqlite3.connect(file, isolation_level=None) as writer:
        writer.execute("BEGIN IMMEDIATE")
        assert await sink_of(file).read(lambda c: c.exec_driver_sql("SELECT 1").scalar()) == 1
        writer.execute("ROLLBACK")
    writer.close()
    with pytest.raises(SinkRefused, match="readonly"):
        await sink_of(file).read(lambda c: c.exec_driver_sql("DELETE FROM tables"))
    assert file.read_bytes() == before
    assert [found.name for found in file.parent.iterdir()] == ["a.db"]


async def test_a_foreign_database_is_not_read_or_changed(tmp_path: Path):
    file = tmp_path / "a.db"
    with sqlite3.connect(file) as foreign:
        foreign.execute("CREATE TABLE tables (a)")
    foreign.close()
    before = file.read_bytes()
    with pytest.raises(SinkRefused, match="holds nothing of Glueline; name the sink of a run"):
        await sink_of(file).read(lambda _: 1)
    assert file.read_bytes() == before


def sink_of(file: Path) -> Any:
    return parse_sink(f"sqlite:///{quote(str(file))}")


async def test_a_damaged_file_is_refused_with_what_to_do(tmp_path: Path):
    sink = parse_sink(f"sqlite:///{tmp_path}/a.db")
    await sink.open()
    await sink.close()
    with (tmp_path / "a.db").open("r+b") as file:
        file.seek(100)
        file.write(b"x" * 4000)
    assert "malformed; move the file away" in str(await open_error(f"sqlite:///{tmp_path}/a.db"))


async def test_a_folder_in_place_of_the_file_is_refused(tmp_path: Path):
    assert isinstance(await open_error(f"sqlite:///{tmp_path}"), SinkRefused)


async def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path):
    (tmp_path / "file").touch()
    assert isinstance(await open_error(f"sqlite:///{tmp_path}/file/a.db"), SinkRefused)


async def test_a_locked_database_may_be_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(engine, "_SQLITE_WAIT_SECONDS", 0.01)
    sink = parse_sink(f"sqlite:///{tmp_path}/a.db")
    await sink.open()
    other = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(SinkUnavailable, match="locked"):
        await store(sink, run(), SALES, table("a"))
    other.close()
    await store(sink, run(), SALES, table("a"))
    await sink.close()


async def test_a_look_up_waits_for_no_writer(tmp_path: Path):
    sink = parse_sink(f"sqlite:///{tmp_path}/a.db")
    await sink.open()
    receipt = await store(sink, run(), SALES, table("a"))
    assert receipt["records"] == 1
    writer = await sink.begin(run(), SALES)
    with sqlite3.connect(tmp_path / "a.db", isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        assert await writer.find_stored_entries("table", [table("a").key]) == {}
    other.close()
    await sink.close()


async def test_a_thing_that_is_twice_in_a_batch_is_stored_as_it_was_last(sink: Sink, rows: Rows):
    receipt = await store(sink, run(), SALES, table("a", owner="1"), table("a", owner="2"))
    assert receipt["records"] == 2
    assert rows("SELECT owner FROM tables") == [("2",)]


async def test_a_full_sqlite_file_may_be_tried_again(tmp_path: Path):
    sink = parse_sink(f"sqlite:///{tmp_path}/a.db")
    await sink.open()
    with sink._database._engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1")
    with pytest.raises(SinkUnavailable, match="full"):
        await store(sink, run(), SALES, *(table(f"t{n}", owner="x" * 999) for n in range(999)))
    await sink.close()


async def test_a_lost_connection_is_replaced(postgres: PostgresServer):
    url = postgres.create_database()
    sink = parse_sink(url)
    await sink.open()
    await store(sink, run(), SALES, table("a"))
    with psycopg.connect(url, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    await store(sink, run(), SALES, table("b"))
    assert Rows(url).live("tables") == ["a", "b"]
    await sink.close()


async def test_a_server_that_takes_no_writes_may_be_tried_again(postgres: PostgresServer):
    url = postgres.create_database()
    name = url.rpartition("/")[2]
    sink = parse_sink(url)
    await sink.open()
    read_only = f"ALTER DATABASE {name} SET default_transaction_read_only"
    with psycopg.connect(postgres.url(), autocommit=True) as admin:
        admin.execute(f"{read_only} = on")
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
        )
        with pytest.raises(SinkUnavailable, match="read-only transaction"):
            await store(sink, run(), SALES, table("a"))
        admin.execute(f"{read_only} = off")
    await store(sink, run(), SALES, table("a"))
    await sink.close()
    assert Rows(url).live("tables") == ["a"]


async def test_nul_is_replaced_for_postgresql_and_the_record_says_so(postgres: PostgresServer):
    url = postgres.create_database()
    sink = parse_sink(url)
    await sink.open()
    fine = table("fine", description="a literal \\u0000 is no NUL")
    await store(sink, run(), SALES, table("a\0b", owner="x\0"), fine, database("sales"))
    await sink.close()
    stored = Rows(url)("SELECT name, owner, description, record FROM tables ORDER BY name")
    assert [(row.name, row.owner) for row in stored] == [("a�b", "x�"), ("fine", None)]
    assert [len(row.record["warnings"]) for row in stored] == [1, 0]
    assert stored[1].description == fine.description


@pytest.mark.parametrize("wrong", ["password", "database", "port"])
async def test_no_error_of_the_driver_shows_the_password(postgres: PostgresServer, wrong: str):
    password = "wrong-hunter2" if wrong == "password" else PASSWORD
    url = postgres.url("missing" if wrong == "database" else "postgres", password)
    if wrong == "port":
        url = url.replace(f":{postgres.port}/", ":1/")
    error = await open_error(url)
    shown = "".join(traceback.format_exception(error))
    assert password not in shown
    assert url not in shown
    assert isinstance(error, SinkUnavailable if wrong == "port" else SinkRefused)


async def test_an_error_that_quotes_the_password_is_scrubbed(monkeypatch: pytest.MonkeyPatch):
    def refuse(**_: object) -> None:
        raise psycopg.OperationalError("cannot use 'hunter2' nor 'trick'")

    monkeypatch.setattr(psycopg, "connect", refuse)
    monkeypatch.setattr(psycopg.Connection, "connect", refuse)
    error = await open_error("postgresql://glue:hunter2@host/db?sslpassword=trick")
    assert str(error).endswith("cannot use '***' nor '***'")


MENDING = """
import fcntl, sys, time
with open(sys.argv[1], "r+b") as index:
    fcntl.lockf(index, fcntl.LOCK_EX, 3, 120)  # to write, to move pages, to mend
    index.write(bytes(96))  # both copies of the header: as when a writer was killed at it
    index.flush()
    print(flush=True)
    time.sleep(0.5)
"""


async def test_who_comes_while_another_mends_the_file_after_a_kill_waits(tmp_path: Path):
    """SQLite tells of it by a code of its own, an extended one."""
    sink = parse_sink(f"sqlite:///{tmp_path}/a.db")
    await sink.open()
    await store(sink, run(), SALES, table("a"))
    mending = await asyncio.create_subprocess_exec(
        sys.executable, "-c", MENDING, f"{tmp_path}/a.db-shm", stdout=subprocess.PIPE
    )
    assert mending.stdout is not None
    await mending.stdout.readline()
    assert await sink._database.look_up(lambda c: c.exec_driver_sql("SELECT 1").scalar()) == 1
    await store(sink, run(2), SALES, table("a"))
    assert await mending.wait() == 0
    await sink.close()
