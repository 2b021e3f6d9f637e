"""Changes in a catalogue, in groups that are read together, and the requests for them.

The tables of one database are a group, and so are the jobs of a source. A group with many changes
is read as a whole.
"""

from collections.abc import Iterable
from typing import Annotated, Literal
from urllib.parse import unquote

from pydantic import Field, ValidationError

from glueline.contract.filters import Filters, Globs
from glueline.contract.messages import (
    CatalogScope,
    DatabaseScope,
    ExtractionRequest,
    JobScope,
    Name,
    Options,
    Scope,
    SourceName,
    TableScope,
    encode,
)
from glueline.contract.model import StrictModel

MAX_CHANGES_PER_GROUP = 20
"""Changed tables of a database, or jobs of a source, that are read one by one; more are listed."""


class Change(StrictModel):
    """Something of a source that has to be read again.

    ``is_gone`` says that the database was deleted, which only a listing of databases can prove.
    """

    source: SourceName
    scope: Annotated[TableScope | DatabaseScope | JobScope, Field(discriminator="kind")]
    is_gone: bool = False

    @property
    def group(self) -> str:
        """The group's name: ``<source>/jobs`` or ``<source>/database/<name>``."""
        if isinstance(self.scope, JobScope):
            return f"{self.source}/jobs"
        scope = self.scope
        name = scope.database if isinstance(scope, TableScope) else scope.name
        return f"{self.source}/database/{encode(name)}"

    @property
    def mark(self) -> tuple[Literal["name", "whole", "gone"], str]:
        """The kind of change, and the name that changed, as recorded in the group."""
        if isinstance(self.scope, DatabaseScope):
            return ("gone" if self.is_gone else "whole"), ""
        return "name", self.scope.name


class Batch(StrictModel):
    """The changes of one group that are to be read now. ``batch`` is a unique id."""

    group: str
    batch: str
    names: tuple[Name, ...] = ()
    is_whole: bool = False
    is_gone: bool = False

    @property
    def source(self) -> str:
        """The source of the group."""
        return self.group.partition("/")[0]

    def requests(self, options: Options) -> list[ExtractionRequest]:
        """Make the requests for the changes, each time the same with the same idempotency keys."""
        return [
            ExtractionRequest(
                source=self.source,
                scope=scope,
                filters=filters,
                options=options.model_copy(update={"max_deletion_share": 1.0})
                if self.is_gone
                else options,
                idempotency_key=f"change/{self.batch}/{number}",
            )
            for number, (scope, filters) in enumerate(self._list_scopes())
        ]

    def _list_scopes(self) -> Iterable[tuple[Scope, Filters]]:
        _, kind, *rest = self.group.split("/", 2)
        if kind == "jobs":
            if self.is_whole:
                return [(CatalogScope(include=("jobs",)), Filters())]
            return [(JobScope(name=name), Filters()) for name in sorted(self.names)]
        database = unquote(rest[0])
        only = database_listing_filters(database) if self.is_gone else None
        if only is not None:
            return [(CatalogScope(include=("databases",)), only)]
        if self.is_whole or self.is_gone:
            return [(DatabaseScope(name=database), Filters())]
        return [
            (TableScope(database=database, name=name), Filters()) for name in sorted(self.names)
        ]


def database_listing_filters(database: str) -> Filters | None:
    """Make filters that list this database only; None for a name that no glob can match.

    A glob without wildcards would read the database by its name, and not list it.
    """
    escaped = "".join(f"[{c}]" if c in "*?[" else c for c in database)
    try:
        return Filters(databases=Globs(allow=(f"{escaped}*",), deny=(f"{escaped}?*",)))
    except ValidationError:
        return None


def admits(filters: Filters, scope: Scope) -> bool:
    """Tell whether ``filters`` admit the one thing that ``scope`` names."""
    match scope:
        case DatabaseScope(name=name):
            return filters.databases.admits(name)
        case TableScope(database=database, name=name):
            return filters.databases.admits(database) and filters.tables.admits(name)
        case JobScope(name=name):
            return filters.jobs.admits(name)
        case _:
            return True
