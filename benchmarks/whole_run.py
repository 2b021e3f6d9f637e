"""Time `glueline run` over a simulated catalogue and print what it took.

    python benchmarks/whole_run.py --databases 20 --tables 500 --columns 30 --jobs 100

Figures of one machine at one time: compare runs that stand side by side, never across machines.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psutil

from glueline_simulator import Simulator

SINKS = {"file": "file://{}/out?format=jsonl", "sqlite": "sqlite:///{}/glueline.db"}


def main() -> None:
    options = arguments()
    quota = {"quota": {"GetTables": options.quota}} if options.quota else {}
    with Simulator(
        databases=options.databases,
        tables=options.tables,
        columns=options.columns,
        jobs=options.jobs,
        latency=options.latency,
        **quota,
    ) as simulator:
        for sink in SINKS:
            simulator.reset()
            print(sink, json.dumps(measured(simulator, options.workers, sink)))


def measured(
    simulator: Simulator, workers: int, sink: str = "file", more: Sequence[str] = ()
) -> dict[str, Any]:
    """Figures of one run into ``sink`` with further arguments ``more``."""
    with tempfile.TemporaryDirectory() as folder:
        return _measure(simulator, SINKS[sink].format(folder), workers, more)


def _measure(simulator: Simulator, sink: str, workers: int, more: Sequence[str]) -> dict[str, Any]:
    command = [sys.executable, "-m", "glueline.cli", "run", "--json", *more]
    command += ["--region", "eu-west-1", "--sink", sink, "--workers", str(workers)]
    environment = {
        **os.environ,
        "AWS_ENDPOINT_URL": simulator.url,
        "AWS_ACCESS_KEY_ID": "benchmark",
        "AWS_SECRET_ACCESS_KEY": "benchmark",
    }
    started = time.perf_counter()
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    peak = Peak(process.pid)
    output, _ = process.communicate()
    wall = time.perf_counter() - started
    run = json.loads(output)["run"]
    calls = simulator.stats()["operations"]
    # Without GetDatabases, which a preflight calls before the workers start.
    seen = [calls[name] for name in ("GetTables", "GetPartitions", "GetJob") if name in calls]
    span = max(c["last"] for c in seen) - min(c["first"] for c in seen)
    counts = run["counts"]
    return {
        "state": run["state"],
        "wall_s": round(wall, 2),
        "calls_span_s": round(span, 2),
        "tables_per_s": round(counts.get("table", 0) / span),
        "jobs_per_s": round(counts.get("job", 0) / span),
        "partitions_per_s": round(counts.get("partition", 0) / span),
        "calls": counts["calls"],
        "throttled_share": round(counts.get("throttled", 0) / counts["calls"], 4),
        "worker_peak_rss_mb": peak.megabytes(),
        "warnings": len(run.get("warnings") or ()),
    }


class Peak:
    """The largest resident set of each worker process below ``pid``."""

    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)
        self._peaks: dict[int, int] = {}
        threading.Thread(target=self._watch, daemon=True).start()

    def megabytes(self) -> list[int]:
        """What they were, in megabytes."""
        return [peak // 1_000_000 for peak in self._peaks.values()]

    def _watch(self) -> None:
        while True:
            try:
                for child in self._process.children(recursive=True):
                    if "-m glueline_worker" in " ".join(child.cmdline()):
                        size = child.memory_info().rss
                        self._peaks[child.pid] = max(self._peaks.get(child.pid, 0), size)
            except psutil.Error:
                if not self._process.is_running():
                    return
            time.sleep(0.05)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=Path(__file__).name)
    parser.add_argument("--databases", type=int, default=20)
    parser.add_argument("--tables", type=int, default=500, help="in each database")
    parser.add_argument("--columns", type=int, default=30)
    parser.add_argument("--jobs", type=int, default=100)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds")
    parser.add_argument("--quota", type=float, help="GetTables calls a second")
    parser.add_argument("--workers", type=int, default=2)
    return parser.parse_args()


if __name__ == "__main__":
    main()
