"""Glue's listings as pages, and reads of single things, after botocore's service model.

A page can be short or empty and still carry a token, so the token alone says whether more follows.
A listing that begins again, or that is longer than any can be, is endless: an error.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, ClassVar, TypeVar

import orjson

from glueline_worker.aws.answers import AwsAnswer, drop_nulls
from glueline_worker.aws.errors import AwsDenied, AwsRefused, AwsTransient
from glueline_worker.aws.sources import Connection
from glueline_worker.catalog.listed import ListedItem, ListedPartition, ListedTable

_Item = TypeVar("_Item", bound=ListedItem)
TABLES_A_PAGE = 100
_DATABASES_A_PAGE = 100
_PARTITIONS_A_PAGE = 1000
_JOBS_A_PAGE = 1000
SEGMENTS = 10
"""The most that GetPartitions takes."""
MOST_PAGES = 10_000
"""Glue allows a database 2,000 full pages of tables; pages can be short, but not that short."""
_PAGES_AHEAD = 8
"""Pages that one process fetches ahead at a time: a page of tables is some megabytes."""
_TOKEN_REFUSAL_CODES = ("InvalidInputException", "ValidationException")


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a listing; ``token`` leads to the next part, None at the end."""

    items: list[Any]
    """``ListedTable`` in a listing of tables, ``ListedPartition`` in one of partitions."""
    token: str | None
    nulls: int = 0
    """Nulls that stood in the place of an item."""


class EndlessListing(AwsTransient):
    """A listing begins again instead of ending."""

    advice = "look for what stands between here and Glue and drops or repeats page tokens"


class StaleToken(AwsTransient):
    """AWS no longer takes the token of a page: the listing has to begin again."""

    advice = "replay the run"


