"""Generated jobs: visual ones, annotated classic scripts and plain ones, in turn."""

from dataclasses import dataclass
from typing import Any

from glueline_simulator.catalogue.account_state import scripts_bucket
from glueline_simulator.generated import scripts, visual
from glueline_simulator.generated.names import NameSeries, database_names, job_names, table_names
from glueline_simulator.generated.tables import EPOCH

_VISUAL_BELOW, _ANNOTATED_BELOW, _TURN = 4, 8, 10


@dataclass(frozen=True)
class Lake:
    """Where generated jobs find the tables they read and write."""

    account: str
    region: str
    databases: NameSeries
    smallest: int

    @classmethod
    def of(cls, account: str, region: str, databases: int, tables: int) -> "Lake":
        """A lake in which every database has at least so many tables."""
        return cls(account, region, database_names(databases), tables)

    def table(self, number: int) -> tuple[str, str]:
        """The database and name of an existing table, chosen by a number."""
        database = self.databases.name((number // 3) % max(1, len(self.databases)))
        return database, table_names(self.smallest).name(number % max(1, self.smallest))

    def path(self, database: str, table: str) -> str:
        """Where a table's data lies."""
        return f"s3://glueline-lake-{self.account}/{database}/{table}/"


class JobSource:
    """The jobs of a generated account."""

    def __init__(self, size: int, lake: Lake) -> None:
        self._names = job_names(size)
        self._lake = lake

    def __len__(self) -> int:
        """How many jobs there are."""
        return len(self._names)

    def name(self, index: int) -> str:
        """The name of a job."""
        return self._names.name(index)

    def index(self, name: str) -> int | None:
        """The index of a job's name."""
        return self._names.index(name)

    def item(self, index: int) -> dict[str, Any]:
        """The definition of a job."""
        name, lake = self._names.name(index), self._lake
        bucket = scripts_bucket(lake.account, lake.region)
        job: dict[str, Any] = {
            "Name": name,
            "JobMode": "SCRIPT",
            "Description": f"Keeps {name.partition('-')[2].partition('_')[0]} up to date",
            "Role": f"arn:aws:iam::{lake.account}:role/glue-jobs",
            "CreatedOn": EPOCH - index * 3600,
            "LastModifiedOn": EPOCH - index * 60,
            "ExecutionProperty": {"MaxConcurrentRuns": 1},
            "Command": {
                "Name": "glueetl",
                "ScriptLocation": f"s3://{bucket}/jobs/{name}.py",
                "PythonVersion": "3",
            },
            "DefaultArguments": {
                "--job-language": "python",
                "--TempDir": f"s3://{bucket}/temporary/",
                "--job-bookmark-option": "job-bookmark-enable",
                "--target_database": self._flow(index).target[0],
            },
            "MaxRetries": index % 3,
            "Timeout": 480,
            "WorkerType": "G.1X",
            "NumberOfWorkers": 2 + index % 8,
            "GlueVersion": "4.0",
        }
        if index % _TURN < _VISUAL_BELOW:
            job["JobMode"] = "VISUAL"
            job["CodeGenConfigurationNodes"] = visual.nodes(self._flow(index))
        return job

    def script(self, name: str) -> str | None:
        """The text of a job's script."""
        index = self.index(name)
        if index is None:
            return None
        flow = self._flow(index)
        if index % _TURN < _VISUAL_BELOW:
            return scripts.visual_script(flow)
        return scripts.annotated(flow) if index % _TURN < _ANNOTATED_BELOW else scripts.plain(flow)

    def _flow(self, index: int) -> scripts.Flow:
        left, right, target = (self._lake.table(index * 3 + turn) for turn in range(3))
        return scripts.Flow(self.name(index), left, right, target, self._lake.path(*target))
