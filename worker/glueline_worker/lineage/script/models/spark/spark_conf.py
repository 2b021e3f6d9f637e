"""Spark settings that say what the names of catalogs mean."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from glueline_worker.lineage.naming.spark_catalogs import find_settings, split_setting
from glueline_worker.lineage.script.domain.state import State
from glueline_worker.lineage.script.domain.template_text import as_text, shown
from glueline_worker.lineage.script.domain.values import Value

_CONFIGURE = re.compile(r"^%%configure.*\n", re.MULTILINE)


def put(state: State, key: Value, value: Value) -> None:
    """One setting, by ``spark.conf.set(key, value)`` or any other way."""
    name = shown(as_text(key))
    text = shown(as_text(value))
    if name == "spark.sql.defaultCatalog":
        state.settings["catalog"] = text
    if found := split_setting(name):
        catalog, setting = found
        state.catalogs.setdefault(catalog, {})[setting] = text


def put_all(state: State, settings: Mapping[str, Value]) -> None:
    """Several settings."""
    for key, value in settings.items():
        put(state, key, value)


def from_arguments(state: State) -> None:
    """The job's ``--conf``, which holds several settings in one text."""
    for key, value in find_settings(state.context.arguments.get("conf", "")):
        put(state, key, value)


def from_magics(state: State, code: str) -> None:
    """``%%configure`` of a notebook: JSON with ``conf`` or ``--conf`` in it."""
    for found in _CONFIGURE.finditer(code):
        try:
            document, _ = json.JSONDecoder().raw_decode(code[found.end() :].lstrip())
        except (ValueError, RecursionError):
            continue
        if not isinstance(document, dict):
            continue
        conf = document.get("conf")
        if isinstance(conf, dict):
            put_all(state, conf)
        for key, value in find_settings(str(document.get("--conf", ""))):
            put(state, key, value)
