"""The accounts, their catalogs and jobs, the objects in S3, and who may do what."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from glueline_simulator.catalogue.ordered_store import Shelf, Source

Definition = dict[str, Any]
PartitionsOf = Callable[[Definition], Source[bytes]]


@dataclass
class Database:
    """A database of the Data Catalog. Tables are kept as the JSON that the service answers."""

    definition: Definition
    tables: Shelf[bytes] = field(default_factory=Shelf)
    partitions: dict[str, list[Definition]] = field(default_factory=dict)
    partition_indexes: dict[str, list[Definition]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The name, as Glue folds it."""
        return str(self.definition["Name"])


@dataclass
class Account:
    """What one account holds in the region."""

    id: str
    databases: Shelf[Database] = field(default_factory=Shelf)
    jobs: Shelf[Definition] = field(default_factory=Shelf)
    connections: Shelf[Definition] = field(default_factory=Shelf)
    triggers: Shelf[Definition] = field(default_factory=Shelf)
    workflows: Shelf[Definition] = field(default_factory=Shelf)
    crawlers: Shelf[Definition] = field(default_factory=Shelf)
    runs: dict[str, list[Definition]] = field(default_factory=dict)
    tags: dict[str, dict[str, str]] = field(default_factory=dict)
    runs_of: Callable[[str], list[Definition]] | None = None
    partitions_of: PartitionsOf | None = None


@dataclass(frozen=True)
class Grant:
    """What a role or an access key stands for."""

    account: str
    external_id: str | None = None
    deny: tuple[str, ...] = ()
    assumable: bool = True


@dataclass
class World:
    """Everything the simulated services answer from."""

    region: str
    account: str
    accounts: dict[str, Account]
    scripts: Callable[[str, str], bytes | None] | None = None
    script_places: Sequence[tuple[str, str]] = ()
    """Bucket and key of each generated script, for listings."""
    objects: dict[tuple[str, str], bytes] = field(default_factory=dict)
    roles: dict[str, Grant] | None = None
    keys: dict[str, Grant] = field(default_factory=dict)

    def object(self, bucket: str, key: str) -> bytes | None:
        """An object that was stored, or a generated script."""
        stored = self.objects.get((bucket, key))
        return self.scripts(bucket, key) if stored is None and self.scripts else stored

    def places(self) -> set[tuple[str, str]]:
        """Bucket and key of every object."""
        return self.objects.keys() | set(self.script_places)

    def arn(self, account: str, resource: str) -> str:
        """The ARN of a Glue resource, such as ``job/nightly``."""
        return f"arn:aws:glue:{self.region}:{account}:{resource}"


def scripts_bucket(account: str, region: str) -> str:
    """The bucket in which job scripts are kept."""
    return f"glueline-scripts-{account}-{region}"
