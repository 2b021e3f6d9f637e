"""A second run reads and writes only what has changed."""

import base64
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection
from tests.integration.incremental.inline import Inline
from tests.integration.incremental.world import lines_of, rows_of
from tests.unit.sinks.places import Rows

from glueline.contract.messages import DatabaseScope, Options
from glueline.contract.runs import RunState, RunStatus
from glueline_simulator import Simulator
from glueline_worker.sinks.model import Commit, CommitReport
from glueline_worker.sinks.sql import sink as sql_sink
from glueline_worker.sinks.sql.runs import store_commit
from glueline_worker.sinks.sql.schema.tables import TABLES
from glueline_worker.units import fingerprints

Start = Callable[..., Any]
LISTINGS = {"GetDatabases", "GetTables", "GetJobs", "ListObjectsV2"}
KINDS = ("sqlite", "file")
COPY = 'spark.table("sales.orders").write.parquet("s3://lake/{}")'


@pytest.fixture
def sim(simulator: Start, monkeypatch: pytest.MonkeyPatch) -> Simulator:
    orders = {"columns": {"id": "bigint"}, "location": "s3://lake/orders/"}
    view = {"type": "VIRTUAL_VIEW", "view": {"spark": "SELECT * FROM sales.orders"}}
    names = ("daily", "hourly", "nightly", "weekly")
    started: Simulator = simulator(
        catalogue={
            "databases": {"sales": {"tables": {"orders": orders, "recent": view}}, "hr": {}},
            "jobs": {name: {"script": COPY.format(name)} for name in names},
            "connections": {"warehouse": {"properties": {"JDBC_CONNECTION_URL": "jdbc:x"}}},
        }
    )
    monkeypatch.setenv("AWS_ENDPOINT_URL", started.url)
    return started


def called(sim: Simulator) -> dict[str, int]:
    found = {name: of["calls"] for name, of in sim.stats()["operations"].items()}
    sim.reset()
    found.pop("GetCallerIdentity", None)
    return found


@pytest.mark.parametrize("kind", [*KINDS, "postgresql"])
async def test_an_unchanged_catalogue_is_only_listed(
    sim: Simulator, url: Start, inline: Start
) -> None:
    worker: Inline = await inline(url("out"))
    first = await worker.run()
    assert {"GetJob", "GetObject"} <= called(sim).keys()
    second = await worker.run()
    assert called(sim).keys() == LISTINGS
    assert {k: n for k, n in second.counts.items() if k.startswith("unchanged_")} == {
        f"unchanged_{kind}": first.counts[kind] for kind in ("database", "table", "job", "lineage")
    }
    for kind in ("database", "table", "job", "lineage"):
        assert second.counts[kind] == first.counts[kind]


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_rows_that_did_not_change_are_seen_and_not_written(
    sim: Simulator, url: Start, inline: Start
) -> None:
    here = url("out")
    worker: Inline = await inline(here)
    await worker.run()
    rows = Rows(here)
    before = rows_of(here)
    rows("UPDATE tables SET owner = 'a mark that a write would remove'")
    second = await worker.run()
    assert rows_of(here) == before
    assert {owner for (owner,) in rows("SELECT owner FROM tables")} == {
        "a mark that a write would remove"
    }
    for table in ("databases", "tables", "jobs", "lineage"):
        [(run_id,)] = rows(f"SELECT DISTINCT run_id FROM {table}")
        assert run_id == second.run_id


def tables_of(root: Path, run: RunStatus) -> Path:
    """The one object with the run's tables."""
    [path] = (root / f"table/run={run.run_id}").iterdir()
    return path


@pytest.mark.parametrize("kind", ["file"])
async def test_a_run_keeps_its_objects_when_the_one_it_took_them_from_is_removed(
    sim: Simulator, url: Start, inline: Start, tmp_path: Path
) -> None:
    worker: Inline = await inline(url("out"))
    first, second = await worker.run(), await worker.run()
    root = tmp_path / "out"
    assert tables_of(root, first).samefile(tables_of(root, second))
    before = lines_of(root, second.run_id)
    for folder in root.glob(f"*/run={first.run_id}"):
        shutil.rmtree(folder)
    (root / "runs" / f"{first.run_id}.json").unlink()
    assert lines_of(root, second.run_id) == before
    third = await worker.run()
    assert third.counts["unchanged_table"] == 2
    assert lines_of(root, third.run_id) == before


@pytest.mark.parametrize("kind", ["file"])
async def test_an_object_that_was_tampered_with_is_not_taken_over(
    sim: Simulator, url: Start, inline: Start, tmp_path: Path
) -> None:
    worker: Inline = await inline(url("out"))
    first = await worker.run()
    root = tmp_path / "out"
    before = lines_of(root, first.run_id)
    path = tables_of(root, first)
    path.write_text(path.read_text().replace("orders", "ordero"))
    second = await worker.run()
    assert "unchanged_table" not in second.counts
    assert lines_of(root, second.run_id) == before


