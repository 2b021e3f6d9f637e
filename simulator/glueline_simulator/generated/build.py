"""Generate an account with databases, tables, jobs and scripts."""

from dataclasses import dataclass
from typing import Any

from glueline_simulator.catalogue.account_state import (
    AccountState,
    AwsState,
    StoredDatabase,
    name_scripts_bucket,
)
from glueline_simulator.catalogue.ordered_store import OrderedStore
from glueline_simulator.generated.jobs import GeneratedLake, JobSource
from glueline_simulator.generated.names import name_databases
from glueline_simulator.generated.partitions import PartitionSource
from glueline_simulator.generated.tables import EPOCH, TableSource, TableTemplates


@dataclass(frozen=True)
class CatalogueSize:
    """The size of a generated catalogue: tables of each database, columns of each table."""

    databases: int = 10
    tables: int = 100
    columns: int = 12
    partitions: int = 30
    jobs: int = 20
    skew: float = 0.0

    def tables_of(self, database: int) -> int:
        """Count the tables of a database. With ``skew``, the first has that share of all."""
        others = self.databases - 1
        if not self.skew or others < 1:
            return self.tables
        total = self.databases * self.tables
        first = round(total * self.skew)
        if database == 0:
            return first
        each, left = divmod(total - first, others)
        return each + (database <= left)


class DatabaseSource:
    """The databases of a generated account; each is made once."""

    def __init__(self, account: str, size: CatalogueSize) -> None:
        self._names = name_databases(size.databases)
        self._account = account
        self._size = size
        self._templates = TableTemplates(account, size.columns)
        self._made: dict[int, StoredDatabase] = {}

    def __len__(self) -> int:
        """Return the number of databases."""
        return len(self._names)

    def name(self, index: int) -> str:
        """Return the name of a database."""
        return self._names.name(index)

    def index(self, name: str) -> int | None:
        """Return the index of a database's name."""
        return self._names.index(name)

    def item(self, index: int) -> StoredDatabase:
        """Return the same object each time, because tables may be added to it."""
        if index not in self._made:
            name = self._names.name(index)
            source = TableSource(name, self._size.tables_of(index), self._templates)
            self._made[index] = StoredDatabase(self._definition(name, index), OrderedStore(source))
        return self._made[index]

    def _definition(self, name: str, index: int) -> dict[str, Any]:
        return {
            "Name": name,
            "Description": f"The {name.rpartition('_')[0].replace('_', ' ')} data",
            "LocationUri": f"s3://glueline-lake-{self._account}/{name}/",
            "Parameters": {"domain": name.split("_")[1]},
            "CreateTime": EPOCH - index * 86_400,
            "CatalogId": self._account,
        }


def generate_aws_state(region: str, account_id: str, size: CatalogueSize) -> AwsState:
    """Generate an account with a catalogue, jobs and their scripts."""
    counts = [size.tables_of(0), size.tables_of(size.databases - 1)]
    lake = GeneratedLake.of(account_id, region, size.databases, min(counts))
    jobs = JobSource(size.jobs, lake)
    account = AccountState(
        account_id,
        databases=OrderedStore(DatabaseSource(account_id, size)),
        jobs=OrderedStore(jobs),
        partitions_of=lambda table: PartitionSource(table, size.partitions),
        runs_of=_generate_runs,
    )
    bucket = name_scripts_bucket(account_id, region)

    def find_script(bucket_name: str, key: str) -> bytes | None:
        if bucket_name != bucket or not (key.startswith("jobs/") and key.endswith(".py")):
            return None
        text = jobs.script(key.removeprefix("jobs/").removesuffix(".py"))
        return None if text is None else text.encode()

    places = [(bucket, f"jobs/{jobs.name(index)}.py") for index in range(len(jobs))]
    return AwsState(
        region, account_id, {account_id: account}, scripts=find_script, script_places=places
    )


def _generate_runs(job: str) -> list[dict[str, Any]]:
    """Generate a week of daily runs; the latest is still running and has no end."""
    runs: list[dict[str, Any]] = []
    for day in range(7):
        started = EPOCH - day * 86_400
        run: dict[str, Any] = {
            "Id": f"jr_{job}_{day}",
            "Attempt": 0,
            "JobName": job,
            "StartedOn": started,
            "LastModifiedOn": started + 60,
            "JobRunState": "RUNNING" if day == 0 else "SUCCEEDED",
        }
        if day:
            run |= {"CompletedOn": started + 600, "ExecutionTime": 590}
        runs.append(run)
    return runs
