"""Records: the validated results of an extraction.

Field names are the Glue API's in snake case. Times are ISO 8601 in UTC. ``key`` is the identity
of what the record describes and the primary key in every sink; ``content_hash`` changes only when
the described thing does, not when it is read again.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal
from urllib.parse import quote, unquote

from msgspec import Meta, Raw, field
from msgspec.json import Decoder

from glueline.contract.datatypes import DataType
from glueline.contract.lineage import ColumnEdge, Dataset, IndirectEdge, Origin
from glueline.contract.messages import encode
from glueline.contract.structs import StrictStruct, encode_json

TableFormat = Literal[
    "hive", "iceberg", "delta", "hudi", "avro", "csv", "json", "orc", "parquet", "text", "xml"
]
"""Those from ``avro`` on only where Spark left a placeholder in place of Hive's classes."""

UtcTime = Annotated[datetime, Meta(tz=True)]
"""A time in UTC."""


class Record(StrictStruct, frozen=True, kw_only=True, tag_field="kind"):
    """The base of records: the source, the place, and warnings."""

    kind: ClassVar[str]
    identity: ClassVar[tuple[str, ...]] = ("name",)
    """The fields that, with source, place and kind, identify the thing."""
    volatile: ClassVar[frozenset[str]] = frozenset({"content_hash", "raw"})
    """The fields that may change without a change of the described thing."""

    source: str
    region: str
    catalog_id: str | None = None
    """The account (or nested catalogue) that owns the thing; None where it is unknown."""
    warnings: tuple[str, ...] = ()
    """What could not be understood, in sentences."""
    content_hash: str = ""
    raw: dict[str, Any] | None = None
    """AWS's answer, unchanged, when the request asked for it."""

    @property
    def key(self) -> str:
        """``source/region/catalogue/kind/part/…`` with each part percent-encoded."""
        parts = (getattr(self, field) for field in self.identity)
        return record_key(self.source, self.place, self.kind, *parts)

    @property
    def place(self) -> str:
        """The Region and the catalogue that the thing is in."""
        return place_of(self.region, self.catalog_id)

    @property
    def listing(self) -> str:
        """The listing that the thing is found in, as the id of the unit that reads it.

        Once a listing was read to its end, its things that were not seen are gone.
        """
        raise NotImplementedError  # pragma: no cover - each kind has its own

    @property
    def subject(self) -> str:
        """The name that a request's filters decide about: that of a database, table or job."""
        raise NotImplementedError  # pragma: no cover - each kind has its own


def record_key(source: str, place: str, kind: str, *identity: str) -> str:
    """Make the key of a record from its identifying fields; see ``place_of``."""
    first, *others = (quote(str(part), safe="") for part in (source, kind, *identity))
    return "/".join((first, place, *others))


def place_of(region: str, catalog_id: str | None) -> str:
    """Return ``region/catalogue``, percent-encoded; the second part is empty if unknown."""
    return f"{quote(region, safe='')}/{quote(catalog_id or '', safe='')}"


def make_values_key(values: Iterable[str]) -> str:
    """Join the values of a partition, each percent-encoded, so that no two partitions share it."""
    return "/".join(quote(value, safe="") for value in values)


class CatalogLink(StrictStruct, frozen=True, kw_only=True):
    """The target of a resource link; ``table`` is None for a link to a database."""

    catalog_id: str | None = None
    database: str
    table: str | None = None
    region: str | None = None


class Federated(StrictStruct, frozen=True, kw_only=True):
    """The external object behind a federated database or table."""

    identifier: str | None = None
    connection_name: str | None = None


class DatabaseRecord(Record, frozen=True, kw_only=True, tag="database"):
    """A database of the Data Catalog."""

    kind: ClassVar[Literal["database"]] = "database"
    name: str
    description: str | None = None
    location_uri: str | None = None
    parameters: dict[str, str] = field(default_factory=dict)
    create_time: UtcTime | None = None
    target: CatalogLink | None = None
    federated: Federated | None = None

    @property
    def listing(self) -> str:
        """``databases``."""
        return "databases"

    @property
    def subject(self) -> str:
        """The database."""
        return self.name


class GlueColumn(StrictStruct, frozen=True, kw_only=True):
    """Name and type of a column as Glue holds them."""

    name: str
    type: str


class ColumnConstraints(StrictStruct, frozen=True, kw_only=True):
    """What a column's values must be or are where none is given; expressions are SQL."""

    not_null: bool = False
    default: str | None = None
    generated_as: str | None = None
    """The expression that values are computed by, or ``identity(start,step)``."""


