"""The table of permissions that Glueline can use, with their purposes and resources.

``glueline check``, ``glueline policy`` and the pages use it. The resources are those of AWS's
Service Authorization Reference. A test compares the table with the calls in the code.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache


class Feature(StrEnum):
    """A use of a source."""

    CATALOG = "catalog"
    """Databases and tables."""
    PARTITIONS = "partitions"
    """Partitions and their count: `--partitions`."""
    JOBS = "jobs"
    """The definitions of jobs."""
    LINEAGE = "lineage"
    """The lineage of jobs, from their scripts, annotations and connections."""
    EVENTS = "events"
    """The queue that `glueline events` reads."""
    ROLES = "roles"
    """Roles that are assumed to reach the source."""
    KEYS = "keys"
    """Keys that AWS keeps: `secretsmanager:` and `ssm:` references."""


class Resource(StrEnum):
    """A kind of resource that a permission is given on."""

    DATABASES = "databases"
    """The catalogue and its databases."""
    TABLES = "tables"
    """The catalogue, databases and tables."""
    ANY_TABLE = "any-table"
    """As ``TABLES``, whatever the filters: a job may read any."""
    CONNECTIONS = "connections"
    JOB = "job"
    ANY = "any"
    """``*``: AWS knows no narrower resource."""
    OBJECTS = "objects"
    """The objects of the buckets with scripts."""
    BUCKETS = "buckets"
    KMS_KEYS = "kms-keys"
    ROLE = "role"
    QUEUE = "queue"
    """The queue that EventBridge puts events into."""
    SECRETS = "secrets"
    PARAMETERS = "parameters"
    NONE = "none"
    """Everybody may: no policy needs it."""


@dataclass(frozen=True, slots=True)
class Permission:
    """One action of IAM and the calls that it allows."""

    action: str
    feature: Feature
    resource: Resource
    needed_for: str
    without_it: str
    calls: tuple[str, ...] = ()
    """Names in the API, where they differ from the action's."""

    @property
    def operations(self) -> tuple[str, ...]:
        """The names of the calls that the action allows."""
        return self.calls or (self.action.partition(":")[2],)


F, R = Feature, Resource
PERMISSIONS = (
    Permission(
        "glue:GetDatabases", F.CATALOG, R.DATABASES,
        "the list of databases",
        "only databases that a filter names without wildcards are read",
    ),
    Permission(
        "glue:GetDatabase", F.CATALOG, R.DATABASES,
        "a database that is asked for by its name",
        "only what the list of databases shows is read",
    ),
    Permission(
        "glue:GetTables", F.CATALOG, R.TABLES,
        "tables, their columns and views; the columns of many tables that jobs and views use",
        "databases are read without their tables",
    ),
    Permission(
        "glue:GetPartitions", F.PARTITIONS, R.TABLES,
        "partitions and their count",
        "everything but partitions is read",
    ),
    Permission(
        "glue:ListJobs", F.JOBS, R.ANY,
        "the names of jobs where GetJobs is denied",
        "GetJobs stands in; without both, only jobs that are named are read",
    ),
    Permission(
        "glue:GetJobs", F.JOBS, R.ANY,
        "the list of jobs with their definitions, to recognise unchanged ones",
        "ListJobs stands in; every job is then read in every run",
    ),
    Permission(
        "glue:GetJob", F.JOBS, R.JOB,
        "the definition of a job",
        "no job is read",
    ),
    Permission(
        "glue:GetTable", F.LINEAGE, R.ANY_TABLE,
        "the columns of tables that jobs and views use, a table that is asked for by its name, and "
        "whether the partitions of a table without any are projected",
        "lineage of jobs and views that select everything may name no columns; no table is read by "
        "its name",
    ),
    Permission(
        "glue:GetDataflowGraph", F.LINEAGE, R.ANY,
        "the annotations in scripts",
        "lineage comes from visual nodes and code alone",
    ),
    Permission(
        "glue:GetConnection", F.LINEAGE, R.CONNECTIONS,
        "the addresses of databases behind connections, without passwords",
        "datasets behind connections are named after the connection",
    ),
    Permission(
        "s3:GetObject", F.LINEAGE, R.OBJECTS,
        "the scripts of jobs, and the modules that they import",
        "lineage comes from visual nodes alone",
        ("GetObject", "HeadObject"),
    ),
    Permission(
        "s3:ListBucket", F.LINEAGE, R.BUCKETS,
        "recognising unchanged scripts with few calls, and missing ones",
        "each script is asked for by itself, and a missing one counts as denied",
        ("HeadBucket", "ListObjectsV2"),
    ),
    Permission(
        "kms:Decrypt", F.LINEAGE, R.KMS_KEYS,
        "scripts and catalogues that are encrypted with a key of yours",
        "encrypted scripts and catalogues are not read",
    ),
    Permission(
        "sqs:ReceiveMessage", F.EVENTS, R.QUEUE,
        "the messages of the queue that EventBridge puts events into",
        "changes are found by schedules, or come by POST /v1/events",
    ),
    Permission(
        "sqs:DeleteMessage", F.EVENTS, R.QUEUE,
        "taking messages off that queue once their changes are noted",
        "each message comes again until the queue drops it",
        ("DeleteMessageBatch",),
    ),
    Permission(
        "sts:AssumeRole", F.ROLES, R.ROLE,
        "assuming the roles of the source",
        "nothing is read",
    ),
    Permission(
        "sts:GetCallerIdentity", F.ROLES, R.NONE,
        "the account in records, and a quota for each account",
        "the catalog_id of the source stands in for the account",
    ),
    Permission(
        "secretsmanager:GetSecretValue", F.KEYS, R.SECRETS,
        "keys that are kept in Secrets Manager",
        "nothing is read",
    ),
    Permission(
        "ssm:GetParameter", F.KEYS, R.PARAMETERS,
        "keys that are kept in the Parameter Store",
        "nothing is read",
    ),
)  # fmt: skip

KEY_ACTIONS = {"secretsmanager:": "secretsmanager:GetSecretValue", "ssm:": "ssm:GetParameter"}
"""The action that reads a key, by the beginning of its reference."""
NOT_OF_SOURCE = (F.EVENTS, F.ROLES, F.KEYS)
"""Features whose calls do not go to the source itself."""
QUOTA_OPERATIONS = frozenset(
    operation
    for permission in PERMISSIONS
    if permission.feature not in NOT_OF_SOURCE and permission.action != "kms:Decrypt"
    for operation in permission.operations
) | {"GetCallerIdentity"}
"""The calls that a quota can be set for. S3 decrypts by itself; keys are read outside the quota."""

OPTIONAL_FEATURES = (F.PARTITIONS, F.JOBS, F.LINEAGE, F.EVENTS)
"""Features that can be switched on and off. The others are always needed, or depend on the
source."""
DEFAULT_FEATURES = frozenset({F.CATALOG, F.JOBS, F.LINEAGE})
"""The features of an extraction without options."""


_SERVICES = {"glue": "Glue", "s3": "S3", "sts": "STS"}


@lru_cache
def find_service(operation: str) -> str:
    """Return the service of an operation, spelt as in AWS's SDKs if it is known."""
    permission = find_permission(operation)
    prefix = permission.action.partition(":")[0] if permission else "aws"
    return _SERVICES.get(prefix, prefix)


def find_permission(operation: str) -> Permission | None:
    """Return the permission that a call needs; None for an unknown call."""
    return next((p for p in PERMISSIONS if operation in p.operations), None)
