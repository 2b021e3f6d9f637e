"""``glueline demo``: extract a sample lakehouse from a simulated AWS."""

import os
import shutil
import sys
from pathlib import Path
from typing import Annotated

import typer

from glueline.cli.output import make_console
from glueline.contract.errors import UsageError
from glueline.contract.messages import ExtractionRequest, Options
from glueline_worker.commands.run import print_result, run_with_progress

_DEMO_CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "demo",
    "AWS_SECRET_ACCESS_KEY": "demo",
    "AWS_REGION": "eu-west-1",
    "AWS_DEFAULT_REGION": "eu-west-1",
}

_QUESTIONS = (
    "lineage finance.revenue_daily",
    "impact raw.orders_json.total",
)
"""Commands that show what the sample holds."""


def demo(
    folder: Annotated[
        Path, typer.Option("--output", "-o", help="Where the results go.", metavar="DIR")
    ] = Path("demo-output"),
    workers: Annotated[int, typer.Option("--workers", "-w", min=1, max=16)] = 2,
) -> int:
    """Extract a sample lakehouse from a simulated AWS: the whole job, no account needed."""
    try:
        from glueline_simulator import Simulator  # noqa: PLC0415
    except ImportError:
        raise UsageError("the demo needs the simulator: pip install glueline-simulator") from None
    from glueline.settings.settings import load_settings  # noqa: PLC0415
    from glueline_worker.commands.lineage_tree import read_lineage_tree  # noqa: PLC0415

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"the folder {folder} cannot be made: {error.strerror}") from None
    database = folder.resolve() / "glueline.db"
    sinks = (f"sqlite:///{database}", f"file://{folder.resolve()}/records?format=jsonl")
    out = make_console()
    with Simulator(sample=True, latency=0.08) as simulator:
        # The demo must not use the user's own AWS configuration.
        for name in [n for n in os.environ if n.startswith("AWS_")]:
            del os.environ[name]
        env = {**_DEMO_CREDENTIALS, "AWS_ENDPOINT_URL": simulator.url}
        os.environ.update(env)
        out.print(f"a simulated AWS with a sample lakehouse listens on {simulator.url}")
        ended = run_with_progress(
            ExtractionRequest(options=Options(partitions="all")),
            worker_count=workers,
            settings=load_settings(sinks=sinks),
            env=env,
            progress=out,
        )
    code = print_result(ended, sinks, as_json=False)
    out.print(read_lineage_tree(database))
    out.print(
        f"{_shorten_path(database)} is a SQLite file with the tables databases, tables, "
        "partitions, jobs and lineage, and the views columns, column_lineage and "
        "indirect_column_lineage"
    )
    out.print("what next:")
    for question in _QUESTIONS:
        command = f"{_find_command()} {question} --sink sqlite:///{_shorten_path(database)}"
        out.print(f"  {command}", soft_wrap=True)  # to be copied, not cut in two
    # One job of the sample has no script on purpose, so a partial run is a success here.
    return 0 if code in (0, 3) else code


def _find_command() -> str:
    """Return the command as a person can type it here, also if it is in no folder of PATH."""
    return "glueline" if shutil.which("glueline") else _shorten_path(Path(sys.argv[0]).absolute())


def _shorten_path(path: Path) -> str:
    """Return ``path`` relative to the working directory when it is below it."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
