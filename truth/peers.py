"""Others beside us: sqlglot's lineage and the SQL parser of OpenLineage, over the same queries."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from truth.cases import PLACE, Case, read_set
from truth.edges import Edges
from truth.score import print_score, score_set

Schemas = Mapping[str, tuple[str, ...]]
_TARGET = "lab.z"


def read_with_sqlglot(case: Case, schemas: Schemas) -> Edges:
    """Ask sqlglot for the lineage of each column that Spark says the query has."""
    from sqlglot import exp
    from sqlglot.errors import SqlglotError
    from sqlglot.lineage import lineage

    edges = Edges()
    for column in case.names:
        try:
            node = lineage(
                column.lower(), case.text, schema=_nest_schemas(schemas), dialect="spark"
            )
        except (SqlglotError, ValueError, KeyError, RecursionError):
            continue
        for leaf in node.walk():
            if isinstance(leaf.expression, exp.Table):
                table = leaf.expression
                name = f"{table.db or 'default'}.{table.name}".lower()
                source = leaf.name.rpartition(".")[2].strip('`"').lower()
                edges.direct.add((_TARGET, column.lower(), name, source))
    return edges


def _nest_schemas(schemas: Schemas) -> dict[str, dict[str, dict[str, str]]]:
    found: dict[str, dict[str, dict[str, str]]] = {}
    for key, columns in schemas.items():
        database, table, *inner = key.split("/")
        if not inner:
            known = dict.fromkeys(columns, "string")
            found.setdefault(database, {})[table] = known
            if database == "default":
                found.setdefault("", {})[table] = known
    return found if len(found) > 1 and "" not in found else found.get("", found)  # type: ignore[return-value]


def read_with_openlineage(case: Case, _schemas: Schemas) -> Edges:
    """Ask OpenLineage's parser, which takes no schemas."""
    from openlineage_sql import parse

    edges = Edges()
    meta: Any = parse([case.text], "spark", None)
    for one in meta.column_lineage if meta else ():
        for source in one.lineage:
            table = source.origin.qualified_name if source.origin else ""
            name = table if "." in table else f"default.{table}"
            edges.direct.add(
                (_TARGET, one.descendant.name.lower(), name.lower(), source.name.lower())
            )
    return edges


def main() -> None:
    """Print the scores of others."""
    for path in sorted(Path(sys.argv[1] if len(sys.argv) > 1 else PLACE).glob("*.json")):
        one = read_set(path)
        for name, read in (("sqlglot", read_with_sqlglot), ("openlineage", read_with_openlineage)):
            score = score_set(one, name, read, ("query",))
            if score.cases:
                print_score(one.name, name, score)


if __name__ == "__main__":
    main()
