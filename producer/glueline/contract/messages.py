"""Messages on the queue: requests from any service, and the units of a run.

A message names things and never carries a definition or a credential. ``parse_message`` is the only
way in; its errors say what was wrong in one sentence.
"""

import operator
from typing import Annotated, Any, Literal
from urllib.parse import quote

from pydantic import AfterValidator, Field, TypeAdapter, ValidationError

from glueline.contract.errors import UsageError
from glueline.contract.filters import Filters, RequestFilters
from glueline.contract.model import StrictModel, first_error

SCHEMA_VERSION: Literal[1] = 1

Name = Annotated[str, Field(min_length=1, max_length=16384)]
SourceName = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][\w.-]*$")]
RunId = Annotated[str, Field(pattern=r"^[0-9a-f]{16,40}$")]
_PLAIN = r"^[a-z0-9_-]*$"


def _fold_case(name: str) -> str:
    """Fold to lower case, as Glue stores it; another spelling would be a second object."""
    folded = name.lower()
    return folded if len(folded) == len(name) else name


FoldedName = Annotated[Name, AfterValidator(_fold_case)]
"""The name of a database or a table, whose case does not count."""


class CatalogScope(StrictModel):
    """The whole catalogue: all databases, all jobs, or both."""

    kind: Literal["catalog"] = "catalog"
    include: Annotated[
        tuple[Literal["databases", "jobs"], ...],
        Field(min_length=1),
        AfterValidator(lambda include: tuple(sorted(set(include)))),
    ] = ("databases", "jobs")

    @property
    def label(self) -> str:
        """The scope in the words of the command line."""
        return "catalog" if len(self.include) > 1 else f"catalog ({self.include[0]})"


class DatabaseScope(StrictModel):
    """One database with its tables."""

    kind: Literal["database"] = "database"
    name: FoldedName

    @property
    def label(self) -> str:
        """The scope in the words of the command line."""
        return f"database {self.name}"


class TableScope(StrictModel):
    """One table, without its database; one that does not exist is marked as deleted."""

    kind: Literal["table"] = "table"
    database: FoldedName
    name: FoldedName

    @property
    def label(self) -> str:
        """The scope in the words of the command line."""
        return f"table {self.database} {self.name}"


class JobScope(StrictModel):
    """One job with its lineage."""

    kind: Literal["job"] = "job"
    name: Name

    @property
    def label(self) -> str:
        """The scope in the words of the command line."""
        return f"job {self.name}"


Scope = Annotated[CatalogScope | DatabaseScope | TableScope | JobScope, Field(discriminator="kind")]


class Options(StrictModel):
    """Options of an extraction.

    ``partitions``: none, count (keys and how many there are) or all. ``raw`` keeps AWS's answer
    in each record. ``max_deletion_share`` is the share of a listing, and of all that the source
    has, from which on deletions are held back as implausible; 1 allows all. ``full`` reads and
    writes everything; without it, what a sink already holds unchanged is neither read further nor
    written again.
    """

    partitions: Literal["none", "count", "all"] = "none"
    lineage: bool = True
    raw: bool = False
    max_deletion_share: Annotated[float, Field(ge=0, le=1)] = 0.5
    full: bool = False


class ExtractionRequest(StrictModel):
    """A request for an extraction. Any service may push it to the queue as ``glueline.request``."""

    schema_version: Literal[1] = SCHEMA_VERSION
    kind: Literal["request"] = "request"
    source: SourceName = "default"
    scope: Scope = CatalogScope()
    filters: RequestFilters = Filters()
    options: Options = Options()
    idempotency_key: Annotated[str, Field(min_length=1, max_length=200)] | None = None

    @property
    def label(self) -> str:
        """A few words for people."""
        return f"{self.scope.label} of {self.source}"


class _Unit(StrictModel):
    schema_version: Literal[1] = SCHEMA_VERSION
    run_id: RunId
    source: SourceName

    @property
    def unit_id(self) -> str:
        raise NotImplementedError  # pragma: no cover - each kind has its own

    @property
    def label(self) -> str:
        """The unit and its run in a few words, as Flower shows them."""
        return f"{self.unit_id} · run {self.run_id[:8]} · {self.source}"


class DatabasesUnit(_Unit):
    """List the databases and open a unit for each."""

    kind: Literal["databases"] = "databases"

    @property
    def unit_id(self) -> str:
        """``databases``."""
        return "databases"


class NameRange(StrictModel):
    """Names that begin with ``prefix``, followed by none of the characters ``without``."""

    prefix: Annotated[str, Field(pattern=_PLAIN)] = ""
    without: Annotated[str, Field(pattern=_PLAIN)] = ""

    @property
    def label(self) -> str:
        """``prefix`` or ``prefix~without``."""
        return f"{self.prefix}~{self.without}" if self.without else self.prefix

    @classmethod
    def of_label(cls, label: str) -> "NameRange":
        """Return the range of a label."""
        prefix, _, without = label.partition("~")
        return cls(prefix=prefix, without=without)


