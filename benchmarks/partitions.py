"""One table with very many partitions: how long they take, and the worker's memory.

python benchmarks/partitions.py --partitions 10000 1000000
"""

import argparse
import json
from pathlib import Path

from whole_run import SINKS, measured

from glueline_simulator import Simulator


def main() -> None:
    options = arguments()
    for count in options.partitions:
        shape = {"databases": 1, "tables": 1, "jobs": 0, "partitions": count}
        with Simulator(**shape, columns=options.columns, latency=options.latency) as simulator:
            more = ("--partitions", "all")
            found = measured(simulator, options.workers, options.sink, more)
        print(count, json.dumps(found), flush=True)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=Path(__file__).name)
    parser.add_argument("--partitions", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--columns", type=int, default=12)
    parser.add_argument("--latency", type=float, default=0.08, help="seconds")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--sink", choices=SINKS, default="file")
    return parser.parse_args()


if __name__ == "__main__":
    main()
