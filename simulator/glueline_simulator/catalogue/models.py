"""The catalogue file: short forms for usual fields, and ``raw`` for all other fields of Glue."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator

from glueline_simulator.catalogue.storage_formats import TABLE_FORMATS
from glueline_simulator.errors import AwsError, UsageError
from glueline_simulator.glue.validation import check_shape, load_service_model
from glueline_simulator.rules import CallRule

RawDefinition = dict[str, Any]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ColumnEntry(_Model):
    """A column, as ``name: type`` or with all fields."""

    name: str = Field(min_length=1, max_length=255)
    type: str = "string"
    comment: str | None = None
    parameters: dict[str, str] = {}


def _expand_columns(value: Any) -> Any:
    """Expand ``{id: bigint}`` to ``[{name: id, type: bigint}]``."""
    if not isinstance(value, Mapping):
        return value
    return [{"name": f"{name}", "type": kind} for name, kind in value.items()]


def _expand_partition(value: Any) -> Any:
    return {"values": [f"{item}" for item in value]} if isinstance(value, list) else value


def _check_raw(raw: Any, shape_name: str) -> Any:
    """Check a raw definition against the service model, without its required members."""
    shape = load_service_model().shape_for(shape_name)
    required = dict.fromkeys(getattr(shape, "required_members", ()), "made")
    try:
        check_shape(shape, {**required, **raw} if isinstance(raw, dict) else raw, "")
    except AwsError as error:
        raise ValueError(error.message) from None
    return raw


def _raw_definition(shape: str) -> Any:
    return BeforeValidator(lambda raw: _check_raw(raw, shape))


_Columns = Annotated[list[ColumnEntry], BeforeValidator(_expand_columns)]


class LinkEntry(_Model):
    """The target of a resource link; a link to a database has no table."""

    database: str
    table: str | None = None
    catalog: str | None = None
    region: str | None = None


class ViewEntry(_Model):
    """The SQL of a view, in the dialect of the engine that created it."""

    presto: str | None = None
    spark: str | None = None


class PartitionEntry(_Model):
    """A partition, as a list of values or with its location."""

    values: list[str]
    location: str | None = None
    parameters: dict[str, str] = {}


class TableEntry(_Model):
    """A table. The fields of ``raw`` replace those made from the others."""

    description: str | None = None
    owner: str | None = "data-platform"
    type: str | None = "EXTERNAL_TABLE"
    format: str = "parquet"
    location: str | None = None
    columns: _Columns = []
    partition_keys: _Columns = []
    partitions: list[Annotated[PartitionEntry, BeforeValidator(_expand_partition)]] = []
    partition_indexes: dict[str, list[str]] = {}
    parameters: dict[str, str] = {}
    storage: bool = True
    link: LinkEntry | None = None
    view: ViewEntry | None = None
    raw: Annotated[RawDefinition, _raw_definition("Table")] = {}

    @field_validator("format")
    @classmethod
    def _known_format(cls, value: str) -> str:
        if value not in TABLE_FORMATS:
            message = f"no such format; the formats are {', '.join(TABLE_FORMATS)}"
            raise ValueError(message)
        return value


class DatabaseEntry(_Model):
    """A database and its tables."""

    description: str | None = None
    location: str | None = None
    parameters: dict[str, str] = {}
    link: LinkEntry | None = None
    tables: dict[str, TableEntry | None] = {}
    tags: dict[str, str] = {}
    raw: Annotated[RawDefinition, _raw_definition("Database")] = {}


class JobEntry(_Model):
    """A job. Without ``script`` and ``script_file``, S3 does not hold its script."""

    description: str | None = None
    type: str = "glueetl"
    language: str = "python"
    script: str | None = None
    script_file: str | None = None
    script_location: str | None = None
    arguments: dict[str, str] = {}
    connections: list[str] = []
    nodes: Annotated[RawDefinition, _raw_definition("CodeGenConfigurationNodes")] = {}
    tags: dict[str, str] = {}
    runs: list[Annotated[RawDefinition, _raw_definition("JobRun")]] = []
    raw: Annotated[RawDefinition, _raw_definition("Job")] = {}


class ConnectionEntry(_Model):
    """A connection of the Data Catalog."""

    type: str = "JDBC"
    properties: dict[str, str] = {}
    raw: Annotated[RawDefinition, _raw_definition("Connection")] = {}


class GrantEntry(_Model):
    """The rights of a role or an access key; ``deny`` is a list as for ``--deny``, or ``true``."""

    account: str | None = None
    external_id: str | None = None
    deny: list[str] | Literal[True] = []

    @field_validator("deny")
    @classmethod
    def _rules(cls, value: list[str] | Literal[True]) -> list[str] | Literal[True]:
        for rule in value if isinstance(value, list) else []:
            try:
                CallRule.parse(rule)
            except UsageError as error:
                raise ValueError(str(error)) from None
        return value


class AccountEntry(_Model):
    """The content of an account."""

    databases: dict[str, DatabaseEntry | None] = {}
    jobs: dict[str, JobEntry | None] = {}
    connections: dict[str, ConnectionEntry | None] = {}
    triggers: dict[str, Annotated[RawDefinition, _raw_definition("Trigger")]] = {}
    workflows: dict[str, Annotated[RawDefinition, _raw_definition("Workflow")]] = {}
    crawlers: dict[str, Annotated[RawDefinition, _raw_definition("Crawler")]] = {}


class CatalogueFile(AccountEntry):
    """A whole file: the simulator's own account, other accounts, objects, roles and keys."""

    region: str | None = None
    account: str | None = None
    accounts: dict[str, AccountEntry] = {}
    objects: dict[str, str | dict[str, str]] = {}
    """Texts; a dictionary of file names and texts is a zip archive."""
    roles: dict[str, GrantEntry | None] | None = None
    keys: dict[str, GrantEntry] = {}

    @field_validator("account", mode="before")
    @classmethod
    def _twelve_digits(cls, value: Any) -> Any:
        return _check_account_id(value)

    @field_validator("accounts")
    @classmethod
    def _account_ids(cls, value: dict[str, AccountEntry]) -> dict[str, AccountEntry]:
        for name in value:
            _check_account_id(name)
        return value

    @field_validator("objects")
    @classmethod
    def _object_urls(
        cls, value: dict[str, str | dict[str, str]]
    ) -> dict[str, str | dict[str, str]]:
        for url in value:
            if not re.fullmatch(r"s3://[^/]+/.+", url):
                message = f"{url!r} is no object; write s3://BUCKET/KEY"
                raise ValueError(message)
        return value


def _check_account_id(value: Any) -> Any:
    if value is not None and not (
        isinstance(value, str) and re.fullmatch(r"\d{12}(:[\w/-]+)?", value)
    ):
        message = f"{value!r} is no account id; write its twelve digits in quotes"
        raise ValueError(message)
    return value
