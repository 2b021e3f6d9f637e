"""Paths that are the location of a table, for which a script has asked the catalogue."""

from __future__ import annotations

import re

from glueline.contract.lineage import Dataset
from glueline_worker.lineage.naming import name_catalog_table, name_s3_path
from glueline_worker.lineage.script.domain.path_parts import TABLE_END, TABLE_LOCATION
from glueline_worker.lineage.script.domain.state import State
from glueline_worker.lineage.script.domain.template_text import render
from glueline_worker.lineage.script.domain.values import Value

CATALOG_MARK = "@"
"""Stands between a catalog table and the catalogue that a script named for it."""
_BELOW_TABLE = re.compile(r"/|\w+=|\{|\Z")
"""The beginnings of what is added to a table's location and stays below it."""


def find_located_table(state: State, path: Value) -> Dataset | None:
    """Find the table whose location ``path`` is or begins with; None for any other path."""
    if not isinstance(path, str) or not path.startswith(TABLE_LOCATION):
        return None
    place, _, below = render(path).removeprefix(TABLE_LOCATION).partition(TABLE_END)
    database, _, rest = place.partition("/")
    name, _, catalog = rest.partition(CATALOG_MARK)
    if not _BELOW_TABLE.match(below):  # beside the table
        return name_s3_path(f"s3://{{table:{database}.{name}}}{below}", state.context)
    return name_catalog_table(database, name, state.context, catalog or None)


def name_place(state: State, path: str) -> Dataset:
    """Return the place that SQL names by a path."""
    return find_located_table(state, path) or name_s3_path(path, state.context)
