"""Glue's listings as pages, and the single reads. Facts of the calls: botocore's service model.

A page can be short or empty and still carry a token, so the token alone says what follows. A token
that was seen before would make a listing endless; it is an error.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from glueline_worker.aws.errors import AwsDenied, AwsTransient
from glueline_worker.aws.sources import Connection

Answer = dict[str, Any]

TABLES_A_PAGE = 100
DATABASES_A_PAGE = 100
PARTITIONS_A_PAGE = 1000
JOBS_A_PAGE = 1000
SEGMENTS = 10
"""The most that GetPartitions takes."""


@dataclass(frozen=True, slots=True)
class Page:
    """Part of a listing; ``token`` leads to the next part, None at the end."""

    items: list[Any]
    token: str | None


class EndlessListing(AwsTransient):
    """A listing gave the same token twice."""


class Glue:
    """The reads of one source."""

    def __init__(self, connection: Connection) -> None:
        """Read through ``connection``."""
        self._connection = connection
        self._catalog: dict[str, Any] = (
            {"CatalogId": connection.source.catalog_id} if connection.source.catalog_id else {}
        )

    def databases(self) -> AsyncIterator[Page]:
        """All databases that the caller may see."""
        return self._pages(
            "GetDatabases", "DatabaseList", None, MaxResults=DATABASES_A_PAGE, **self._catalog
        )

    def tables(
        self,
        database: str,
        token: str | None = None,
        *,
        expression: str | None = None,
        names_only: bool = False,
        ahead: int = 0,
    ) -> AsyncIterator[Page]:
        """The tables of a database from ``token`` on, or those that match ``expression``.

        Of the first ``ahead`` pages each is fetched while its caller works on the one before.
        """
        return self._pages(
            "GetTables",
            "TableList",
            token,
            DatabaseName=database,
            ahead=ahead,
            MaxResults=TABLES_A_PAGE,
            **({"Expression": expression} if expression else {}),
            **({"AttributesToGet": ["NAME"]} if names_only else {}),
            **self._catalog,
        )

    def partitions(
        self, database: str, table: str, *, segment: int | None = None, schema: bool = True
    ) -> AsyncIterator[Page]:
        """The partitions of a table, or of one of its ``SEGMENTS``."""
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
            MaxResults=PARTITIONS_A_PAGE,
            ExcludeColumnSchema=not schema,
            **part,
            **self._catalog,
        )

    async def job_names(self) -> AsyncIterator[Page]:
        """The names of all jobs; GetJobs serves where the policy has no ListJobs."""
        try:
            async for page in self._pages("ListJobs", "JobNames", None, MaxResults=JOBS_A_PAGE):
                yield page
        except AwsDenied:
            async for page in self._pages("GetJobs", "Jobs", None, MaxResults=JOBS_A_PAGE):
                yield Page([job.get("Name") for job in page.items], page.token)

    async def database(self, name: str) -> Answer:
        """One database; raises AwsNotFound."""
        answer = await self._call("GetDatabase", Name=name, **self._catalog)
        return dict(answer.get("Database") or {})

    async def table(self, database: str, name: str) -> Answer:
        """One table; raises AwsNotFound."""
        answer = await self._call("GetTable", DatabaseName=database, Name=name, **self._catalog)
        return dict(answer.get("Table") or {})

    async def job(self, name: str) -> Answer:
        """One job; raises AwsNotFound."""
        return dict((await self._call("GetJob", JobName=name)).get("Job") or {})

    async def connection(self, name: str) -> Answer:
        """One Glue connection without its password."""
        answer = await self._call("GetConnection", Name=name, HidePassword=True, **self._catalog)
        return dict(answer.get("Connection") or {})

    async def dataflow_graph(self, script: str) -> tuple[list[Answer], list[Answer]]:
        """The nodes and edges that Glue reads in a script's annotations."""
        answer = await self._call("GetDataflowGraph", PythonScript=script)
        return list(answer.get("DagNodes") or []), list(answer.get("DagEdges") or [])

    async def _pages(
        self, operation: str, member: str, token: str | None, *, ahead: int = 0, **params: Any
    ) -> AsyncIterator[Page]:
        seen = {token}
        coming: asyncio.Task[Answer] | None = None
        try:
            while True:
                answer = await (coming or self._page(operation, token, params))
                coming, token = None, answer.get("NextToken") or None
                if token and token not in seen and len(seen) < ahead:
                    coming = asyncio.create_task(self._page(operation, token, params))
                yield Page(answer.pop(member, None) or [], token)
                if token is None:
                    return
                if token in seen:
                    raise EndlessListing(
                        f"{operation}: the same page token came twice", code="EndlessListing"
                    )
                seen.add(token)
        finally:
            if coming:
                coming.cancel()

    async def _page(self, operation: str, token: str | None, params: dict[str, Any]) -> Answer:
        paged = {"NextToken": token} if token else {}
        return await self._call(operation, **params, **paged)

    async def _call(self, operation: str, **params: Any) -> Answer:
        return await self._connection.call("glue", operation, **params)
