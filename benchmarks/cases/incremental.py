"""A second run over a catalogue that has not changed, and one over a hundredth that has."""

from collections.abc import Iterator

from benchmarks.bed import JSONL, SQLITE, BuildSystem
from benchmarks.builds import Build
from benchmarks.figures import NOW, Figure, Plan, benchmark
from glueline_simulator import Simulator
from glueline_simulator.generated.names import name_databases, name_jobs, name_tables

DATABASES = 100
COLUMNS = 30


@benchmark
def incremental(plan: Plan) -> Iterator[Figure]:
    """Time and calls of a second run, as shares of the first."""
    tables, jobs = (10_000, 200) if plan.is_quick else (100_000, 2_000)
    for name, sink in {"JSONL": JSONL, "SQLite": SQLITE}.items():
        yield from _runs(plan.builds[NOW], name, sink, tables, jobs)


def _runs(build: Build, name: str, sink: str, tables: int, jobs: int) -> Iterator[Figure]:
    each = tables // DATABASES
    with (
        Simulator(databases=DATABASES, tables=each, columns=COLUMNS, jobs=jobs) as simulator,
        BuildSystem(build, simulator, sink) as system,
    ):
        first = system.extract()
        seconds = first.seconds
        calls = first.counts["calls"]
        what = f"{tables:,} tables and {jobs:,} jobs into {name}"
        yield Figure(f"{what}, first run", seconds, "s")
        yield Figure(f"{what}, first run: {_operations(simulator)}", calls, "calls")
        for title in ("unchanged", "1 % changed"):
            if title != "unchanged":
                _change(simulator, each, jobs)
            run = system.extract()
            again, more = run.seconds, run.counts["calls"]
            yield Figure(f"{what}, {title}", again, "s", again / seconds, "first run", 1 / 3)
            operations = _operations(simulator)
            yield Figure(
                f"{what}, {title}: {operations}", more, "calls", more / calls, "first run", 1 / 3
            )


def _operations(simulator: Simulator) -> str:
    operations = simulator.stats()["operations"]
    return ", ".join(f"{name} {of['calls']:,}" for name, of in sorted(operations.items()))


def _change(simulator: Simulator, tables: int, jobs: int) -> None:
    """Change a table in a hundred in each database, and a job in a hundred."""
    for database in range(DATABASES):
        for number in range(0, tables, 100):
            simulator.add_table(
                name_databases(DATABASES).name(database),
                name_tables(tables).name(number),
                columns={"changed": "bigint"},
            )
    for number in range(0, jobs, 100):
        simulator.add_job(
            name_jobs(jobs).name(number), script='spark.table("a.b").write.parquet("s3://c/d")'
        )
