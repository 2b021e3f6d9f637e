"""DataHub's crawler over the same endpoint; ``make bench-peers`` installs it."""

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import yaml

from benchmarks.bed import JSONL, BuildSystem
from benchmarks.figures import NOW, Figure, Plan, benchmark
from glueline_simulator import Simulator

DATAHUB = Path(".venv-peers/bin/datahub")


@benchmark
def peers(plan: Plan) -> Iterator[Figure]:
    """Crawlers that read the same catalogue, in the same run."""
    tables = 1_000 if plan.is_quick else 10_000
    if not DATAHUB.exists():
        return
    with Simulator(databases=20, tables=tables // 20, columns=30, jobs=100) as simulator:
        with BuildSystem(plan.builds[NOW], simulator, JSONL) as system:
            ours = system.extract().seconds
        yield Figure(f"{tables:,} tables and 100 jobs, Glueline", ours, "s")
        theirs = _datahub(simulator)
    name = f"{tables:,} tables and 100 jobs, DataHub's crawler"
    yield Figure(name, theirs, "s", theirs / ours, "time of Glueline")


def _datahub(simulator: Simulator) -> float:
    with tempfile.TemporaryDirectory() as folder:
        source = {
            "aws_region": "eu-west-1",
            "aws_access_key_id": "AKIABENCH",
            "aws_secret_access_key": "bench",
            "aws_endpoint_url": simulator.url,
            "extract_owners": False,
        }
        recipe = {
            "source": {"type": "glue", "config": source},
            "sink": {"type": "file", "config": {"filename": f"{folder}/out.json"}},
        }
        path = Path(folder, "recipe.yml")
        path.write_text(yaml.safe_dump(recipe))
        quiet = {"DATAHUB_TELEMETRY_ENABLED": "false"}
        started = time.perf_counter()
        subprocess.run(
            [str(DATAHUB.absolute()), "ingest", "run", "--config", str(path)],
            check=True,
            env={**os.environ, **simulator.environment(), **quiet},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        return time.perf_counter() - started
