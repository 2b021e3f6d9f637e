"""The worker's subcommands of ``glueline``, each imported when it runs."""

from glueline.cli.lazy_commands import LazyCommand, LazyGroup

_COMMANDS = (
    LazyCommand(
        "run",
        "glueline_worker.commands.run:run_extraction",
        "Extract a catalogue here and now: no server, no configuration.",
    ),
    LazyCommand(
        "demo",
        "glueline_worker.commands.demo:demo",
        "Extract a sample lakehouse from a simulated AWS: the whole job, no account needed.",
    ),
    LazyCommand(
        "worker",
        "glueline_worker.commands.worker:worker",
        "Run worker processes until SIGTERM or Ctrl-C.",
    ),
    LazyCommand(
        "events",
        "glueline_worker.commands.events:events",
        "Read events of Glue from an SQS queue until SIGTERM or Ctrl-C.",
    ),
    LazyCommand(
        "tables",
        "glueline_worker.commands.tables:show_tables",
        "List the tables in a SQL sink: all, or those whose name fits a glob.",
    ),
    LazyCommand(
        "table",
        "glueline_worker.commands.table:show_table",
        "Show a table: its facts, its columns with nested types, and what is one hop away.",
    ),
    LazyCommand(
        "job",
        "glueline_worker.commands.job:show_job",
        "Show a job: its facts, inputs and outputs, and its edges with the line in the script.",
    ),
    LazyCommand(
        "lineage",
        "glueline_worker.commands.lineage:lineage",
        "Show where a dataset or a column comes from and where it goes.",
    ),
    LazyCommand(
        "impact",
        "glueline_worker.commands.impact:impact",
        "Show what breaks if a dataset or a column is dropped.",
    ),
    LazyCommand(
        "lineage-events",
        "glueline_worker.commands.lineage_events:lineage_events",
        "Store OpenLineage's run events, as Spark or Airflow send them, beside the code's edges.",
    ),
    LazyCommand(
        "check",
        "glueline_worker.commands.check:check",
        "Try every permission of a source with the cheapest call, and say what works without it.",
    ),
    LazyCommand(
        "policy",
        "glueline_worker.commands.policy:policy",
        "Print the least IAM policy that a source needs.",
    ),
    LazyCommand(
        "inspect",
        "glueline_worker.commands.inspect:inspect_commands",
        "Show the lineage of files, without a queue or an account.",
    ),
)


def register(group: LazyGroup) -> None:
    """Add the commands. The entry point group ``glueline.commands`` calls this."""
    group.add_lazy(*_COMMANDS)