@pytest.mark.parametrize("kind", KINDS)
async def test_a_script_that_changed_under_an_unchanged_job_is_read(
    sim: Simulator, url: Start, inline: Start
) -> None:
    worker: Inline = await inline(url("out"))
    await worker.run()
    called(sim)
    sim.add_job("daily", script=COPY.format("elsewhere"))  # its definition stays the same
    second = await worker.run()
    calls = called(sim)
    assert calls["GetJob"] == calls["GetObject"] == 1
    assert second.counts["unchanged_job"] == 3


@pytest.mark.parametrize("kind", KINDS)
async def test_without_the_right_to_list_scripts_each_is_looked_at(
    sim: Simulator, url: Start, inline: Start
) -> None:
    worker: Inline = await inline(url("out"))
    await worker.run()
    sim.configure(deny=["ListObjectsV2"])
    sim.add_job("daily", script=COPY.format("elsewhere"))
    called(sim)
    assert (await worker.run()).counts["unchanged_job"] == 3
    calls = called(sim)
    assert (calls["HeadObject"], calls["GetObject"]) == (4, 1)


@pytest.mark.parametrize("kind", KINDS)
async def test_without_the_right_to_get_jobs_each_is_read(
    sim: Simulator, url: Start, inline: Start
) -> None:
    worker: Inline = await inline(url("out"))
    await worker.run()
    sim.configure(deny=["GetJobs"])
    called(sim)
    second = await worker.run()
    assert second.state is RunState.SUCCEEDED
    assert called(sim)["GetJob"] == 4
    assert second.counts["job"] == 4


@pytest.mark.parametrize("kind", KINDS)
async def test_a_job_follows_the_columns_of_the_tables_that_it_reads(
    sim: Simulator, url: Start, inline: Start
) -> None:
    worker: Inline = await inline(url("out"))
    await worker.run()
    sim.add_table("sales", "orders", columns={"id": "bigint", "price": "double"})
    second = await worker.run()
    assert "unchanged_job" not in second.counts
    assert "unchanged_table" not in second.counts  # the view follows them, too


@pytest.mark.parametrize("kind", KINDS)
async def test_a_job_whose_unit_failed_is_read_again(
    sim: Simulator, url: Start, inline: Start
) -> None:
    worker: Inline = await inline(url("out"))
    await worker.run()
    sim.add_job("daily", script=COPY.format("elsewhere"))
    sim.configure(deny=["GetJob:daily"])
    assert (await worker.run()).state is RunState.PARTIAL
    sim.configure(deny=["GetObject"])  # the job is read, its script is not
    assert (await worker.run()).counts["unchanged_job"] == 3
    sim.configure(deny=[])
    for unchanged in (3, 4):
        assert (await worker.run()).counts["unchanged_job"] == unchanged


async def test_each_sink_skips_what_it_holds_and_a_new_one_gets_everything(
    sim: Simulator, inline: Start, tmp_path: Path
) -> None:
    old, new, lines = (
        f"sqlite:///{tmp_path}/old.db",
        f"sqlite:///{tmp_path}/new.db",
        tmp_path / "out",
    )
    worker: Inline = await inline(old)
    await worker.run()
    rows = Rows(old)
    rows("UPDATE tables SET owner = 'as it was'")
    both: Inline = await inline(old, new, f"file://{lines}?format=jsonl")
    run = await both.run()
    assert "unchanged_table" not in run.counts
    assert rows_of(new) == rows_of(old)
    assert len(lines_of(lines, run.run_id)) == len(rows_of(old))
    assert {owner for (owner,) in rows("SELECT owner FROM tables")} == {"as it was"}
    assert (await both.run()).counts["unchanged_table"] == 2
    alone: Inline = await inline("stdout:", old)
    assert "unchanged_table" not in (await alone.run()).counts


@pytest.mark.parametrize("kind", KINDS)
async def test_a_full_run_reads_everything(sim: Simulator, url: Start, inline: Start) -> None:
    worker: Inline = await inline(url("out"))
    await worker.run()
    called(sim)
    full = await worker.run(options=Options(full=True))
    assert not [kind for kind in full.counts if kind.startswith("unchanged_")]
    assert called(sim)["GetJob"] == 4
    assert (await worker.run()).counts["unchanged_table"] == 2


