"""``glueline run`` as people use it: one process, no server, an exit code that tells."""

import json
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from tests.support.command import glueline

from glueline_simulator import Simulator

Simulate = Callable[..., Simulator]


def test_it_fills_sinks_with_what_the_filters_admit(simulator: Simulate, tmp_path: Path) -> None:
    sim = simulator(databases=3, tables=10, jobs=4)
    said = glueline(
        *("run", "--endpoint-url", sim.url, "--json", "--partitions", "count", "-w", "1"),
        *("--sink", f"sqlite:///{tmp_path}/glue.db", "--sink", f"file://{tmp_path}/records"),
        *("--database", "raw_*", "--exclude-table", "*_000000", "--exclude-job", "*"),
    )
    assert said.code == 0, said.err
    run = said.json["run"]
    assert (run["state"], said.json["failures"], said.json["warnings"]) == ("succeeded", [], [])
    with closing(sqlite3.connect(tmp_path / "glue.db")) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM tables")]
        (databases,) = database.execute("SELECT count(*) FROM databases").fetchone()
    assert len(tables) == 9 * databases == run["counts"]["table"]
    assert not [name for name in tables if name.endswith("_000000")]
    assert "job" not in run["counts"]
    manifest = json.loads((tmp_path / "records" / "runs" / f"{run['run_id']}.json").read_text())
    stored = Counter[str]()
    for thing in manifest["objects"]:
        stored[thing["kind"]] += thing["records"]
    assert stored["table"] == len(tables)


def test_a_partial_run_says_so(simulator: Simulate) -> None:
    sim = simulator(databases=2, tables=5, jobs=2, deny=["GetTables:raw_sales_0000"])
    said = glueline("run", "-w", "1", "--endpoint-url", sim.url, "--sink", "sqlite:///glue.db")
    assert said.code == 3, said.err
    assert "partial" in said.out
    assert "database/raw_sales_0000  GetTables: AccessDeniedException" in said.out
    assert "results in sqlite:///glue.db" in said.out
    assert "Traceback" not in said.err


def test_records_on_standard_output_have_it_for_themselves(simulator: Simulate) -> None:
    # Long lines from two processes: half a line of one must not meet half a line of the other.
    sim = simulator(databases=6, tables=60, columns=200, jobs=6)
    said = glueline(
        "run",
        "--endpoint-url",
        sim.url,
        "--sink",
        "stdout:",
        "--workers",
        "2",
        "--concurrency",
        "8",
    )
    assert said.code == 0, said.err
    kinds = Counter(json.loads(line)["kind"] for line in said.out.splitlines())
    assert (kinds["database"], kinds["table"], kinds["job"]) == (6, 360, 6)
    assert "succeeded" in said.err

    both = glueline("run", "--endpoint-url", sim.url, "--sink", "stdout:", "--json")
    assert (both.code, both.out) == (2, "")
    assert "--json" in both.err
