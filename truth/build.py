"""Ask Spark for the truth of sets."""

from collections.abc import Iterable, Mapping
from typing import Any

from truth.cases import Case, CaseSet
from truth.edges import as_edges
from truth.spark import Refused, Spark
from truth.walk import UnknownPlan

_ITEMS, _MAP_FIELDS = "[]", ("key", "value")
"""How Glueline's schemas mark arrays and maps."""


def build_set(spark: Spark, name: str, cases: Iterable[Case], tables: Iterable[str]) -> CaseSet:
    """Return the cases that Spark accepts with their truth, and the schemas of the tables."""
    found = CaseSet(name, read_schemas(spark, tables))
    for case in cases:
        try:
            found.cases.append(_with_truth(spark, case))
        except Refused as error:
            found.refusals.append(f"{case.kind}: {error}\n    {case.text[-400:]}")
        except UnknownPlan as error:
            print(f"{name}: a plan that is not understood ({case.kind}): {error}")
    return found


def _with_truth(spark: Spark, case: Case) -> Case:
    if case.by_hand:
        return case
    if case.form == "script":
        case.edges = as_edges(spark.read_script(case.text))
        return case
    written = spark.read_statement(case.text, case.before)
    case.edges = as_edges([written])
    if case.form == "query":
        case.names = tuple(name for name, _ in written.columns)
    return case


def read_schemas(spark: Spark, tables: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return the columns of tables and what is in them, as Glueline makes it of Glue's types."""
    schemas: dict[str, tuple[str, ...]] = {}
    for name in tables:
        key = (name if "." in name else f"default.{name}").replace(".", "/").lower()
        _add_fields(spark.session.table(name).schema.jsonValue(), key, schemas)
    return schemas


def _add_fields(kind: Any, key: str, schemas: dict[str, tuple[str, ...]]) -> None:
    if not isinstance(kind, Mapping):
        return
    if kind["type"] == "struct":
        schemas[key] = tuple(field["name"] for field in kind["fields"])
        for field in kind["fields"]:
            _add_fields(field["type"], f"{key}/{field['name'].lower()}", schemas)
    elif kind["type"] == "array":
        schemas[f"{key}/{_ITEMS}"] = ()
        _add_fields(kind["elementType"], key, schemas)
    elif kind["type"] == "map":
        schemas[key] = _MAP_FIELDS
        for name in _MAP_FIELDS:
            _add_fields(kind[f"{name}Type"], f"{key}/{name}", schemas)
