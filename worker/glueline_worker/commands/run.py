"""``glueline run``: the whole job in one command."""

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from rich.console import Console

from glueline.cli import options as o
from glueline.cli.output import make_console, print_json
from glueline.cli.progress import show_progress
from glueline.cli.summary import print_summary
from glueline.contract.errors import UsageError
from glueline.contract.messages import CatalogScope, ExtractionRequest

if TYPE_CHECKING:
    from glueline_worker.local.run import Ended

WHERE = "Where from and where to"
Workers = Annotated[int, typer.Option("--workers", "-w", min=1, max=64, help="Processes.")]
Concurrency = Annotated[
    int, typer.Option("--concurrency", "-c", min=1, max=1000, help="Units at a time in each.")
]


def run(
    region: Annotated[
        str | None,
        typer.Option(help="AWS region [AWS_REGION].", rich_help_panel=WHERE, show_default=False),
    ] = None,
    profile: Annotated[
        str | None,
        typer.Option(help="AWS profile [AWS_PROFILE].", rich_help_panel=WHERE, show_default=False),
    ] = None,
    endpoint_url: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="Another AWS endpoint [AWS_ENDPOINT_URL].",
            rich_help_panel=WHERE,
            show_default=False,
        ),
    ] = None,
    source: Annotated[
        str,
        typer.Option("--source", "-s", help="A source of glueline.toml.", rich_help_panel=WHERE),
    ] = "default",
    sink: Annotated[
        list[str] | None,
        typer.Option(
            metavar="URL",
            help="sqlite:///FILE, postgresql://…, file:///DIR?format=jsonl, stdout: (repeatable)"
            " [GLUELINE_SINKS, else sqlite:///glueline.db].",
            rich_help_panel=WHERE,
            show_default=False,
        ),
    ] = None,
    workers: Workers = 2,
    concurrency: Concurrency = 32,
    database: o.Databases = None,
    exclude_database: o.NotDatabases = None,
    table: o.Tables = None,
    exclude_table: o.NotTables = None,
    job: o.Jobs = None,
    exclude_job: o.NotJobs = None,
    only: Annotated[
        Literal["databases", "jobs"] | None,
        typer.Option(help="Only databases, or only jobs.", rich_help_panel=o.SCOPE),
    ] = None,
    partitions: o.Partitions = "none",
    lineage: o.Lineage = True,
    raw: o.Raw = False,
    max_deletion_share: o.MaxDeletionShare = 0.5,
    full: o.Full = False,
    as_json: o.AsJson = False,
) -> int:
    """Extract a catalogue here and now: no server, no configuration.

    Starts an embedded Redis and worker processes, shows progress, and stops them at the end.

    Example: glueline run --region eu-west-1 --sink sqlite:///glue.db --database 'sales_*'
    """
    from glueline.settings.settings import load_settings  # noqa: PLC0415
    from glueline_worker.observe.logging import setup_logging  # noqa: PLC0415
    from glueline_worker.sinks.registry import parse_sink  # noqa: PLC0415

    env = environment(region=region, profile=profile, endpoint_url=endpoint_url)
    overrides: dict[str, Any] = {"sinks": tuple(sink)} if sink else {}
    settings = load_settings(**overrides)
    overrides["worker"] = settings.worker.model_copy(update={"concurrency": concurrency})
    settings.source(source)
    if as_json and any(url.startswith("stdout:") for url in settings.sinks):
        raise UsageError("--json and the sink stdout: both want standard output; choose one")
    request = ExtractionRequest(
        source=source,
        scope=CatalogScope(include=(only,)) if only else CatalogScope(),
        filters=o.make_filters(database, exclude_database, table, exclude_table, job, exclude_job),
        options=o.make_options(
            partitions=partitions,
            lineage=lineage,
            raw=raw,
            max_deletion_share=max_deletion_share,
            full=full,
        ),
    )
    for url in settings.sinks:
        parse_sink(url)
    setup_logging(settings)
    progress = make_console(stderr=True)
    ended = carry_out(request, workers=workers, settings=overrides, env=env, progress=progress)
    return report(ended, settings.sinks, as_json=as_json)


def environment(**options: str | None) -> dict[str, str]:
    """Set AWS's own variables from options, for this process and its children."""
    import os  # noqa: PLC0415

    names = {
        "region": ("AWS_REGION", "AWS_DEFAULT_REGION"),
        "profile": ("AWS_PROFILE",),
        "endpoint_url": ("AWS_ENDPOINT_URL",),
    }
    given = {name: value for option, value in options.items() if value for name in names[option]}
    os.environ.update(given)
    return given


def carry_out(
    request: ExtractionRequest,
    *,
    workers: int,
    settings: dict[str, Any],
    env: dict[str, str],
    progress: Console,
) -> "Ended":
    """Run ``request`` locally with progress on ``progress``."""
    from glueline_worker.local.run import run_locally  # noqa: PLC0415

    try:
        return run_locally(
            request,
            workers=workers,
            settings=settings,
            env=env,
            follow=lambda statuses: show_progress(statuses, progress),
        )
    except KeyboardInterrupt as interrupt:
        what = str(interrupt) or "nothing was begun"
        progress.print(f"interrupted: {what}, and its processes have ended")
        raise


def report(ended: "Ended", sinks: tuple[str, ...], *, as_json: bool) -> int:
    """Print what became of a run and answer its exit code."""
    from glueline_worker.sinks.registry import redacted  # noqa: PLC0415

    names = [redacted(url) for url in sinks]
    if as_json:
        print_json(
            {
                "run": ended.run,
                "failures": list(ended.failures),
                "warnings": list(ended.warnings),
                "sinks": names,
            }
        )
    else:
        # Records on standard output leave it to them.
        out = make_console(stderr=any(name.startswith("stdout:") for name in names))
        print_summary(out, ended.run, ended.failures, ended.warnings)
        for name in names:
            out.print(f"results in {name}", markup=False)
    return ended.run.state.exit_code
