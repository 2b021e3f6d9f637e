"""``glueline schedule``: extractions that recur."""

import time
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import typer

from glueline.cli.loading import load_cli_settings
from glueline.cli.options import AsJson
from glueline.cli.output import make_console, print_json, print_rows
from glueline.cli.runs import make_producer
from glueline.contract.terminal import clean_line
from glueline.formatting import format_seconds
from glueline.telemetry import tracing

if TYPE_CHECKING:
    from glueline.settings.schedules import Schedule

schedule_app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="rich",
    help="Recurring extractions: the schedules of glueline.toml.",
)


@schedule_app.command("list")
def _list(as_json: AsJson = False) -> None:
    """List the schedules, and when each is due next."""
    schedules = load_cli_settings().all_schedules
    if as_json:
        print_json(schedules)
        return
    print_rows(
        ("name", "when", "what", "next"),
        ((s.name, s.timing, s.request.label, _next(s)) for s in schedules),
        empty="no schedules: [[schedules]] in glueline.toml declares them",
    )


@schedule_app.command("run")
def _run() -> None:
    """Enqueue what is due, until stopped. Several schedulers may run side by side."""
    from glueline.client.scheduler import Scheduler  # noqa: PLC0415 - Celery takes a while to import

    tracing.begin("glueline-scheduler")
    settings = load_cli_settings()
    schedules = settings.all_schedules
    named = clean_line(", ".join(sorted(one.name for one in settings.schedules))) or "none"
    with make_producer() as producer:
        scheduler = Scheduler(producer, schedules, heartbeat=settings.heartbeat_file)
        make_console(stderr=True).print(f"{len(schedules)} schedules: {named}", markup=False)
        scheduler.run()


def _next(schedule: "Schedule") -> str:
    now = time.time()
    due = schedule.next_due(now)
    if due is None:
        return "never again"
    moment = datetime.fromtimestamp(due, ZoneInfo(schedule.timezone))
    return f"in {format_seconds(due - now)} ({moment:%Y-%m-%d %H:%M:%S %Z})"
