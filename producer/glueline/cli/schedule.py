"""``glueline schedule``: extractions that recur."""

import time
from typing import TYPE_CHECKING

import typer

from glueline.cli.options import AsJson
from glueline.cli.output import console, print_json, print_rows
from glueline.cli.runs import producer
from glueline.contract.errors import UsageError
from glueline.contract.text import one_line
from glueline.settings import load_settings

if TYPE_CHECKING:
    from glueline.settings import Schedule

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="rich",
    help="Recurring extractions: the schedules of glueline.toml.",
)


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """The schedules, and when each is due next."""
    schedules = load_settings().schedules
    if as_json:
        print_json(list(schedules))
        return
    print_rows(
        ("name", "every", "what", "next"),
        ((s.name, f"{s.every:g} s", s.request.label, _next(s)) for s in schedules),
    )


@app.command()
def run() -> None:
    """Enqueue what is due, until stopped. Several schedulers side by side do no harm."""
    from glueline.schedule import Scheduler  # noqa: PLC0415 - Celery takes a while to import

    settings = load_settings()
    schedules = settings.schedules
    names = {schedule.name for schedule in schedules}
    if len(names) < len(schedules):
        raise UsageError("two schedules have the same name; each needs its own")
    named = one_line(", ".join(sorted(names))) or "none"
    console(stderr=True).print(f"{len(schedules)} schedules: {named}", markup=False)
    with producer() as the_producer:
        Scheduler(the_producer, schedules, heartbeat=settings.heartbeat_file).run()


def _next(schedule: "Schedule") -> str:
    seconds = schedule.every - time.time() % schedule.every
    return f"in {seconds:,.0f} s"