class Glue:
    """The reads of one source."""

    _ahead: ClassVar[set[asyncio.Task[AwsAnswer]]] = set()
    """The pages that this process fetches ahead, for all sources."""

    def __init__(self, connection: Connection, warn: Callable[[str], None] | None = None) -> None:
        """Read through ``connection``; call ``warn`` with a sentence on what is left out."""
        self._connection = connection
        self._warn = warn
        self._catalog: dict[str, Any] = (
            {"CatalogId": connection.source.catalog_id} if connection.source.catalog_id else {}
        )

    def list_databases(self) -> AsyncIterator[Page]:
        """List all databases that the caller may see."""
        return self._pages(
            "GetDatabases", "DatabaseList", None, MaxResults=_DATABASES_A_PAGE, **self._catalog
        )

    def list_tables(
        self,
        database: str,
        token: str | None = None,
        *,
        expression: str | None = None,
        names_only: bool = False,
        ahead: int = 0,
    ) -> AsyncIterator[Page]:
        """List the tables of a database from ``token`` on, or those that match ``expression``.

        Each of the first ``ahead`` pages is fetched while its caller works on the one before,
        unless the process fetches too many pages ahead already.
        """
        return self._pages(
            "GetTables",
            "TableList",
            token,
            DatabaseName=database,
            ahead=ahead,
            make=ListedTable,
            MaxResults=TABLES_A_PAGE,
            **({"Expression": expression} if expression else {}),
            **({"AttributesToGet": ["NAME"]} if names_only else {}),
            **self._catalog,
        )

    def list_partitions(
        self, database: str, table: str, *, segment: int | None = None, schema: bool = True
    ) -> AsyncIterator[Page]:
        """List the partitions of a table, or of one of its ``SEGMENTS``."""
        part: dict[str, Any] = (
            {}
            if segment is None
            else {"Segment": {"SegmentNumber": segment, "TotalSegments": SEGMENTS}}
        )
        return self._pages(
            "GetPartitions",
            "Partitions",
            None,
            DatabaseName=database,
            TableName=table,
            make=ListedPartition,
            MaxResults=_PARTITIONS_A_PAGE,
            ExcludeColumnSchema=not schema,
            **part,
            **self._catalog,
        )

    async def list_job_names(self) -> AsyncIterator[Page]:
        """List the names of all jobs, with GetJobs if the policy has no ListJobs."""
        try:
            async for page in self._pages("ListJobs", "JobNames", None, MaxResults=_JOBS_A_PAGE):
                yield page
        except AwsDenied:
            async for page in self._pages("GetJobs", "Jobs", None, MaxResults=_JOBS_A_PAGE):
                yield Page([job.get("Name") for job in page.items], page.token, page.nulls)

    async def list_jobs(self) -> AsyncIterator[Page]:
        """List the definitions of all jobs, only their names if the policy has no GetJobs."""
        try:
            async for page in self._pages("GetJobs", "Jobs", None, MaxResults=_JOBS_A_PAGE):
                yield page
        except AwsDenied:
            async for page in self._pages("ListJobs", "JobNames", None, MaxResults=_JOBS_A_PAGE):
                yield Page([{"Name": name} for name in page.items], page.token, page.nulls)

    async def read_database(self, name: str) -> AwsAnswer:
        """Read one database; raises AwsNotFound."""
        answer = await self._call("GetDatabase", Name=name, **self._catalog)
        return dict(answer.get("Database") or {})

    async def read_table(self, database: str, name: str) -> ListedTable:
        """Read one table; raises AwsNotFound."""
        answer = await self._call("GetTable", DatabaseName=database, Name=name, **self._catalog)
        return _make_item(ListedTable, answer.get("Table") or {}, "GetTable")

    async def read_job(self, name: str) -> AwsAnswer:
        """Read one job; raises AwsNotFound."""
        return dict((await self._call("GetJob", JobName=name)).get("Job") or {})

    async def read_connection(self, name: str) -> AwsAnswer:
        """Read one Glue connection without its password."""
        answer = await self._call("GetConnection", Name=name, HidePassword=True, **self._catalog)
        return dict(answer.get("Connection") or {})

    async def read_dataflow_graph(self, script: str) -> tuple[list[AwsAnswer], list[AwsAnswer]]:
        """Read the nodes and edges that Glue finds in a script's annotations."""
        answer = await self._call("GetDataflowGraph", PythonScript=script)
        nodes, edges = (drop_nulls(answer.get(k) or [])[0] for k in ("DagNodes", "DagEdges"))
        return nodes, edges

    async def _pages(
        self,
        operation: str,
        member: str,
        token: str | None,
        *,
        ahead: int = 0,
        make: type[ListedItem] | None = None,
        **params: Any,
    ) -> AsyncIterator[Page]:
        tokens, first_items = {token}, set[bytes]()
        next_answer: asyncio.Task[AwsAnswer] | None = None
        try:
            for _ in range(MOST_PAGES):
                answer = await (next_answer or self._page(operation, token, params))
                items, nulls = drop_nulls(answer.pop(member, None) or [])
                if make:
                    items = [_make_item(make, item, operation) for item in items]
                token = answer.get("NextToken") or None
                self._ahead.discard(next_answer)
                next_answer = None
                if items:
                    # A proxy or an emulator that ignores tokens sends the first page each time.
                    _ensure_new(_hash_item(items[0]), first_items, operation, "page")
                if token and len(tokens) < ahead and len(self._ahead) < _PAGES_AHEAD:
                    next_answer = asyncio.create_task(self._page(operation, token, params))
                    self._ahead.add(next_answer)
                if nulls and self._warn:
                    self._warn(_describe_nulls(operation, member, nulls))
                yield Page(items, token, nulls)
                if token is None:
                    return
                _ensure_new(token, tokens, operation, "page token")
        finally:
            if next_answer:
                next_answer.cancel()
                self._ahead.discard(next_answer)
        raise make_endless_error(operation, f"it goes on after {MOST_PAGES:,} pages")

    async def _page(self, operation: str, token: str | None, params: dict[str, Any]) -> AwsAnswer:
        if token is None:
            return await self._call(operation, **params)
        try:
            return await self._call(operation, **params, NextToken=token)
        except AwsRefused as error:
            if error.code not in _TOKEN_REFUSAL_CODES:
                raise
            raise StaleToken(str(error), code=error.code) from None

    async def _call(self, operation: str, **params: Any) -> AwsAnswer:
        return await self._connection.call("glue", operation, **params)


def make_endless_error(operation: str, reason: str) -> EndlessListing:
    """Make the error of a listing that does not end."""
    return EndlessListing(f"{operation}: the listing never ends: {reason}", code="EndlessListing")


def _describe_nulls(operation: str, member: str, count: int) -> str:
    nulls = "a null in the place of an item" if count == 1 else f"{count} nulls in place of items"
    return (
        f"{operation} answered with {nulls} in {member}: they are left out, and nothing that the "
        "listing does not name is marked deleted"
    )


def _ensure_new(thing: Any, seen: set[Any], operation: str, what: str) -> None:
    if thing in seen:
        raise make_endless_error(operation, f"the same {what} came twice")
    seen.add(thing)


def _hash_item(item: Any) -> bytes:
    content = item.json if isinstance(item, ListedItem) else orjson.dumps(item)
    return blake2b(content or b"", digest_size=16).digest()


def _make_item(make: type[_Item], item: Any, operation: str) -> _Item:
    try:
        return make(item)
    except ValueError as error:
        raise AwsTransient(f"{operation}: {error}", code="UnreadableAnswer") from None
