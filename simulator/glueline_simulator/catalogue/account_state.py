"""The state of the simulated AWS: accounts, catalogues, jobs, objects in S3, and permissions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from glueline_simulator.catalogue.ordered_store import ItemSource, OrderedStore

Definition = dict[str, Any]
MakePartitions = Callable[[Definition], ItemSource[bytes]]


@dataclass
class StoredDatabase:
    """A database of the Data Catalog. Tables are stored as the JSON that the service returns."""

    definition: Definition
    tables: OrderedStore[bytes] = field(default_factory=OrderedStore)
    partitions: dict[str, list[Definition]] = field(default_factory=dict)
    partition_indexes: dict[str, list[Definition]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The name in lower case, as Glue stores it."""
        return str(self.definition["Name"])


@dataclass
class AccountState:
    """The content of one account in the region."""

    id: str
    databases: OrderedStore[StoredDatabase] = field(default_factory=OrderedStore)
    jobs: OrderedStore[Definition] = field(default_factory=OrderedStore)
    connections: OrderedStore[Definition] = field(default_factory=OrderedStore)
    triggers: OrderedStore[Definition] = field(default_factory=OrderedStore)
    workflows: OrderedStore[Definition] = field(default_factory=OrderedStore)
    crawlers: OrderedStore[Definition] = field(default_factory=OrderedStore)
    runs: dict[str, list[Definition]] = field(default_factory=dict)
    tags: dict[str, dict[str, str]] = field(default_factory=dict)
    runs_of: Callable[[str], list[Definition]] | None = None
    partitions_of: MakePartitions | None = None


@dataclass(frozen=True)
class IdentityGrant:
    """The account and the denials of a role or an access key."""

    account: str
    external_id: str | None = None
    deny: tuple[str, ...] = ()
    assumable: bool = True


@dataclass
class AwsState:
    """All data that the simulated services return."""

    region: str
    account: str
    accounts: dict[str, AccountState]
    scripts: Callable[[str, str], bytes | None] | None = None
    script_places: Sequence[tuple[str, str]] = ()
    """Bucket and key of each generated script, for listings."""
    objects: dict[tuple[str, str], bytes] = field(default_factory=dict)
    roles: dict[str, IdentityGrant] | None = None
    keys: dict[str, IdentityGrant] = field(default_factory=dict)

    def object(self, bucket: str, key: str) -> bytes | None:
        """Return a stored object or a generated script; None without one."""
        stored = self.objects.get((bucket, key))
        return self.scripts(bucket, key) if stored is None and self.scripts else stored

    def places(self) -> set[tuple[str, str]]:
        """Return bucket and key of every object."""
        return self.objects.keys() | set(self.script_places)

    def arn(self, account: str, resource: str) -> str:
        """Return the ARN of a Glue resource, such as ``job/nightly``."""
        return f"arn:aws:glue:{self.region}:{account}:{resource}"


def name_scripts_bucket(account: str, region: str) -> str:
    """Return the name of the bucket for the scripts of jobs."""
    return f"glueline-scripts-{account}-{region}"
