"""Try each permission with one cheap call, if possible on things that exist."""

from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import Any

from msgspec import Raw

from glueline.contract.checks import CheckItem, CheckState
from glueline.contract.errors import GluelineError
from glueline_worker.aws.answers import drop_nulls
from glueline_worker.aws.sources import Connection
from glueline_worker.catalog.jobs import ScriptLocation, find_script_location
from glueline_worker.catalog.listed import ListedItem
from glueline_worker.permissions.verdicts import make_call_item, make_check_item

_NO_SUCH_NAME = "glueline-check-no-such-thing"
_MOST_DATABASES = 5
_MOST_JOBS = 10
_MOST_BUCKETS = 5
_ANNOTATED_SCRIPT = "## @type: Nothing\n## @args: []\n## @return: nothing\n## @inputs: []\n"


@dataclass
class Sample:
    """Things that calls found, for later calls to use."""

    databases: list[dict[str, Any]] = field(default_factory=list)
    searched: list[dict[str, Any]] = field(default_factory=list)
    """The databases that were searched for a table, up to the first that had one."""
    tables: list[dict[str, Any]] = field(default_factory=list)
    jobs: list[dict[str, Any]] = field(default_factory=list)


class Probes:
    """Tries permissions on one connection, and collects items and samples."""

    def __init__(self, connection: Connection) -> None:
        """Call through ``connection``."""
        self._connection = connection
        catalog = connection.source.catalog_id
        self._catalog = {"CatalogId": catalog} if catalog else {}
        self.items: list[CheckItem] = []
        self.sample = Sample()

    async def run(self) -> None:
        """Try all of Glue's and S3's permissions."""
        await self._try_databases()
        await self._try_tables()
        await self._try_jobs()
        await self._try_lineage()
        await self._try_scripts()

    async def _try_glue(self, operation: str, what: str, **params: Any) -> dict[str, Any]:
        """Make one call of Glue and add its item; return the answer, empty after an error."""
        answer, error = await _try_call(self._connection.call("glue", operation, **params))
        self.items.append(make_call_item(f"glue:{operation}", what, error))
        return answer

    async def _try_databases(self) -> None:
        listed = await self._try_glue("GetDatabases", "one page", MaxResults=10, **self._catalog)
        self.sample.databases = _get_items(listed, "DatabaseList")
        name = self._database_names[0]
        await self._try_glue("GetDatabase", name, Name=name, **self._catalog)

    async def _try_tables(self) -> None:
        database, error = await self._find_first_tables()
        self.items.append(make_call_item("glue:GetTables", f"one page of {database}", error))
        at = {"DatabaseName": database, **self._catalog}
        where = f"{database}.{self._table_name}"
        await self._try_glue("GetTable", where, Name=self._table_name, **at)
        await self._try_glue("GetPartitions", where, TableName=self._table_name, MaxResults=1, **at)

    async def _find_first_tables(self) -> tuple[str, GluelineError | None]:
        """Search for a database with a table; return it, or the last one that was searched."""
        database, error = _NO_SUCH_NAME, None
        for database in self._database_names[:_MOST_DATABASES]:
            call = self._connection.call(
                "glue", "GetTables", DatabaseName=database, MaxResults=1, **self._catalog
            )
            answer, error = await _try_call(call)
            self.sample.tables = _get_items(answer, "TableList")
            self.sample.searched += [d for d in self.sample.databases if d.get("Name") == database]
            if self.sample.tables or error:
                break
        return database, error

    async def _try_jobs(self) -> None:
        listed = await self._try_glue("ListJobs", "one page", MaxResults=_MOST_JOBS)
        pages = await self._try_glue("GetJobs", "one page", MaxResults=_MOST_JOBS)
        self.sample.jobs = _get_items(pages, "Jobs")
        names = _get_items(listed, "JobNames") or [job.get("Name") for job in self.sample.jobs]
        first = str(names[0]) if names else _NO_SUCH_NAME
        answer = await self._try_glue("GetJob", first, JobName=first)
        if not self.sample.jobs and answer.get("Job"):
            self.sample.jobs = [answer["Job"]]

    async def _try_lineage(self) -> None:
        params = {"Name": _NO_SUCH_NAME, "HidePassword": True, **self._catalog}
        await self._try_glue("GetConnection", _NO_SUCH_NAME, **params)
        await self._try_glue(
            "GetDataflowGraph", "a script of four lines", PythonScript=_ANNOTATED_SCRIPT
        )

    async def _try_scripts(self) -> None:
        places: dict[str, str] = {}
        for job in self.sample.jobs:
            location = find_script_location(job)
            if isinstance(location, ScriptLocation):
                places.setdefault(location.bucket, location.key)
        if not places:
            why = "not tried: no job with a script in S3 was seen"
            actions = ("s3:ListBucket", "s3:GetObject", "kms:Decrypt")
            self.items += [make_check_item(action, CheckState.UNKNOWN, why) for action in actions]
            return
        for bucket, key in list(places.items())[:_MOST_BUCKETS]:
            await self._try_bucket(bucket, key)

    async def _try_bucket(self, bucket: str, key: str) -> None:
        _, error = await _try_call(self._connection.call("s3", "HeadBucket", Bucket=bucket))
        self.items.append(make_call_item("s3:ListBucket", f"s3://{bucket}", error))
        call = self._connection.call("s3", "GetObject", Bucket=bucket, Key=key, Range="bytes=0-0")
        answer, error = await _try_call(call)
        if "Body" in answer:
            answer["Body"].close()
        encrypted = str(answer.get("ServerSideEncryption") or "").startswith("aws:kms")
        # S3 denies an object whose key may not be used; only the sentence says so.
        locked = error is not None and "kms" in str(error).lower()
        what = f"s3://{bucket}/{key}"
        if not locked:
            self.items.append(make_call_item("s3:GetObject", what, error))
        if encrypted or locked:
            self.items.append(make_call_item("kms:Decrypt", what, error))
        else:
            why = f"not tried: {what} has no key of yours"
            self.items.append(make_check_item("kms:Decrypt", CheckState.UNKNOWN, why))

    @property
    def _database_names(self) -> list[str]:
        """The databases to try, those of this account before links; at least one name."""
        databases = self.sample.databases
        ordered = sorted(databases, key=lambda database: bool(database.get("TargetDatabase")))
        return [str(database.get("Name")) for database in ordered] or [_NO_SUCH_NAME]

    @property
    def _table_name(self) -> str:
        return str(self.sample.tables[0].get("Name")) if self.sample.tables else _NO_SUCH_NAME


def _get_items(answer: dict[str, Any], member: str) -> list[Any]:
    items = drop_nulls(answer.get(member) or [])[0]
    return [ListedItem(item).decode() if isinstance(item, Raw) else item for item in items]


async def _try_call(
    call: Awaitable[dict[str, Any]],
) -> tuple[dict[str, Any], GluelineError | None]:
    try:
        return await call, None
    except GluelineError as error:
        return {}, error
