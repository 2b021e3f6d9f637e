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
            case.edges = _neighbours(is_grouped=".groupBy(" in line)
        yield case


def _neighbours(*, is_grouped: bool) -> Edges:
    pairs = {("lab.z", name, "lab.orders", name) for name in ("order_id", "region")}
    if is_grouped:
        pairs = {
            ("lab.z", "region", "lab.orders", "region"),
            ("lab.z", "most", "lab.orders", "order_id"),
            ("lab.z", "least", "lab.orders", "status"),
        }
    columns = [one.split()[0] for one in re.split(r", (?=\w+ [A-Z])", TABLES["lab.orders"])]
    allowed = {
        ("lab.z", made, "lab.orders", column) for made in ("x", "col0") for column in columns
    }
    return Edges(pairs, allowed, dict.fromkeys(pairs, "identity"))
