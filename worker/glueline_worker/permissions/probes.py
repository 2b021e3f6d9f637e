"""One cheap call for each permission, on things that exist where some were seen."""

from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import Any

from glueline.contract.checks import CheckItem, CheckState
from glueline.contract.errors import GluelineError
from glueline_worker.aws.answers import without_nulls
from glueline_worker.aws.sources import Connection
from glueline_worker.catalog.jobs import ScriptLocation, find_script_location
from glueline_worker.permissions.verdicts import item, tried

NOBODY = "glueline-check-no-such-thing"
DATABASES_LOOKED_INTO = 5
JOBS_LOOKED_AT = 10
BUCKETS_LOOKED_AT = 5
ANNOTATED = "## @type: Nothing\n## @args: []\n## @return: nothing\n## @inputs: []\n"


@dataclass
class Seen:
    """What the calls came across, for later calls to try."""

    databases: list[dict[str, Any]] = field(default_factory=list)
    looked_into: list[dict[str, Any]] = field(default_factory=list)
    """The databases that were asked for a table, up to the first that had one."""
    tables: list[dict[str, Any]] = field(default_factory=list)
    jobs: list[dict[str, Any]] = field(default_factory=list)


class Probes:
    """Tries permissions on one connection and keeps what was found."""

    def __init__(self, connection: Connection) -> None:
        """Call through ``connection``."""
        self._connection = connection
        catalog = connection.source.catalog_id
        self._catalog = {"CatalogId": catalog} if catalog else {}
        self.items: list[CheckItem] = []
        self.seen = Seen()

    async def run(self) -> None:
        """Try all of Glue's and S3's permissions."""
        await self._databases()
        await self._tables()
        await self._jobs()
        await self._lineage()
        await self._scripts()

    async def _glue(self, operation: str, what: str, **params: Any) -> dict[str, Any]:
        """Make one call of Glue and note what it says; its answer, empty when there is none."""
        answer, error = await _outcome(self._connection.call("glue", operation, **params))
        self.items.append(tried(f"glue:{operation}", what, error))
        return answer

    async def _databases(self) -> None:
        listed = await self._glue("GetDatabases", "one page", MaxResults=10, **self._catalog)
        self.seen.databases = _items(listed, "DatabaseList")
        name = self._names[0]
        await self._glue("GetDatabase", name, Name=name, **self._catalog)

    async def _tables(self) -> None:
        database, error = await self._first_tables()
        self.items.append(tried("glue:GetTables", f"one page of {database}", error))
        at = {"DatabaseName": database, **self._catalog}
        where = f"{database}.{self._table}"
        await self._glue("GetTable", where, Name=self._table, **at)
        await self._glue("GetPartitions", where, TableName=self._table, MaxResults=1, **at)

    async def _first_tables(self) -> tuple[str, GluelineError | None]:
        """The first database that shows a table, or the last that was looked into."""
        database, error = NOBODY, None
        for database in self._names[:DATABASES_LOOKED_INTO]:
            call = self._connection.call(
                "glue", "GetTables", DatabaseName=database, MaxResults=1, **self._catalog
            )
            answer, error = await _outcome(call)
            self.seen.tables = _items(answer, "TableList")
            self.seen.looked_into += [d for d in self.seen.databases if d.get("Name") == database]
            if self.seen.tables or error:
                break
        return database, error

    async def _jobs(self) -> None:
        listed = await self._glue("ListJobs", "one page", MaxResults=JOBS_LOOKED_AT)
        pages = await self._glue("GetJobs", "one page", MaxResults=JOBS_LOOKED_AT)
        self.seen.jobs = _items(pages, "Jobs")
        names = _items(listed, "JobNames") or [job.get("Name") for job in self.seen.jobs]
        first = str(names[0]) if names else NOBODY
        answer = await self._glue("GetJob", first, JobName=first)
        if not self.seen.jobs and answer.get("Job"):
            self.seen.jobs = [answer["Job"]]

    async def _lineage(self) -> None:
        params = {"Name": NOBODY, "HidePassword": True, **self._catalog}
        await self._glue("GetConnection", NOBODY, **params)
        await self._glue("GetDataflowGraph", "a script of four lines", PythonScript=ANNOTATED)

    async def _scripts(self) -> None:
        places: dict[str, str] = {}
        for job in self.seen.jobs:
            location = find_script_location(job)
            if isinstance(location, ScriptLocation):
                places.setdefault(location.bucket, location.key)
        if not places:
            why = "not tried: no job with a script in S3 was seen"
            actions = ("s3:ListBucket", "s3:GetObject", "kms:Decrypt")
            self.items += [item(action, CheckState.UNKNOWN, why) for action in actions]
            return
        for bucket, key in list(places.items())[:BUCKETS_LOOKED_AT]:
            await self._bucket(bucket, key)

    async def _bucket(self, bucket: str, key: str) -> None:
        _, error = await _outcome(self._connection.call("s3", "HeadBucket", Bucket=bucket))
        self.items.append(tried("s3:ListBucket", f"s3://{bucket}", error))
        call = self._connection.call("s3", "GetObject", Bucket=bucket, Key=key, Range="bytes=0-0")
        answer, error = await _outcome(call)
        if "Body" in answer:
            answer["Body"].close()
        encrypted = str(answer.get("ServerSideEncryption") or "").startswith("aws:kms")
        # S3 refuses an object for want of its key; only the sentence tells.
        locked = error is not None and "kms" in str(error).lower()
        what = f"s3://{bucket}/{key}"
        if not locked:
            self.items.append(tried("s3:GetObject", what, error))
        if encrypted or locked:
            self.items.append(tried("kms:Decrypt", what, error))
        else:
            why = f"not tried: {what} has no key of yours"
            self.items.append(item("kms:Decrypt", CheckState.UNKNOWN, why))

    @property
    def _names(self) -> list[str]:
        """Databases to try, those of this account before links to others; never none."""
        ordered = sorted(self.seen.databases, key=lambda one: bool(one.get("TargetDatabase")))
        return [str(one.get("Name")) for one in ordered] or [NOBODY]

    @property
    def _table(self) -> str:
        return str(self.seen.tables[0].get("Name")) if self.seen.tables else NOBODY


def _items(answer: dict[str, Any], member: str) -> list[Any]:
    return without_nulls(answer.get(member) or [])[0]


async def _outcome(
    call: Awaitable[dict[str, Any]],
) -> tuple[dict[str, Any], GluelineError | None]:
    try:
        return await call, None
    except GluelineError as error:
        return {}, error
