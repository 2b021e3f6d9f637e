"""``glueline events``: read changes in Glue from a queue of SQS."""

from typing import TYPE_CHECKING, Annotated, Any

import typer
from pydantic import ValidationError

from glueline.cli.loading import load_cli_settings
from glueline.cli.options import AsJson
from glueline.cli.output import make_console, print_json
from glueline.contract.errors import UsageError
from glueline.contract.model import first_error

if TYPE_CHECKING:
    from glueline.settings.settings import Settings


def events(
    queue: Annotated[
        str | None,
        typer.Option(metavar="URL", help="The URL of the queue (default: events.queue)."),
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(
            "--source",
            "-s",
            help="The source of all events (default: that of each event's account and region).",
        ),
    ] = None,
    queue_source: Annotated[
        str | None,
        typer.Option(help="The source whose credentials read the queue (default: AWS's own)."),
    ] = None,
    until_empty: Annotated[
        bool, typer.Option("--until-empty", help="End when the queue is empty.")
    ] = False,
    once: Annotated[bool, typer.Option("--once", help="Ask the queue once: ten messages.")] = False,
    as_json: AsJson = False,
) -> None:
    """Read events of Glue from an SQS queue until SIGTERM or Ctrl-C.

    Each change is stored in Redis before its message is deleted. Workers start the runs once no
    more changes come. Several of these processes may run side by side.

    Example: glueline events --queue https://sqs.eu-west-1.amazonaws.com/123456789012/glue
    """
    from glueline_worker.changes.process import run_event_service  # noqa: PLC0415 - the AWS library is slow
    from glueline_worker.observe.logging import setup_logging  # noqa: PLC0415

    settings = _load_settings({"queue": queue, "source": source, "queue_source": queue_source})
    for name in (settings.events.source, settings.events.queue_source):
        if name is not None:
            settings.source(name)
    if settings.events.queue is None:
        raise UsageError("which queue? give --queue URL, or set events.queue")
    setup_logging(settings)
    counts = run_event_service(settings, settings.events.queue, until_empty=until_empty, once=once)
    shown = {name: counts[name] for name in ("messages", "noted", "repeated", "ignored", "refused")}
    if as_json:
        print_json(dict(shown))
    else:
        text = ", ".join(f"{number:,} {name}" for name, number in shown.items())
        make_console(stderr=True).print(text, markup=False)


def _load_settings(given: dict[str, Any]) -> "Settings":
    settings = load_cli_settings()
    changed = {name: value for name, value in given.items() if value is not None}
    try:
        merged = type(settings.events).model_validate({**dict(settings.events), **changed})
    except ValidationError as error:
        raise UsageError(f"--{first_error(error).replace('_', '-', 1)}") from None
    return settings.model_copy(update={"events": merged})
