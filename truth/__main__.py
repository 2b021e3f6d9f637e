"""``python -m truth``: ask Spark for the truth of all sets, and write it."""

import argparse
import logging
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

from truth.build import build_set
from truth.cases import PLACE, Case, CaseSet, write_set
from truth.chance.scripts import make_scripts
from truth.chance.statements import make_statements
from truth.corners import read_scripts, read_statements
from truth.functions import read_functions
from truth.keep import keep_chosen
from truth.spark import Spark, start
from truth.tables import TABLES, VIEWS
from truth.tpc import TpcSource

_QUICK, _USUAL = 200, 1000


def main() -> None:
    """Write the truth of the sets."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer statements by chance")
    parser.add_argument("--seed", type=int, default=13)
    parser.add_argument("--set", action="append", help="only these sets")
    parser.add_argument("--keep", action="store_true", help="write the data of the tests anew")
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)
    count = _QUICK if options.quick else _USUAL
    ours: dict[str, Callable[[], Iterable[Case]]] = {
        "corners": read_statements,
        "frames": read_scripts,
        "functions": read_functions,
        "random": lambda: make_statements(options.seed, count),
        "randomframes": lambda: make_scripts(options.seed, count // 4),
    }
    with start() as spark:
        spark.make_tables()
        for name, make_cases in ours.items():
            if not options.set or name in options.set:
                make = partial(build_set, spark, name, tables=[*TABLES, *VIEWS])
                _write(name, lambda make=make, cases=make_cases: make(cases=cases()))
        for name, make_set in _tpc_sets(spark):
            if not options.set or name in options.set:
                _write(name, make_set)
    if options.keep:
        keep_chosen()


def _write(name: str, make_set: Callable[[], CaseSet]) -> None:
    began = time.monotonic()
    one = make_set()
    write_set(one).with_suffix(".refused.txt").write_text("\n".join(one.refusals))
    took = time.monotonic() - began
    print(f"{name}: {len(one.cases)} cases, {len(one.refusals)} refused by Spark, {took:.0f} s")


def _tpc_sets(spark: Spark) -> Iterator[tuple[str, Callable[[], CaseSet]]]:
    archives = list((PLACE.parent / "packages").glob("sqlglot-*.tar.gz"))
    if not archives:
        return
    with tempfile.TemporaryDirectory() as place:
        source = TpcSource(archives[0], Path(place))
        for name in ("tpch", "tpcds"):

            def make_set(name: str = name) -> CaseSet:
                tables = source.tables(name)
                for table in tables:
                    spark.session.sql(f"DROP TABLE IF EXISTS {table}")
                spark.make_tables(tables, {}, {})
                return build_set(spark, name, source.cases(name), tables)

            yield name, make_set


if __name__ == "__main__":
    main()
