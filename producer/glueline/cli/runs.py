"""Commands about runs: status, watch, runs, cancel, failures, replay, dead-letters."""

from typing import TYPE_CHECKING, Annotated

import typer

from glueline.cli.loading import load_cli_settings
from glueline.cli.options import AsJson
from glueline.cli.output import make_console, print_json, print_rows, style_state
from glueline.cli.summary import print_summary
from glueline.contract.records import KINDS
from glueline.formatting import format_age, format_counts, format_duration
from glueline.imports import import_without_collections
from glueline.telemetry import tracing

if TYPE_CHECKING:
    from glueline.client.producer import Producer

RunArgument = Annotated[
    str, typer.Argument(help="The run's id, or the start of it.", metavar="RUN")
]


def make_producer() -> "Producer":
    """Make a producer with the usual settings."""
    with import_without_collections():
        from glueline.client.producer import Producer  # noqa: PLC0415

    tracing.begin("glueline")
    return Producer(load_cli_settings())


def show_run_to_end(producer: "Producer", run_id: str, *, as_json: bool) -> int:
    """Follow a run to its end, print its summary, and return its exit code."""
    from glueline.cli.progress import show_progress  # noqa: PLC0415 - `status` shows none

    run = show_progress(producer.watch(run_id), make_console(stderr=True))
    failures, warnings = producer.problems(run_id)
    if as_json:
        print_json({"run": run, "failures": failures, "warnings": warnings})
    else:
        print_summary(make_console(), run, failures, warnings)
    return run.state.exit_code


def show_status(run_id: RunArgument, as_json: AsJson = False) -> int:
    """Show the state of a run. The exit code is that of the run: 0, 1 or 3; 0 while it runs."""
    with make_producer() as producer:
        run = producer.find(run_id)
        if as_json:
            print_json(run)
        else:
            print_summary(make_console(), run, *producer.problems(run.run_id))
    return run.state.exit_code if run.state.is_final else 0


def watch_to_end(run_id: RunArgument, as_json: AsJson = False) -> int:
    """Follow a run to its end. The exit code is that of the run."""
    with make_producer() as producer:
        return show_run_to_end(producer, producer.find(run_id).run_id, as_json=as_json)


def list_newest_runs(
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=10_000, help="How many.")] = 20,
    as_json: AsJson = False,
) -> None:
    """List the newest runs."""
    with make_producer() as producer:
        found = producer.runs(limit)
    if as_json:
        print_json(found)
        return
    print_rows(
        ("run", "state", "what", "found", "failed", "took", "begun"),
        (
            (
                run.run_id[:8],
                style_state(run.state),
                run.request.label,
                format_counts(run, *KINDS),
                str(run.failed_units),
                format_duration(run),
                format_age(run.created_at),
            )
            for run in found
        ),
        empty="no runs yet: `glueline enqueue catalog` asks for one",
    )


def stop_run(run_id: RunArgument, as_json: AsJson = False) -> None:
    """Stop a run. Its files are removed; its rows in SQL sinks stay, because they were read."""
    with make_producer() as producer:
        run = producer.find(run_id)
        now = producer.cancel(run.run_id)
    if as_json:
        print_json({"run_id": run.run_id, "state": now})
    else:
        outcome = f"has already ended: {now.value}" if run.state.is_final else f"is {now.value}"
        make_console().print(f"run {run.run_id[:8]} {outcome}", markup=False)


def show_failures(run_id: RunArgument, as_json: AsJson = False) -> None:
    """List the units of a run that failed, and why; with --json its warnings too."""
    with make_producer() as producer:
        run = producer.find(run_id)
        found, warnings = producer.problems(run.run_id)
    if as_json:
        print_json({"failures": found, "warnings": warnings})
        return
    print_rows(
        ("unit", "code", "attempts", "why"),
        ((f.unit_id, f.code, str(f.attempts), f.message) for f in found),
        empty=f"no unit of run {run.run_id[:8]} has failed",
    )


def replay_units(
    run_id: RunArgument,
    unit: Annotated[
        list[str] | None, typer.Option("--unit", "-u", help="Only this unit (repeatable).")
    ] = None,
    wait: Annotated[bool, typer.Option("--wait", "-w", help="Show progress to the end.")] = False,
    as_json: AsJson = False,
) -> int:
    """Run the failed units of a run again, in the same run."""
    with make_producer() as producer:
        run = producer.find(run_id)
        units = producer.replay(run.run_id, unit)
        if wait:
            return show_run_to_end(producer, run.run_id, as_json=as_json)
    if as_json:
        print_json({"run_id": run.run_id, "replayed": units})
    else:
        which, do = ("1 unit", "runs") if units == 1 else (f"{units:,} units", "run")
        make_console().print(f"{which} of run {run.run_id[:8]} {do} again", markup=False)
    return 0


def show_dead_letters(
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=1000, help="How many.")] = 20,
    as_json: AsJson = False,
) -> None:
    """List the newest messages that could not be understood."""
    with make_producer() as producer:
        letters = producer.dead_letters(limit)
    if as_json:
        print_json(letters)
        return
    print_rows(
        ("when", "why", "message"),
        ((format_age(x.at), x.reason, x.body[:80]) for x in letters),
        empty="no dead letters",
    )
