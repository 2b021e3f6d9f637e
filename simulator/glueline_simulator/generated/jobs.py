"""Generate jobs: visual ones, annotated scripts and plain scripts, in turn."""

from dataclasses import dataclass
from typing import Any

from glueline_simulator.catalogue.account_state import name_scripts_bucket
from glueline_simulator.generated import scripts, visual
from glueline_simulator.generated.names import NameSeries, name_databases, name_jobs, name_tables
from glueline_simulator.generated.tables import EPOCH

_VISUAL_BELOW, _ANNOTATED_BELOW, _TURN = 4, 8, 10


@dataclass(frozen=True)
class GeneratedLake:
    """The tables that generated jobs read and write."""

    account: str
    region: str
    databases: NameSeries
    smallest: int

    @classmethod
    def of(cls, account: str, region: str, databases: int, tables: int) -> "GeneratedLake":
        """Make a lake whose databases have at least ``tables`` tables each."""
        return cls(account, region, name_databases(databases), tables)

    def table(self, number: int) -> tuple[str, str]:
        """Return the database and name of an existing table, chosen by ``number``."""
        database = self.databases.name((number // 3) % max(1, len(self.databases)))
        return database, name_tables(self.smallest).name(number % max(1, self.smallest))

    def path(self, database: str, table: str) -> str:
        """Return the location of a table's data."""
        return f"s3://glueline-lake-{self.account}/{database}/{table}/"


class JobSource:
    """The jobs of a generated account."""

    def __init__(self, size: int, lake: GeneratedLake) -> None:
        self._names = name_jobs(size)
        self._lake = lake

    def __len__(self) -> int:
        """Return the number of jobs."""
        return len(self._names)

    def name(self, index: int) -> str:
        """Return the name of a job."""
        return self._names.name(index)

    def index(self, name: str) -> int | None:
        """Return the index of a job's name."""
        return self._names.index(name)

    def item(self, index: int) -> dict[str, Any]:
        """Return the definition of a job."""
        name, lake = self._names.name(index), self._lake
        bucket = name_scripts_bucket(lake.account, lake.region)
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
            job["CodeGenConfigurationNodes"] = visual.draw_nodes(self._flow(index))
        return job

    def script(self, name: str) -> str | None:
        """Return the script of a job; None for an unknown name."""
        index = self.index(name)
        if index is None:
            return None
        flow = self._flow(index)
        if index % _TURN < _VISUAL_BELOW:
            return scripts.write_visual_script(flow)
        return (
            scripts.write_annotated_script(flow)
            if index % _TURN < _ANNOTATED_BELOW
            else scripts.write_plain_script(flow)
        )

    def _flow(self, index: int) -> scripts.JobFlow:
        left, right, target = (self._lake.table(index * 3 + turn) for turn in range(3))
        return scripts.JobFlow(self.name(index), left, right, target, self._lake.path(*target))
