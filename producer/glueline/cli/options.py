"""Options that several commands share, and the filters and options that they make."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from glueline.contract.errors import UsageError

if TYPE_CHECKING:
    from glueline.contract.filters import Filters
    from glueline.contract.messages import Options
    from glueline.settings.settings import Settings

SCOPE = "What to read"
SourceOption = Annotated[str, typer.Option("--source", "-s", help="A source of glueline.toml.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
Databases = Annotated[
    list[str] | None,
    typer.Option(
        "--database",
        "-d",
        metavar="GLOB",
        help="Only databases like this (repeatable).",
        rich_help_panel=SCOPE,
    ),
]
NotDatabases = Annotated[
    list[str] | None,
    typer.Option(
        "--exclude-database",
        metavar="GLOB",
        help="No databases like this (repeatable).",
        rich_help_panel=SCOPE,
    ),
]
Tables = Annotated[
    list[str] | None,
    typer.Option(
        "--table",
        "-t",
        metavar="GLOB",
        help="Only tables like this (repeatable).",
        rich_help_panel=SCOPE,
    ),
]
NotTables = Annotated[
    list[str] | None,
    typer.Option(
        "--exclude-table",
        metavar="GLOB",
        help="No tables like this (repeatable).",
        rich_help_panel=SCOPE,
    ),
]
Jobs = Annotated[
    list[str] | None,
    typer.Option(
        "--job",
        "-j",
        metavar="GLOB",
        help="Only jobs like this (repeatable).",
        rich_help_panel=SCOPE,
    ),
]
NotJobs = Annotated[
    list[str] | None,
    typer.Option(
        "--exclude-job",
        metavar="GLOB",
        help="No jobs like this (repeatable).",
        rich_help_panel=SCOPE,
    ),
]
Partitions = Annotated[
    Literal["none", "count", "all"],
    typer.Option(help="Partitions: none, their count, or all of them.", rich_help_panel=SCOPE),
]
Lineage = Annotated[
    bool, typer.Option("--lineage/--no-lineage", help="Read lineage.", rich_help_panel=SCOPE)
]
Raw = Annotated[
    bool, typer.Option("--raw", help="Keep AWS's answer in each record.", rich_help_panel=SCOPE)
]
MaxDeletionShare = Annotated[
    float,
    typer.Option(
        metavar="SHARE",
        help="Hold deletions back when this share of a listing or of all vanished (0 to 1).",
        rich_help_panel=SCOPE,
    ),
]
Full = Annotated[
    bool,
    typer.Option(
        "--full",
        help="Read and write everything, also what the sinks hold unchanged.",
        rich_help_panel=SCOPE,
    ),
]
Tags = Annotated[
    list[str] | None,
    typer.Option("--tag", metavar="NAME=VALUE", help="Only sources with this tag (repeatable)."),
]
Key = Annotated[
    str | None,
    typer.Option(
        "--idempotency-key", metavar="KEY", help="The same key gives the same run, for seven days."
    ),
]


def make_filters(
    databases: list[str] | None = None,
    not_databases: list[str] | None = None,
    tables: list[str] | None = None,
    not_tables: list[str] | None = None,
    jobs: list[str] | None = None,
    not_jobs: list[str] | None = None,
) -> "Filters":
    """Make filters from globs; raises UsageError about the first malformed one."""
    from pydantic import ValidationError  # noqa: PLC0415 - most commands make no filters

    from glueline.contract.filters import Filters  # noqa: PLC0415
    from glueline.contract.model import first_error  # noqa: PLC0415

    try:
        return Filters.model_validate(
            {
                "databases": {"allow": databases or (), "deny": not_databases or ()},
                "tables": {"allow": tables or (), "deny": not_tables or ()},
                "jobs": {"allow": jobs or (), "deny": not_jobs or ()},
            }
        )
    except ValidationError as error:
        raise UsageError(f"filter {first_error(error)}") from None


def make_options(
    *,
    partitions: str,
    lineage: bool,
    raw: bool = False,
    max_deletion_share: float = 0.5,
    full: bool = False,
) -> "Options":
    """Make the options of a request; raises UsageError about the first that is out of range."""
    from pydantic import ValidationError  # noqa: PLC0415 - most commands make no options

    from glueline.contract.messages import Options  # noqa: PLC0415
    from glueline.contract.model import first_error  # noqa: PLC0415

    try:
        return Options.model_validate(
            {
                "partitions": partitions,
                "lineage": lineage,
                "raw": raw,
                "max_deletion_share": max_deletion_share,
                "full": full,
            }
        )
    except ValidationError as error:
        raise UsageError(f"option {first_error(error)}") from None


def find_tagged_sources(settings: "Settings", tags: list[str] | None) -> list[str]:
    """Return the declared sources with all these tags; ``default`` when none is declared."""
    wanted = {}
    for tag in tags or ():
        name, equals, value = tag.partition("=")
        if not equals or not name:
            raise UsageError(f"--tag takes NAME=VALUE, not {tag!r}")
        wanted[name] = value
    declared = settings.all_sources or {"default": settings.source("default")}
    return sorted(name for name, source in declared.items() if source.has_tags(wanted))
