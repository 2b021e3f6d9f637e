"""A simulated catalogue that is edited at random, and what a sink says of it."""

import json
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

from tests.unit.sinks.places import Rows

from glueline_simulator import Simulator
from glueline_simulator.errors import UsageError
from glueline_worker.sinks.sql.schema.tables import RECORD_TABLES

DATABASES = ("sales", "hr", "web")
TABLES = tuple(f"t{number}" for number in range(5))
JOBS = tuple(f"job {number}" for number in range(4))


class World:
    def __init__(self, sim: Simulator, chance: Random) -> None:
        self._sim = sim
        self._chance = chance

    def edit(self) -> None:
        """Add, change or delete one thing; to delete what is not there changes nothing."""
        one = self._chance.choice
        database, table, job = one(DATABASES), one(TABLES), one(JOBS)
        edits = {
            self._add_table: (database, table),
            self._sim.delete_table: (database, table),
            self._add_job: (job,),
            self._sim.delete_job: (job,),
            self._add_database: (database,),
            self._sim.delete_database: (database,),
        }
        edit = self._chance.choices(list(edits), weights=(8, 2, 5, 2, 1, 0.5))[0]
        with suppress(UsageError):  # there is no such thing
            edit(*edits[edit])

    def trouble(self) -> None:
        """Deny some calls, or none."""
        calls = [f"GetTables:{name}" for name in DATABASES] + [f"GetJob:{name}" for name in JOBS]
        calls += ["GetObject", "ListObjectsV2", "GetJobs", "GetTable", "GetDatabases"]
        self._sim.configure(deny=self._chance.sample(calls, self._chance.choice((0, 1, 2))))

    def calm(self) -> None:
        self._sim.configure(deny=[])

    def _add_table(self, database: str, table: str) -> None:
        kinds = self._chance.sample(["id", "name", "price", "day"], 2)
        columns = dict.fromkeys(kinds, self._chance.choice(["bigint", "string"]))
        more: dict[str, Any] = {}
        if self._chance.random() < 0.3:
            other = f"{self._chance.choice(DATABASES)}.{self._chance.choice(TABLES)}"
            more = {"type": "VIRTUAL_VIEW", "view": {"spark": f"SELECT * FROM {other}"}}
        elif self._chance.random() < 0.5:
            days = [[f"2024-01-0{day}"] for day in range(1, self._chance.randint(1, 4))]
            more = {"partition_keys": {"part": "date"}, "partitions": days}
        location = f"s3://lake/{database}/{table}/{self._chance.randint(0, 1)}/"
        self._sim.add_table(database, table, columns=columns, location=location, **more)

    def _add_database(self, database: str) -> None:
        self._sim.add_database(database, description=self._chance.choice(["a", "b"]))

    def _add_job(self, job: str) -> None:
        """Two times in three only the script changes, of which the job says nothing."""
        source = f"{self._chance.choice(DATABASES)}.{self._chance.choice(TABLES)}"
        target = f"s3://lake/out/{self._chance.randint(0, 2)}"
        script = f'spark.table("{source}").write.parquet("{target}")\n'
        words = {"arguments": {"--size": "2"}} if self._chance.random() < 0.3 else {}
        place = f"s3://scripts/{job}.py"
        self._sim.add_job(job, script=script, script_location=place, **words)


def rows_of(url: str) -> dict[str, Any]:
    """The live rows of a database by key: what was told, and its hash."""
    found: dict[str, Any] = {}
    rows = Rows(url)
    for table in RECORD_TABLES.values():
        query = f"SELECT key, content_hash, CAST(record AS TEXT) FROM {table.name}"
        for key, content_hash, record in rows(f"{query} WHERE deleted_at IS NULL"):
            found[key] = (content_hash, json.loads(record))
    return found


def lines_of(root: Path, run_id: str) -> dict[str, Any]:
    """The records that a run's manifest lists, each of which is there once."""
    manifest = json.loads((root / "runs" / f"{run_id}.json").read_text())
    found: dict[str, Any] = {}
    for thing in manifest["objects"]:
        lines = (root / thing["path"]).read_text().splitlines()
        assert len(lines) == thing["records"]
        for line in lines:
            record = json.loads(line)
            key = json.dumps([record[name] for name in IDENTITY if name in record])
            assert key not in found, f"{key} is there twice"
            found[key] = record
    return found


IDENTITY = (
    "kind",
    "database_name",
    "table_name",
    "name",
    "values",
    "process",
    "upstream",
    "downstream",
)
