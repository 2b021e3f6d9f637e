"""Whether two builds make the same records of odd tables: a faster build must not say otherwise."""

import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from benchmarks.bed import JSONL, make_environment, run_command
from benchmarks.builds import Build
from benchmarks.figures import BEFORE, NOW, Figure, Plan, benchmark
from benchmarks.odd_tables import make_catalogue
from glueline_simulator import Simulator

_TABLES = 10_000
"""Tables of one catalogue."""
_SHOWN = 3


@benchmark
def same_records(plan: Plan) -> Iterator[Figure]:
    """Count the records of odd tables and of their lineage that the build before made otherwise."""
    if BEFORE not in plan.builds:
        return
    catalogues = 1 if plan.is_quick else 4 * plan.rounds
    count = different = 0
    for seed in range(catalogues):
        with Simulator(catalogue=make_catalogue(seed, _TABLES)) as simulator:
            before, now = (_read(plan.builds[who], simulator) for who in (BEFORE, NOW))
        count += before.total()
        for who, lines in ((BEFORE, before - now), (NOW, now - before)):
            different += lines.total()
            for line in sorted(lines)[:_SHOWN]:
                print(f"catalogue {seed}, only {who}: {line}", file=sys.stderr)
    yield Figure(
        f"of {count:,} records of odd tables, those of one build only", different, "", at_most=0
    )


def _read(build: Build, simulator: Simulator) -> Counter[str]:
    """Return the records of a catalogue, with their fields in order."""
    with tempfile.TemporaryDirectory(prefix="glueline-bench-") as folder:
        env = make_environment(build, simulator, JSONL, Path(folder))
        run_command(build, ["run", "--json"], env)
        return Counter(
            json.dumps(json.loads(line), sort_keys=True)
            for kind in ("database", "table", "lineage")
            for path in Path(folder).glob(f"out/{kind}/**/*.jsonl")
            for line in path.read_bytes().splitlines()
        )
