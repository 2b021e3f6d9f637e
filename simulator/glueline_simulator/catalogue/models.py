"""The catalogue file: friendly forms for the usual, ``raw`` for everything else Glue knows."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator

from glueline_simulator.errors import AwsError, UsageError
from glueline_simulator.glue.validation import check_shape, service_model
from glueline_simulator.rules import CallRule
from glueline_simulator.storage import FORMATS

Raw = dict[str, Any]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Column(_Model):
    """A column, as ``name: type`` or with all four."""

    name: str = Field(min_length=1, max_length=255)
    type: str = "string"
    comment: str | None = None
    parameters: dict[str, str] = {}


def _columns(value: Any) -> Any:
    """``{id: bigint}`` is short for ``[{name: id, type: bigint}]``."""
    if not isinstance(value, Mapping):
        return value
    return [{"name": f"{name}", "type": kind} for name, kind in value.items()]


def _partition(value: Any) -> Any:
    return {"values": [f"{item}" for item in value]} if isinstance(value, list) else value


def _checked(raw: Any, shape_name: str) -> Any:
    """Hold a raw definition against the service model; what it requires is made by us."""
    shape = service_model().shape_for(shape_name)
    required = dict.fromkeys(getattr(shape, "required_members", ()), "made")
    try:
        check_shape(shape, {**required, **raw} if isinstance(raw, dict) else raw, "")
    except AwsError as error:
        raise ValueError(error.message) from None
    return raw


def _raw(shape: str) -> Any:
    return BeforeValidator(lambda raw: _checked(raw, shape))


Columns = Annotated[list[Column], BeforeValidator(_columns)]


class Link(_Model):
    """The target of a resource link. Without a table it is a database that is linked."""

    database: str
    table: str | None = None
    catalog: str | None = None
    region: str | None = None


class View(_Model):
    """A view's SQL, in the dialect of the engine that made it."""

    presto: str | None = None
    spark: str | None = None


class Partition(_Model):
    """A partition, as a list of values or with its location."""

    values: list[str]
    location: str | None = None
    parameters: dict[str, str] = {}


class Table(_Model):
    """A table. ``raw`` fields win over what is made from the others."""

    description: str | None = None
    owner: str | None = "data-platform"
    type: str | None = "EXTERNAL_TABLE"
    format: str = "parquet"
    location: str | None = None
    columns: Columns = []
    partition_keys: Columns = []
    partitions: list[Annotated[Partition, BeforeValidator(_partition)]] = []
    partition_indexes: dict[str, list[str]] = {}
    parameters: dict[str, str] = {}
    storage: bool = True
    link: Link | None = None
    view: View | None = None
    raw: Annotated[Raw, _raw("Table")] = {}

    @field_validator("format")
    @classmethod
    def _known_format(cls, value: str) -> str:
        if value not in FORMATS:
            message = f"no such format; the formats are {', '.join(FORMATS)}"
            raise ValueError(message)
        return value


class Database(_Model):
    """A database and its tables."""

    description: str | None = None
    location: str | None = None
    parameters: dict[str, str] = {}
    link: Link | None = None
    tables: dict[str, Table | None] = {}
    tags: dict[str, str] = {}
    raw: Annotated[Raw, _raw("Database")] = {}


class Job(_Model):
    """A job. Without ``script`` and ``script_file`` its script is missing from S3."""

    description: str | None = None
    type: str = "glueetl"
    language: str = "python"
    script: str | None = None
    script_file: str | None = None
    script_location: str | None = None
    arguments: dict[str, str] = {}
    connections: list[str] = []
    nodes: Annotated[Raw, _raw("CodeGenConfigurationNodes")] = {}
    tags: dict[str, str] = {}
    runs: list[Annotated[Raw, _raw("JobRun")]] = []
    raw: Annotated[Raw, _raw("Job")] = {}


class Connection(_Model):
    """A connection of the Data Catalog."""

    type: str = "JDBC"
    properties: dict[str, str] = {}
    raw: Annotated[Raw, _raw("Connection")] = {}


class Grant(_Model):
    """What a role or an access key may do; ``deny`` is a list as for ``--deny``, or ``true``."""

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


class Contents(_Model):
    """What an account holds."""

    databases: dict[str, Database | None] = {}
    jobs: dict[str, Job | None] = {}
    connections: dict[str, Connection | None] = {}
    triggers: dict[str, Annotated[Raw, _raw("Trigger")]] = {}
    workflows: dict[str, Annotated[Raw, _raw("Workflow")]] = {}
    crawlers: dict[str, Annotated[Raw, _raw("Crawler")]] = {}


class CatalogueFile(Contents):
    """A whole file: the simulator's own account, and what lies around it."""

    region: str | None = None
    account: str | None = None
    accounts: dict[str, Contents] = {}
    objects: dict[str, str] = {}
    roles: dict[str, Grant | None] | None = None
    keys: dict[str, Grant] = {}

    @field_validator("account", mode="before")
    @classmethod
    def _twelve_digits(cls, value: Any) -> Any:
        return _account_id(value)

    @field_validator("accounts")
    @classmethod
    def _account_ids(cls, value: dict[str, Contents]) -> dict[str, Contents]:
        for name in value:
            _account_id(name)
        return value

    @field_validator("objects")
    @classmethod
    def _object_urls(cls, value: dict[str, str]) -> dict[str, str]:
        for url in value:
            if not re.fullmatch(r"s3://[^/]+/.+", url):
                message = f"{url!r} is no object; write s3://BUCKET/KEY"
                raise ValueError(message)
        return value


def _account_id(value: Any) -> Any:
    if value is not None and not (
        isinstance(value, str) and re.fullmatch(r"\d{12}(:[\w/-]+)?", value)
    ):
        message = f"{value!r} is no account id; write its twelve digits in quotes"
        raise ValueError(message)
    return value
