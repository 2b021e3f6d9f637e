"""The queries of TPC-DS and TPC-H, from the source package of sqlglot."""

import importlib.util
import re
import tarfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from truth.cases import Case

_SETS = {"tpcds": ("tpc-ds/tpc-ds.sql", "TPCDS_SCHEMA"), "tpch": ("tpc-h/tpc-h.sql", "TPCH_SCHEMA")}


class TpcSource:
    """The unpacked source package."""

    def __init__(self, archive: Path, place: Path) -> None:
        with tarfile.open(archive) as package:
            package.extractall(place, filter="data")
        (self._tests,) = place.glob("*/tests")
        self._helpers = _load(self._tests / "helpers.py")

    def tables(self, name: str) -> dict[str, str]:
        """Return the columns of the tables, in Spark's words."""
        schema: dict[str, dict[str, str]] = getattr(self._helpers, _SETS[name][1])
        return {
            table: ", ".join(f"{column} {_kind(kind)}" for column, kind in columns.items())
            for table, columns in schema.items()
        }

    def cases(self, name: str) -> Iterator[Case]:
        """Yield the queries; the file has each with its optimised form, which is left out."""
        path = self._tests / "fixtures" / "optimizer" / _SETS[name][0]
        pairs: list[Any] = list(self._helpers.load_sql_fixture_pairs(str(path)))
        for number, (_, query, _) in enumerate(pairs, start=1):
            text = _made_names.sub("", _comments.sub("", query)).strip().replace('"', "`")
            yield Case(f"{name} {number}", "query", text)


_made_names = re.compile(r'\s+as\s+"_col_\d+"', re.IGNORECASE)
_comments = re.compile(r"^--.*$", re.MULTILINE)


def _kind(kind: str) -> str:
    lower = kind.lower()
    return "bigint" if lower in {"uint", "biguint", "uinteger"} else lower


def _load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("sqlglot_test_helpers", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
