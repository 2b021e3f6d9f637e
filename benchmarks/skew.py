"""One database with most of the tables, against the same number of tables spread evenly.

    python benchmarks/skew.py --tables 200000 --latency 0.08

Each line is a run of `glueline run`: evenly spread, skewed, and skewed where the endpoint looks
through all tables for each range of names, as the live service is reported to do.
"""

import argparse
import json
from pathlib import Path

from whole_run import measured

from glueline_simulator import Simulator


def main() -> None:
    options = arguments()
    each = options.tables // options.databases
    shape = {"databases": options.databases, "tables": each, "columns": options.columns, "jobs": 0}
    spans = {}
    for name, change in CASES.items():
        if name in options.cases:
            with Simulator(**shape, latency=options.latency, **change) as simulator:
                found = measured(simulator, options.workers)
            spans[name] = found["calls_span_s"]
            found["times_even"] = round(spans[name] / spans[next(iter(spans))], 2)
            print(name, json.dumps(found), flush=True)


CASES = {
    "even": {},
    "skewed": {"skew": 0.9},
    "filtered": {"skew": 0.9, "expressions": "filtered"},
}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=Path(__file__).name)
    parser.add_argument("--databases", type=int, default=200)
    parser.add_argument("--tables", type=int, default=200_000, help="in all databases")
    parser.add_argument("--columns", type=int, default=12)
    parser.add_argument("--latency", type=float, default=0.08, help="seconds")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--cases", nargs="+", choices=CASES, default=["even", "skewed"])
    return parser.parse_args()


if __name__ == "__main__":
    main()
