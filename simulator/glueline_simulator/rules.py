"""Rules by name: denied calls, hidden databases and tables, and endless listings."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Self

from glueline_simulator.errors import UsageError

GLUE_OPERATIONS = frozenset(
    {
        "BatchGetCrawlers", "BatchGetJobs", "BatchGetWorkflows", "GetCatalogs",
        "GetColumnStatisticsForTable", "GetConnection", "GetConnections", "GetCrawlers",
        "GetDatabase", "GetDatabases", "GetDataflowGraph", "GetJob", "GetJobRun", "GetJobRuns",
        "GetJobs", "GetPartition", "GetPartitionIndexes", "GetPartitions", "GetResourcePolicies",
        "GetTable", "GetTables", "GetTags", "GetTriggers", "GetWorkflow", "ListCrawlers",
        "ListJobs", "ListTriggers", "ListWorkflows", "SearchTables",
    }
)  # fmt: skip
S3_OPERATIONS = frozenset(
    {
        "AbortMultipartUpload", "CompleteMultipartUpload", "CopyObject", "CreateBucket",
        "CreateMultipartUpload", "DeleteObject", "DeleteObjects", "GetObject", "HeadBucket",
        "HeadObject", "ListBuckets", "ListMultipartUploads", "ListObjectsV2", "ListParts",
        "PutObject", "UploadPart", "UploadPartCopy",
        # Permissions that have another name than their operation.
        "ListBucketMultipartUploads", "ListMultipartUploadParts",
    }
)  # fmt: skip
STS_OPERATIONS = frozenset({"AssumeRole", "GetCallerIdentity"})
SECRET_OPERATIONS = frozenset({"GetParameter", "GetSecretValue"})
SQS_OPERATIONS = frozenset(
    {
        "ChangeMessageVisibility", "ChangeMessageVisibilityBatch", "CreateQueue", "DeleteMessage",
        "DeleteMessageBatch", "GetQueueAttributes", "GetQueueUrl", "PurgeQueue", "ReceiveMessage",
        "SendMessage", "SendMessageBatch",
    }
)  # fmt: skip
_OPERATIONS = GLUE_OPERATIONS | S3_OPERATIONS | STS_OPERATIONS | SECRET_OPERATIONS | SQS_OPERATIONS


def check_operation(pattern: str) -> str:
    """Return the pattern when an operation matches it; raises `UsageError` otherwise."""
    if pattern == "*" or any(fnmatchcase(name, pattern) for name in _OPERATIONS):
        return pattern
    alike = [name for name in sorted(_OPERATIONS) if name.lower().startswith(pattern.lower()[:6])]
    hint = f"; did you mean {' or '.join(alike[:3])}?" if alike and pattern else ""
    message = f"{pattern!r} is no operation of the simulator{hint}"
    raise UsageError(message)


@dataclass(frozen=True, slots=True)
class CallRule:
    """An operation, everywhere or on the resources whose name matches.

    A table is matched by ``database``, ``table`` or ``database.table``, an object by
    ``bucket/key``, a job by its name. Both parts may hold ``*`` and ``?``.
    """

    operation: str
    name: str = "*"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse ``GetTables`` or ``GetTables:sales*``."""
        operation, colon, name = text.partition(":")
        if colon and not name:
            message = f"{text!r} names no calls; write OPERATION or OPERATION:NAME"
            raise UsageError(message)
        return cls(check_operation(operation), name or "*")

    def __str__(self) -> str:
        """Return the text that `parse` reads."""
        return f"{self.operation}:{self.name}"

    def matches(self, operation: str, names: Sequence[str]) -> bool:
        """Tell whether the rule is about a call of this operation on a resource of these names."""
        if not fnmatchcase(operation, self.operation):
            return False
        return self.name == "*" or any(fnmatchcase(name, self.name) for name in names)


class EndlessLoop(StrEnum):
    """The ways in which a listing can never end."""

    SAME = "same"
    """The first page again and again, with the same token."""
    PAGE = "page"
    """The first page again and again, with new tokens."""
    EMPTY = "empty"
    """Empty pages, with new tokens."""


@dataclass(frozen=True, slots=True)
class EndlessRule:
    """Makes the listings that it names endless."""

    calls: CallRule
    loop: EndlessLoop

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse ``GetTables:sales=same``."""
        calls, equals, loop = text.rpartition("=")
        if not equals or loop not in list(EndlessLoop):
            kinds = ", ".join(EndlessLoop)
            message = f"{text!r} is no endless listing; write OPERATION[:NAME]= one of {kinds}"
            raise UsageError(message)
        return cls(CallRule.parse(calls), EndlessLoop(loop))

    def __str__(self) -> str:
        """Return the text that `parse` reads."""
        return f"{self.calls}={self.loop}"


@dataclass(frozen=True, slots=True)
class HideRule:
    """Leaves databases or tables out of every answer without an error, as Lake Formation does."""

    database: str
    table: str | None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse ``sales`` (the database) or ``sales.orders*`` (tables in it)."""
        database, dot, table = text.partition(".")
        if not database or (dot and not table):
            message = f"{text!r} hides nothing; write DATABASE or DATABASE.TABLE"
            raise UsageError(message)
        return cls(database, table or None)

    def __str__(self) -> str:
        """Return the text that `parse` reads."""
        return self.database if self.table is None else f"{self.database}.{self.table}"

    def hides_database(self, database: str) -> bool:
        """Tell whether the rule hides the whole database."""
        return self.table is None and fnmatchcase(database, self.database)

    def hides_table(self, database: str, table: str) -> bool:
        """Tell whether the rule hides the table, alone or with its database."""
        matches = fnmatchcase(database, self.database)
        return matches and (self.table is None or fnmatchcase(table, self.table))