class DatabaseUnit(_Unit):
    """Read the tables of one database, from ``token`` on when it is a later page.

    ``after`` is the name of the last table before it: tokens expire, names do not. ``names`` is the
    range to read; ``plain`` says not to ask the endpoint for the range alone. ``has_gaps`` says
    that an earlier page held nulls, so that the listing cannot be complete.
    """

    kind: Literal["database"] = "database"
    database: Name
    page: Annotated[int, Field(ge=0)] = 0
    token: str | None = None
    after: str | None = None
    names: NameRange | None = None
    plain: bool = False
    # Left out unless it is needed, so that older workers can read the message.
    has_gaps: Annotated[bool, Field(exclude_if=operator.not_)] = False

    @property
    def listing(self) -> str:
        """The listing that is complete at the end of the last page."""
        whole = f"database/{encode(self.database)}"
        return f"{whole}/range/{self.names.label}" if self.names else whole

    @property
    def unit_id(self) -> str:
        """``database/<name>``, then ``/range/<range>``, ``/plain`` and ``/page/<n>`` if so."""
        page = f"/page/{self.page}" if self.page else ""
        return f"{self.listing}/plain{page}" if self.plain else f"{self.listing}{page}"


class TableUnit(_Unit):
    """Read one table."""

    kind: Literal["table"] = "table"
    database: Name
    table: Name

    @property
    def unit_id(self) -> str:
        """``table/<database>/<table>``."""
        return f"table/{encode(self.database)}/{encode(self.table)}"


class PartitionsUnit(_Unit):
    """Read the partitions of one table."""

    kind: Literal["partitions"] = "partitions"
    database: Name
    table: Name
    keys: tuple[str, ...] = ()

    @property
    def unit_id(self) -> str:
        """``partitions/<database>/<table>``."""
        return f"partitions/{encode(self.database)}/{encode(self.table)}"


class JobsUnit(_Unit):
    """List the jobs and open a unit for each."""

    kind: Literal["jobs"] = "jobs"

    @property
    def unit_id(self) -> str:
        """``jobs``."""
        return "jobs"


class JobUnit(_Unit):
    """Read one job and its lineage."""

    kind: Literal["job"] = "job"
    job: Name

    @property
    def unit_id(self) -> str:
        """``job/<name>``."""
        return f"job/{encode(self.job)}"


class FinishUnit(_Unit):
    """Commit the sinks and set the run's state."""

    kind: Literal["finish"] = "finish"

    @property
    def unit_id(self) -> str:
        """``finish``."""
        return "finish"


class CheckRequest(StrictModel):
    """Try the permissions of a source and leave the report in the ledger."""

    schema_version: Literal[1] = SCHEMA_VERSION
    kind: Literal["check"] = "check"
    source: SourceName

    @property
    def label(self) -> str:
        """A few words for people, as Flower shows them."""
        return f"check of {self.source}"


UnitMessage = (
    DatabasesUnit | DatabaseUnit | TableUnit | PartitionsUnit | JobsUnit | JobUnit | FinishUnit
)
Message = Annotated[
    ExtractionRequest | CheckRequest | UnitMessage,
    Field(discriminator="kind"),
]
MESSAGE: TypeAdapter[ExtractionRequest | CheckRequest | UnitMessage] = TypeAdapter(Message)
UNIT: TypeAdapter[UnitMessage] = TypeAdapter(Annotated[UnitMessage, Field(discriminator="kind")])
OTHER_KINDS = ("request", "check")
UNIT_KINDS = ("databases", "database", "table", "partitions", "jobs", "job", "finish")


def first_units(run_id: str, request: ExtractionRequest) -> list[UnitMessage]:
    """Return the units that a run starts with."""
    about = {"run_id": run_id, "source": request.source}
    match request.scope:
        case DatabaseScope(name=name):
            return [DatabaseUnit(**about, database=name)]
        case TableScope(database=database, name=name):
            return [TableUnit(**about, database=database, table=name)]
        case JobScope(name=name):
            return [JobUnit(**about, job=name)]
        case CatalogScope(include=include):
            units: list[UnitMessage] = [DatabasesUnit(**about), JobsUnit(**about)]
            return [unit for unit in units if unit.kind in include]


def encode(name: str) -> str:
    """Percent-encode a catalogue name so that it is one part of an id, a path or an object key."""
    encoded = quote(name, safe="")
    return encoded.replace(".", "%2E") if set(encoded) == {"."} else encoded


def parse_message(payload: Any) -> ExtractionRequest | CheckRequest | UnitMessage:
    """Validate one decoded message; raises UsageError with one sentence."""
    try:
        return MESSAGE.validate_python(payload)
    except ValidationError as error:
        raise UsageError(f"not a Glueline message: {first_error(error)}") from None
