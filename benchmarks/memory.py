"""Peak memory of the worker processes over catalogues of growing size: it should not grow.

python benchmarks/memory.py --tables 1000 10000 100000
"""

import argparse
import json
from pathlib import Path

from whole_run import SINKS, measured

from glueline_simulator import Simulator


def main() -> None:
    options = arguments()
    for tables in options.tables:
        each = min(tables, options.each)
        shape = {"databases": tables // each, "tables": each, "columns": options.columns}
        with Simulator(**shape, jobs=options.jobs) as simulator:
            found = measured(simulator, options.workers, options.sink)
        print(tables, json.dumps(found), flush=True)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=Path(__file__).name)
    parser.add_argument("--tables", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--each", type=int, default=500, help="tables of a database")
    parser.add_argument("--columns", type=int, default=30)
    parser.add_argument("--jobs", type=int, default=100)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--sink", choices=SINKS, default="file")
    return parser.parse_args()


if __name__ == "__main__":
    main()
