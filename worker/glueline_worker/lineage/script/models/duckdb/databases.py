"""Databases that SQL attaches to DuckDB, and how their tables are named."""

from __future__ import annotations

import re
from collections.abc import Callable

from glueline.contract.lineage import Dataset
from glueline_worker.lineage.naming import name_location
from glueline_worker.lineage.naming.spark_catalogs import name_table_in_catalog
from glueline_worker.lineage.script.domain.state import State
from glueline_worker.lineage.script.domain.template_text import render
from glueline_worker.lineage.script.models import databases
from glueline_worker.lineage.sql import TableName

_ATTACH = re.compile(
    r"\s*ATTACH\s+(?:DATABASE\s+)?(?:IF\s+NOT\s+EXISTS\s+)?'(?P<place>[^']*)'"
    r"(?:\s+AS\s+(?P<name>\w+))?(?P<options>[^;]*)",
    re.IGNORECASE,
)
_USE = re.compile(r"\s*USE\s+(?P<name>\w++(?:\.\w++)?+)\s*+;?\s*+\Z", re.IGNORECASE)
_OPTION = re.compile(r"(?<!\w)(\w++)\s++'?([^\s,()']++)")
_SCAN = re.compile(
    r"\b(?P<type>postgres|mysql)_scan(?:_pushdown)?\s*+\(\s*+'(?P<place>[^']*+)'\s*+,"
    r"\s*+'(?P<schema>[^']*+)'\s*+,\s*+'(?P<table>[^']*+)'\s*+\)",
    re.IGNORECASE,
)
_SERVERS = {"postgres": "postgresql", "postgresql": "postgresql", "mysql": "mysql"}

Namer = Callable[[TableName], Dataset | None]
"""Names a table of an attached database; a name without parts stands for a database of one."""


def parse_attachment(state: State, statement: str) -> dict[str, Namer]:
    """Parse ``ATTACH 'place' AS name (options)``: the name, and how its tables are named."""
    match = _ATTACH.match(statement)
    if match is None:
        return {}
    place, name = match["place"], match["name"] or ""
    namer = _find_namer(state, place, match["options"], name)
    name = name or place.rpartition("/")[2].partition(".")[0]
    return {name.lower(): namer} if namer is not None and name else {}


def parse_use(statement: str) -> str:
    """Return the name in ``USE database.schema``; "" for any other statement."""
    match = _USE.match(statement)
    return match["name"].lower() if match else ""


def replace_scans(state: State, text: str) -> tuple[str, dict[str, Namer]]:
    """Put tables of attached databases in the place of ``postgres_scan(place, schema, table)``."""
    attached: dict[str, Namer] = {}

    def replace(scan: re.Match[str]) -> str:
        database = f"{scan['type']}_{len(attached)}".lower()
        namer = _find_namer(state, render(scan["place"]), f"type {scan['type']}", database)
        if namer is None:
            return scan[0]
        attached[database] = namer
        return f'{database}."{scan["schema"]}"."{scan["table"]}"'

    return _SCAN.sub(replace, text), attached


def _find_namer(state: State, place: str, options: str, name: str) -> Namer | None:
    """Say how the tables of an attached database are named; None for DuckDB's own files."""
    settings = {key.lower(): value for key, value in _OPTION.findall(options)}
    scheme, _, rest = place.partition(":")
    kind = settings.get("type", scheme).lower()
    if kind in _SERVERS:
        text = rest if scheme in _SERVERS and not rest.startswith("//") else place
        connection = databases.connect_by_text(_SERVERS[kind], text)
        return lambda parts: databases.name_table(state, connection, parts) if parts else None
    if kind == "iceberg":
        service = settings.get("endpoint_type", "").lower().replace("_", "")
        endpoint = settings.get("endpoint", "")
        uri = endpoint if "://" in endpoint or not endpoint else f"https://{endpoint}"
        catalog = {"type": "rest", "warehouse": place, "uri": uri}
        if service:
            catalog["rest.signing-name"] = service
        return lambda parts: (
            name_table_in_catalog(name, catalog, parts, state.context) if parts else None
        )
    if kind == "delta" or "://" in place:
        return lambda parts: name_location(place, state.context)  # noqa: ARG005 - one file or table
    return None
