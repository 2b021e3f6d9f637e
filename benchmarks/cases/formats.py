"""What other formats of the file sink take, beside JSON Lines."""

from collections.abc import Iterator

from benchmarks.bed import JSONL, run_catalogue
from benchmarks.figures import NOW, Comparison, Goal, Plan, alternate, benchmark
from glueline_simulator import Simulator

JSON_LINES = "JSON Lines"
FORMATS = {
    "Parquet": ("file://{folder}/out?format=parquet", 1.3),
    "JSON Lines with zstd": ("file://{folder}/out?compression=zstd", 1.3),
    "events of OpenLineage": ("openlineage+file://{folder}/out", 1.5),
}
"""A URL, and the most that it may take of the time of JSON Lines."""


@benchmark
def formats(plan: Plan) -> Iterator[Comparison]:
    """``glueline run`` into a folder, in each format in turn with JSON Lines."""
    tables = 1_000 if plan.is_quick else 10_000
    build = plan.builds[NOW]
    with Simulator(databases=20, tables=tables // 20, columns=30, jobs=100) as simulator:
        for name, (url, at_most) in FORMATS.items():
            found = alternate(
                plan.rounds,
                {
                    JSON_LINES: lambda: run_catalogue(build, simulator, JSONL),
                    NOW: lambda url=url: run_catalogue(build, simulator, url),
                },
            )
            what = f"{tables:,} tables and 100 jobs as {name}, glueline run"
            yield Comparison(what, "s", found["wall"], [Goal(at_most, JSON_LINES)])