@pytest.mark.parametrize("kind", KINDS)
async def test_another_reader_reads_everything(
    sim: Simulator, url: Start, inline: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker: Inline = await inline(url("out"))
    await worker.run()
    monkeypatch.setattr(fingerprints, "hash_reader_code", lambda: "a newer one")
    second = await worker.run()
    assert not [kind for kind in second.counts if kind.startswith("unchanged_")]
    assert (await worker.run()).counts["unchanged_job"] == 4


@pytest.mark.parametrize("kind", KINDS)
async def test_other_options_read_what_they_show(sim: Simulator, url: Start, inline: Start) -> None:
    worker: Inline = await inline(url("out"))
    await worker.run(options=Options(lineage=False))
    second = await worker.run()
    assert second.counts["lineage"] > 4
    assert not [kind for kind in second.counts if kind.startswith("unchanged_")]


async def test_deletions_are_found_as_in_a_full_run(
    sim: Simulator, inline: Start, tmp_path: Path
) -> None:
    here = f"sqlite:///{tmp_path}/out.db"
    worker: Inline = await inline(here)
    sim.add_table("sales", "gone", columns={"id": "bigint"})
    await worker.run()
    sim.delete_table("sales", "gone")
    sim.delete_job("nightly")
    sim.delete_database("hr")
    second = await worker.run(options=Options(max_deletion_share=0.5))
    rows = Rows(here)
    assert rows.live("tables") == ["orders", "recent"]
    assert rows.live("jobs") == ["daily", "hourly", "weekly"]
    assert rows.live("databases") == ["sales"]
    assert second.counts["deleted"] == 4  # the edge of the job is gone with it
    sim.add_table("sales", "gone", columns={"id": "bigint"})
    await worker.run(scope=DatabaseScope(name="sales"))
    assert rows.live("tables") == ["gone", "orders", "recent"]


async def test_a_database_that_lost_its_last_commits_ends_its_run_as_partial(
    sim: Simulator, inline: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = f"sqlite:///{tmp_path}/out.db"
    worker: Inline = await inline(here)
    first = await worker.run()

    def lose(connection: Connection, ending: Commit) -> CommitReport:
        values = {"generation": first.generation, "run_id": first.run_id}
        connection.execute(TABLES.update().values(values))
        return store_commit(connection, ending)

    with monkeypatch.context() as patched:
        patched.setattr(sql_sink, "store_commit", lose)
        second = await worker.run()
    assert second.state is RunState.PARTIAL
    assert "has lost" in str(second.reason)
    assert second.counts.get("deleted", 0) == 0
    third = await worker.run()
    assert (third.state, third.counts.get("deleted", 0)) == (RunState.SUCCEEDED, 0)


async def test_what_a_cancelled_run_wrote_hides_no_edge_that_is_gone(
    sim: Simulator, inline: Start, tmp_path: Path
) -> None:
    here = f"sqlite:///{tmp_path}/out.db"
    worker: Inline = await inline(here)
    await worker.run()
    sim.add_job("daily", script=COPY.format("elsewhere"))
    units = ("databases", "jobs", "database/hr", "database/sales", "job/daily")
    cancelled = await worker.run(cancel_after=len(units))
    assert cancelled.state is RunState.CANCELLED
    third = await worker.run()
    assert third.counts["unchanged_job"] == 4
    query = "SELECT downstream_name FROM lineage WHERE process = 'job/daily' AND deleted_at IS NULL"
    assert Rows(here)(query) == [("elsewhere",)]


def test_the_reader_is_known_by_its_code(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    changed = tmp_path / "changed.py"
    before = fingerprints.hash_reader_code.__wrapped__()
    paths = [*fingerprints._list_code()]
    assert {"records.py", "tables.py", "sqltext.py", "redact.py"} & {path.name for path in paths}
    changed.write_bytes(paths[0].read_bytes() + b"#")
    monkeypatch.setattr(fingerprints, "_list_code", lambda: iter([changed, *paths[1:]]))
    assert fingerprints.hash_reader_code.__wrapped__() != before


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_a_view_of_trino_means_a_table_of_glue_once_there_is_one(
    sim: Simulator, url: Start, inline: Start
) -> None:
    """Trino's names of catalogues say nothing of Glue; a table of the same name does."""
    sql = "SELECT o.id FROM delta.sales.orders o JOIN pg.public.people p ON p.id = o.id"
    definition = {"originalSql": sql, "catalog": "iceberg", "schema": "sales"}
    encoded = base64.b64encode(json.dumps(definition).encode()).decode()
    text = {"ViewOriginalText": f"/* Presto View: {encoded} */"}
    sim.add_table("sales", "joined", type="VIRTUAL_VIEW", raw=text)
    place = url("out")
    worker: Inline = await inline(place)

    async def upstream() -> set[tuple[str, str]]:
        await worker.run()
        edges = [e for _, e in rows_of(place).values() if e.get("process") == "view/sales/joined"]
        return {(e["upstream"]["namespace"][:12], e["upstream"]["name"]) for e in edges}

    orders = ("arn:aws:glue", "table/sales/orders")
    assert await upstream() == {orders, ("trino-catalog://pg"[:12], "public.people")}
    sim.add_database("public")
    sim.add_table("public", "people", columns={"id": "bigint"})
    assert await upstream() == {orders, ("arn:aws:glue", "table/public/people")}
