"""``glueline check``: every permission of a source, tried."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from glueline.cli.loading import load_cli_settings
from glueline.cli.options import AsJson, Tags, find_tagged_sources
from glueline.cli.output import make_console, print_json, print_rows
from glueline.contract.checks import CheckReport, CheckState
from glueline.contract.errors import UsageError

if TYPE_CHECKING:
    from glueline.settings.settings import Settings

AT_ONCE = 8
"""Sources that are checked at a time."""
STYLES = {
    CheckState.ALLOWED: "green",
    CheckState.DENIED: "red",
    CheckState.UNKNOWN: "yellow",
    CheckState.HIDDEN: "yellow",
}


def check(
    source: Annotated[
        list[str] | None, typer.Argument(help="Sources of glueline.toml, else default.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Every source of glueline.toml.")] = False,
    tag: Tags = None,
    as_json: AsJson = False,
) -> int:
    """Try every permission of a source with the cheapest call, and say what works without it.

    Nothing is written. Exit codes: 0 nothing is missing, 3 some is, 1 nothing works.

    Example: glueline check sales --json
    """
    from glueline_worker.observe.logging import setup_logging  # noqa: PLC0415

    settings = load_cli_settings()
    # The report says what failed; a library's traceback says it again.
    setup_logging(settings.model_copy(update={"log_level": "critical"}))
    names = _names(settings, source, tag, every=every)
    reports = asyncio.run(_checked(settings, names))
    if as_json:
        print_json(reports)
    else:
        for report in reports:
            _show(report)
    codes = {report.exit_code for report in reports}
    return codes.pop() if len(codes) == 1 else 3


def _names(
    settings: "Settings", given: list[str] | None, tags: list[str] | None, *, every: bool
) -> list[str]:
    if given and (every or tags):
        raise UsageError("name sources, or choose them by --all or --tag")
    if not (every or tags):
        names = list(dict.fromkeys(given or ["default"]))
        for name in names:
            settings.source(name)
        return names
    found = find_tagged_sources(settings, tags)
    if not found:
        raise UsageError("no source has these tags: see `glueline sources`")
    return found


async def _checked(settings: "Settings", names: Sequence[str]) -> list[CheckReport]:
    from glueline_worker.permissions.check import check_source  # noqa: PLC0415 - the AWS library is slow

    turns = asyncio.Semaphore(AT_ONCE)

    async def one(name: str) -> CheckReport:
        async with turns:
            return await check_source(settings, name)

    return await asyncio.gather(*(one(name) for name in names))


def _show(report: CheckReport) -> None:
    out = make_console()
    who = report.identity or "nobody that AWS knows"
    out.print(f"{report.source}: account {report.account or 'unknown'}, as {who}", markup=False)
    print_rows(
        ("permission", "state", "needed for", "without it", "tried"),
        (
            (
                item.permission,
                Text(item.state.value, style=STYLES[item.state]),
                item.needed_for,
                item.without_it if item.state is not CheckState.ALLOWED else "",
                item.detail,
            )
            for item in report.items
        ),
    )
