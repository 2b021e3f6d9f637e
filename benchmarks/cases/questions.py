"""Questions about a large catalogue in SQLite: a table, a list of tables, lineage."""

import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from benchmarks.bed import make_environment, run_command
from benchmarks.builds import Build
from benchmarks.figures import Comparison, Plan, alternate, benchmark
from benchmarks.stored_catalogue import name_numbered_table, write_catalogue

_DATABASE = ".".join(name_numbered_table(0))
_QUESTIONS = {
    "table --no-lineage": ("table", _DATABASE, "--no-lineage"),
    "job": ("job", "job_0"),
    "tables of a glob": ("tables", "database_0.*"),
    "lineage": ("lineage", _DATABASE),
}


@benchmark
def questions(plan: Plan) -> Iterator[Comparison]:
    """Questions over a SQLite sink."""
    tables = 10_000 if plan.is_quick else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "glueline.db")
        write_catalogue(file, tables)
        for what, words in _QUESTIONS.items():
            measures = {
                who: partial(_ask, build, words, file)
                for who, build in plan.builds_for(tables).items()
            }
            found = alternate(plan.rounds, measures)
            yield Comparison(f"{tables:,} tables, glueline {what}", "s", found["wall"])


def _ask(build: Build, words: tuple[str, ...], file: Path) -> dict[str, float]:
    arguments = [*words, "--sink", f"sqlite:///{file}"]
    return run_command(build, arguments, make_environment(build))
