"""The functions of ``pyspark.sql.functions``, each between two neighbours."""

import re
from collections.abc import Iterator
from pathlib import Path

from truth.cases import Case
from truth.corners import PROLOGUE
from truth.edges import Edges
from truth.tables import TABLES

FILE = Path(__file__).resolve().parent / "functions.txt"
"""A line is an expression on ``o``, which is lab.orders. ``hand`` says that Spark refuses the types
of its arguments: then only the neighbours are required."""

_NAME = re.compile(r"F\.(\w+)\(")


def read_functions(path: Path = FILE) -> Iterator[Case]:
    """Yield a script for each function."""
    for line in path.read_text().splitlines():
        by_hand = line.startswith("hand ")
        expression = line.removeprefix("hand ")
        names = [name for name in _NAME.findall(expression) if name not in {"max", "min"}]
        name = names[0] if names else "max"
        read = 'o = spark.table("lab.orders")\n'
        text = f'{PROLOGUE}{read}{expression}.write.saveAsTable("lab.z")\n'
        case = Case(f"function {name}", "script", text, by_hand=by_hand)
        if by_hand:
            case.edges = _neighbours()
        yield case


def _neighbours() -> Edges:
    pairs = {("lab.z", name, "lab.orders", name) for name in ("order_id", "region")}
    columns = [one.split()[0] for one in re.split(r", (?=\w+ [A-Z])", TABLES["lab.orders"])]
    allowed = {("lab.z", "x", "lab.orders", column) for column in columns}
    return Edges(pairs, allowed, dict.fromkeys(pairs, "identity"))
