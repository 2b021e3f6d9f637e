"""``glueline check``: try every permission of a source."""

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

_CHECKS_AT_ONCE = 8
"""The number of sources that are checked at the same time."""
_STYLES = {
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
    # The report says what failed. Tracebacks of libraries in the log would only repeat it.
    setup_logging(settings.model_copy(update={"log_level": "critical"}))
    names = _choose_sources(settings, source, tag, every=every)
    reports = asyncio.run(_check_sources(settings, names))
    if as_json:
        print_json(reports)
    else:
        for report in reports:
            _show(report)
    codes = {report.exit_code for report in reports}
    return codes.pop() if len(codes) == 1 else 3


def _choose_sources(
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


async def _check_sources(settings: "Settings", names: Sequence[str]) -> list[CheckReport]:
    from glueline_worker.permissions.check import check_permissions  # noqa: PLC0415 - the AWS library is slow

    semaphore = asyncio.Semaphore(_CHECKS_AT_ONCE)

    async def check_one(name: str) -> CheckReport:
        async with semaphore:
            return await check_permissions(settings, name)

    return await asyncio.gather(*(check_one(name) for name in names))


def _show(report: CheckReport) -> None:
    out = make_console()
    who = report.identity or "an unknown identity"
    out.print(f"{report.source}: account {report.account or 'unknown'}, as {who}", markup=False)
    print_rows(
        ("permission", "state", "needed for", "without it", "tried"),
        (
            (
                item.permission,
                Text(item.state.value, style=_STYLES[item.state]),
                item.needed_for,
                item.without_it if item.state is not CheckState.ALLOWED else "",
                item.detail,
            )
            for item in report.items
        ),
    )