class Column(StrictStruct, frozen=True, kw_only=True, dict=True):
    """A column: ``type`` is a text, ``data_type`` the same as a tree.

    Both are as the table's writer keeps them: Spark knows the case of names, collations and types
    that Glue cannot hold.
    """

    name: str
    type: str
    data_type: DataType
    comment: str | None = None
    parameters: dict[str, str] = field(default_factory=dict)
    constraints: ColumnConstraints | None = None
    glue: GlueColumn | None = None
    """The column in Glue, where the writer's schema has another case or type."""

    @cached_property
    def json(self) -> Raw:
        """The JSON, kept because tables share most of their columns."""
        return Raw(encode_json(self))


class SortColumn(StrictStruct, frozen=True, kw_only=True):
    """A column that files are sorted by."""

    column: str
    ascending: bool = True


class Storage(StrictStruct, frozen=True, kw_only=True):
    """The storage of a table or partition (Glue's StorageDescriptor without columns).

    Buckets are those that Spark keeps in a table's parameters, if it does. Classes that are only
    its placeholder are replaced by the provider's, or left out.
    """

    location: str | None = None
    additional_locations: tuple[str, ...] = ()
    data_locations: tuple[str, ...] | None = None
    """The places of a table's data, which SerDe, template or manifests may move elsewhere.

    A ``*`` stands for the values of a partition. Empty where the catalogue does not say it; None
    in partitions, whose location counts.
    """
    input_format: str | None = None
    output_format: str | None = None
    compressed: bool = False
    number_of_buckets: int | None = None
    serialization_library: str | None = None
    serde_parameters: dict[str, str] = field(default_factory=dict)
    bucket_columns: tuple[str, ...] = ()
    sort_columns: tuple[SortColumn, ...] = ()
    parameters: dict[str, str] = field(default_factory=dict)


class ViewText(StrictStruct, frozen=True, kw_only=True):
    """The SQL of a view in one dialect; ``dialect`` is in lower case (``trino``, ``spark`` …).

    That of a metric view is ``yaml``, and its text is the definition.
    """

    dialect: str
    sql: str
    default_catalog: str | None = None
    default_database: str | None = None


class TableRecord(Record, frozen=True, kw_only=True, tag="table"):
    """A table, view or resource link. Partition keys are not repeated among ``columns``."""

    identity: ClassVar[tuple[str, ...]] = ("database_name", "name")
    volatile: ClassVar[frozenset[str]] = Record.volatile | {
        "update_time",
        "last_access_time",
        "version_id",
        # They follow from the parameters, which count.
        "provider",
        "clustering_columns",
        "partition_transforms",
    }

    kind: ClassVar[Literal["table"]] = "table"
    database_name: str
    name: str
    description: str | None = None
    owner: str | None = None
    table_type: str | None = None
    format: TableFormat = "hive"
    provider: str | None = None
    """Spark's data source in lower case, such as ``parquet``; None if Spark did not make it."""
    create_time: UtcTime | None = None
    update_time: UtcTime | None = None
    last_access_time: UtcTime | None = None
    retention: int | None = None
    version_id: str | None = None
    is_registered_with_lake_formation: bool | None = None
    columns: tuple[Column, ...] = ()
    partition_keys: tuple[Column, ...] = ()
    clustering_columns: tuple[str, ...] = ()
    """Columns that files are clustered by, fields of structs with dots."""
    partition_transforms: tuple[str, ...] = ()
    """Hidden partitions of Iceberg, such as ``day(ordered_at)``."""
    storage: Storage | None = None
    parameters: dict[str, str] = field(default_factory=dict)
    views: tuple[ViewText, ...] = ()
    sub_objects: tuple[str, ...] = ()
    """ARNs of the tables that Glue itself names as those of a Data Catalog view."""
    target: CatalogLink | None = None
    federated: Federated | None = None

    @property
    def listing(self) -> str:
        """``database/<name>``."""
        return f"database/{encode(self.database_name)}"

    @property
    def subject(self) -> str:
        """The table."""
        return self.name


class PartitionRecord(Record, frozen=True, kw_only=True, tag="partition"):
    """One partition; ``values`` stand in the order of the table's partition keys."""

    identity: ClassVar[tuple[str, ...]] = ("database_name", "table_name", "values_key")
    volatile: ClassVar[frozenset[str]] = Record.volatile | {"last_access_time"}

    kind: ClassVar[Literal["partition"]] = "partition"
    database_name: str
    table_name: str
    values: tuple[str, ...]
    create_time: UtcTime | None = None
    last_access_time: UtcTime | None = None
    storage: Storage | None = None
    parameters: dict[str, str] = field(default_factory=dict)

    @property
    def listing(self) -> str:
        """``partitions/<database>/<table>``."""
        return f"partitions/{encode(self.database_name)}/{encode(self.table_name)}"

    @property
    def subject(self) -> str:
        """The table."""
        return self.table_name

    @property
    def values_key(self) -> str:
        """The values as one text; see ``make_values_key``."""
        return make_values_key(self.values)


