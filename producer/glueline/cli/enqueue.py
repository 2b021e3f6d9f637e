"""``glueline enqueue``: ask the workers for an extraction."""

from typing import TYPE_CHECKING, Annotated

import typer

from glueline.cli import options as o
from glueline.cli.output import make_console, print_json
from glueline.cli.runs import make_producer, show_run_to_end

if TYPE_CHECKING:
    from glueline.client.producer import Accepted, Producer

enqueue_app = typer.Typer(
    no_args_is_help=True, help="Ask the workers for an extraction.", rich_markup_mode="rich"
)
_Wait = Annotated[bool, typer.Option("--wait", "-w", help="Show progress until the run ends.")]


@enqueue_app.command("catalog")
def _enqueue_catalog(
    source: o.SourceOption = "default",
    database: o.Databases = None,
    exclude_database: o.NotDatabases = None,
    table: o.Tables = None,
    exclude_table: o.NotTables = None,
    job: o.Jobs = None,
    exclude_job: o.NotJobs = None,
    partitions: o.Partitions = "none",
    lineage: o.Lineage = True,
    raw: o.Raw = False,
    max_deletion_share: o.MaxDeletionShare = 0.5,
    full: o.Full = False,
    key: o.Key = None,
    wait: _Wait = False,
    as_json: o.AsJson = False,
) -> int:
    """Extract the whole catalogue: databases, tables, jobs and lineage.

    Example: glueline enqueue catalog --database 'sales_*' --exclude-table 'tmp_*' --wait
    """
    with make_producer() as producer:
        accepted = producer.enqueue_catalog(
            source,
            filters=o.make_filters(
                database, exclude_database, table, exclude_table, job, exclude_job
            ),
            options=o.make_options(
                partitions=partitions,
                lineage=lineage,
                raw=raw,
                max_deletion_share=max_deletion_share,
                full=full,
            ),
            idempotency_key=key,
        )
        return _report(producer, accepted, wait=wait, as_json=as_json)


@enqueue_app.command("database")
def _enqueue_database(
    name: Annotated[str, typer.Argument(help="The database.")],
    source: o.SourceOption = "default",
    table: o.Tables = None,
    exclude_table: o.NotTables = None,
    partitions: o.Partitions = "none",
    lineage: o.Lineage = True,
    raw: o.Raw = False,
    max_deletion_share: o.MaxDeletionShare = 0.5,
    full: o.Full = False,
    key: o.Key = None,
    wait: _Wait = False,
    as_json: o.AsJson = False,
) -> int:
    """Extract one database with its tables."""
    with make_producer() as producer:
        accepted = producer.enqueue_database(
            name,
            source,
            filters=o.make_filters(None, None, table, exclude_table),
            options=o.make_options(
                partitions=partitions,
                lineage=lineage,
                raw=raw,
                max_deletion_share=max_deletion_share,
                full=full,
            ),
            idempotency_key=key,
        )
        return _report(producer, accepted, wait=wait, as_json=as_json)


@enqueue_app.command("table")
def _enqueue_table(
    database: Annotated[str, typer.Argument(help="Its database.")],
    name: Annotated[str, typer.Argument(help="The table.")],
    source: o.SourceOption = "default",
    partitions: o.Partitions = "none",
    lineage: o.Lineage = True,
    raw: o.Raw = False,
    key: o.Key = None,
    wait: _Wait = False,
    as_json: o.AsJson = False,
) -> int:
    """Extract one table; if it does not exist, sinks mark it as deleted."""
    with make_producer() as producer:
        accepted = producer.enqueue_table(
            database,
            name,
            source,
            options=o.make_options(partitions=partitions, lineage=lineage, raw=raw),
            idempotency_key=key,
        )
        return _report(producer, accepted, wait=wait, as_json=as_json)


@enqueue_app.command("job")
def _enqueue_job(
    name: Annotated[str, typer.Argument(help="The job, in its own case.")],
    source: o.SourceOption = "default",
    raw: o.Raw = False,
    key: o.Key = None,
    wait: _Wait = False,
    as_json: o.AsJson = False,
) -> int:
    """Extract one job with its lineage."""
    with make_producer() as producer:
        accepted = producer.enqueue_job(
            name,
            source,
            options=o.make_options(partitions="none", lineage=True, raw=raw),
            idempotency_key=key,
        )
        return _report(producer, accepted, wait=wait, as_json=as_json)


def _report(producer: "Producer", accepted: "Accepted", *, wait: bool, as_json: bool) -> int:
    if wait:
        return show_run_to_end(producer, accepted.run_id, as_json=as_json)
    if as_json:
        print_json(accepted)
    else:
        known = "" if accepted.is_new else " (its idempotency key was known)"
        make_console().print(f"run {accepted.run_id}{known}", markup=False)
    return 0
