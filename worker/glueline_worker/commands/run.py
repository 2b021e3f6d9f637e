"""``glueline run``: extract a catalogue with one command, on this machine."""

import os
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.console import Console

from glueline.cli import options as o
from glueline.cli.output import make_console, print_json
from glueline.cli.progress import show_progress
from glueline.cli.summary import print_summary
from glueline.contract.errors import UsageError
from glueline.contract.messages import CatalogScope, ExtractionRequest
from glueline.imports import import_without_collections
from glueline_worker.sinks.registry import SCHEMES, parse_sink
from glueline_worker.sinks.sink_url import redact_sink_url

if TYPE_CHECKING:
    from glueline.settings.settings import Settings
    from glueline_worker.local.run import FinishedRun

_WHERE_PANEL = "Where from and where to"
_WorkerCount = Annotated[int, typer.Option("--workers", "-w", min=1, max=64, help="Processes.")]
_Concurrency = Annotated[
    int, typer.Option("--concurrency", "-c", min=1, max=1000, help="Units at a time in each.")
]


def run_extraction(
    region: Annotated[
        str | None,
        typer.Option(
            help="AWS region [AWS_REGION].", rich_help_panel=_WHERE_PANEL, show_default=False
        ),
    ] = None,
    profile: Annotated[
        str | None,
        typer.Option(
            help="AWS profile [AWS_PROFILE].", rich_help_panel=_WHERE_PANEL, show_default=False
        ),
    ] = None,
    endpoint_url: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="Another AWS endpoint [AWS_ENDPOINT_URL].",
            rich_help_panel=_WHERE_PANEL,
            show_default=False,
        ),
    ] = None,
    source: Annotated[
        str,
        typer.Option(
            "--source", "-s", help="A source of glueline.toml.", rich_help_panel=_WHERE_PANEL
        ),
    ] = "default",
    sink: Annotated[
        list[str] | None,
        typer.Option(
            metavar="URL",
            help=f"{', '.join(scheme.example for scheme in SCHEMES.values())} (repeatable)"
            " [GLUELINE_SINKS, else sqlite:///glueline.db].",
            rich_help_panel=_WHERE_PANEL,
            show_default=False,
        ),
    ] = None,
    workers: _WorkerCount = 2,
    concurrency: _Concurrency = 32,
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

    env = set_aws_environment(region=region, profile=profile, endpoint_url=endpoint_url)
    settings = load_settings(sinks=tuple(sink)) if sink else load_settings()
    worker = settings.worker.model_copy(update={"concurrency": concurrency})
    settings = settings.model_copy(update={"worker": worker})
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
    ended = run_with_progress(
        request, worker_count=workers, settings=settings, env=env, progress=progress
    )
    return print_result(ended, settings.sinks, as_json=as_json)


def set_aws_environment(**options: str | None) -> dict[str, str]:
    """Set the variables of AWS from options, for this process and its children."""
    names = {
        "region": ("AWS_REGION", "AWS_DEFAULT_REGION"),
        "profile": ("AWS_PROFILE",),
        "endpoint_url": ("AWS_ENDPOINT_URL",),
    }
    given = {name: value for option, value in options.items() if value for name in names[option]}
    os.environ.update(given)
    return given


def run_with_progress(
    request: ExtractionRequest,
    *,
    worker_count: int,
    settings: "Settings",
    env: dict[str, str],
    progress: Console,
) -> "FinishedRun":
    """Run ``request`` locally with progress on ``progress``."""
    with import_without_collections():
        from glueline_worker.local.run import run_locally  # noqa: PLC0415

    try:
        return run_locally(
            request,
            worker_count=worker_count,
            settings=settings,
            env=env,
            follow=lambda statuses: show_progress(statuses, progress),
        )
    except KeyboardInterrupt as interrupt:
        outcome = str(interrupt) or "nothing was started"
        progress.print(f"interrupted: {outcome}, and its processes have ended")
        raise


def print_result(ended: "FinishedRun", sinks: tuple[str, ...], *, as_json: bool) -> int:
    """Print the result of a run and return its exit code."""
    names = [redact_sink_url(url) for url in sinks]
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
        # When the records go to standard output, nothing else may.
        out = make_console(stderr=any(name.startswith("stdout:") for name in names))
        print_summary(out, ended.run, ended.failures, ended.warnings)
        for name in names:
            out.print(f"results in {name}", markup=False)
    return ended.run.state.exit_code