class PartitionSummaryRecord(Record, frozen=True, kw_only=True, tag="partition_summary"):
    """The number of partitions that a table has in the catalogue.

    A table whose partitions are all projected has no such record.
    """

    identity: ClassVar[tuple[str, ...]] = ("database_name", "table_name")

    kind: ClassVar[Literal["partition_summary"]] = "partition_summary"
    database_name: str
    table_name: str
    partition_keys: tuple[str, ...]
    count: int

    @property
    def listing(self) -> str:
        """``partitions/<database>/<table>``."""
        return f"partitions/{encode(self.database_name)}/{encode(self.table_name)}"

    @property
    def subject(self) -> str:
        """The table."""
        return self.table_name


class JobRecord(Record, frozen=True, kw_only=True, tag="job"):
    """A Glue job with what it reads and writes.

    ``default_arguments`` and ``connections`` never hold a secret: values that look like one are
    redacted before the record is made.
    """

    volatile: ClassVar[frozenset[str]] = Record.volatile | {"last_modified_on"}

    kind: ClassVar[Literal["job"]] = "job"
    name: str
    description: str | None = None
    role: str | None = None
    created_on: UtcTime | None = None
    last_modified_on: UtcTime | None = None
    command_name: str | None = None
    """``glueetl``, ``gluestreaming``, ``pythonshell`` or ``glueray``."""
    job_mode: str = "SCRIPT"
    language: str | None = None
    script_location: str | None = None
    glue_version: str | None = None
    worker_type: str | None = None
    number_of_workers: int | None = None
    max_capacity: float | None = None
    timeout: int | None = None
    """Minutes."""
    max_retries: int | None = None
    execution_class: str | None = None
    default_arguments: dict[str, str] = field(default_factory=dict)
    connections: tuple[str, ...] = ()
    inputs: tuple[Dataset, ...] = ()
    outputs: tuple[Dataset, ...] = ()

    @property
    def listing(self) -> str:
        """``jobs``."""
        return "jobs"

    @property
    def subject(self) -> str:
        """The job."""
        return self.name


class LineageRecord(Record, frozen=True, kw_only=True, tag="lineage"):
    """An edge: ``process`` moves data downstream.

    ``process`` is ``job/<name>``, ``view/<database>/<name>`` or, for what the catalogue itself
    says (a table on its storage, a link on its target), ``table/<database>/<name>``; its parts
    are percent-encoded.
    """

    identity: ClassVar[tuple[str, ...]] = (
        "process",
        "upstream_key",
        "downstream_key",
    )

    kind: ClassVar[Literal["lineage"]] = "lineage"
    process: str
    upstream: Dataset
    downstream: Dataset
    origins: tuple[Origin, ...]
    columns: tuple[ColumnEdge, ...] = ()
    indirect: tuple[IndirectEdge, ...] = ()

    @property
    def listing(self) -> str:
        """A job's edges are found at the job, all others in their database's listing."""
        kind, *parts = self.process.split("/")
        return self.process if kind == "job" else f"database/{parts[0]}"

    @property
    def subject(self) -> str:
        """The job, view or table."""
        return unquote(self.process.rsplit("/", 1)[-1])

    @property
    def upstream_key(self) -> str:
        """Namespace and name of the upstream dataset in one text."""
        return _dataset_key(self.upstream)

    @property
    def downstream_key(self) -> str:
        """Namespace and name of the downstream dataset in one text."""
        return _dataset_key(self.downstream)


def _dataset_key(dataset: Dataset) -> str:
    """Join namespace and name by a bar, which the namespace cannot hold."""
    return f"{dataset.namespace.replace('%', '%25').replace('|', '%7C')}|{dataset.name}"


AnyRecord = (
    DatabaseRecord
    | TableRecord
    | PartitionRecord
    | PartitionSummaryRecord
    | JobRecord
    | LineageRecord
)

RECORD_TYPES: tuple[type[Record], ...] = (
    DatabaseRecord,
    TableRecord,
    PartitionRecord,
    PartitionSummaryRecord,
    JobRecord,
    LineageRecord,
)
KINDS: tuple[str, ...] = tuple(record_type.kind for record_type in RECORD_TYPES)

_DECODER: Decoder[AnyRecord] = Decoder(AnyRecord)


def parse_record(text: str | bytes) -> AnyRecord:
    """Read and check a record's JSON; raises msgspec.DecodeError."""
    return _DECODER.decode(text)
