"""``glueline sources``: the places to extract from."""

from glueline.cli.loading import load_cli_settings
from glueline.cli.options import AsJson, Tags, find_tagged_sources
from glueline.cli.output import print_json, print_rows
from glueline.settings.sources import SourceSummary, summarize_source


def list_declared_sources(tag: Tags = None, as_json: AsJson = False) -> None:
    """List the sources of glueline.toml, including those of templates.

    Example: glueline sources --tag team=sales
    """
    settings = load_cli_settings()
    found = [
        summarize_source(name, settings.source(name)) for name in find_tagged_sources(settings, tag)
    ]
    if as_json:
        print_json(found)
        return
    print_rows(
        ("name", "region", "account", "as", "tags"),
        ((s.name, s.region or "-", s.account or "-", _identity(s), _tags(s)) for s in found),
        empty="no source has these tags",
    )


def _identity(source: SourceSummary) -> str:
    """Return the role that reads, or the profile of the credentials."""
    if source.roles:
        return " > ".join(arn.partition(":role/")[2] for arn in source.roles)
    return f"profile {source.profile}" if source.profile else "-"


def _tags(source: SourceSummary) -> str:
    return " ".join(f"{name}={value}" for name, value in source.tags.items())
