"""Spark's settings for the names of catalogs."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from glueline_worker.lineage.naming.spark_catalogs import find_settings, split_setting
from glueline_worker.lineage.script.domain.call import Call
from glueline_worker.lineage.script.domain.state import State
from glueline_worker.lineage.script.domain.template_text import as_text, render
from glueline_worker.lineage.script.domain.values import MISSING, Value
from glueline_worker.lineage.script.models.library import Library
from glueline_worker.lineage.word_sets import split_words

_SETTERS = split_words("set config setConf setAll setIfMissing")
_CONFIGURE = re.compile(r"^%%configure.*\n", re.MULTILINE)


def _set(state: State, key: Value, value: Value) -> None:
    """Make one setting."""
    name = render(as_text(key))
    text = render(as_text(value))
    if name == "spark.sql.defaultCatalog":
        state.settings["catalog"] = text
    if found := split_setting(name):
        catalog, setting = found
        state.catalogs.setdefault(catalog, {})[setting] = text


def _set_all(state: State, settings: Mapping[str, Value]) -> None:
    """Make several settings."""
    for key, value in settings.items():
        _set(state, key, value)


def read_arguments(state: State) -> None:
    """Read the job's ``--conf``, which holds several settings in one text."""
    for key, value in find_settings(state.context.arguments.get("conf", "")):
        _set(state, key, value)


def read_magics(state: State, code: str) -> None:
    """Read ``%%configure`` of a notebook: JSON with ``conf`` or ``--conf`` in it."""
    for found in _CONFIGURE.finditer(code) if "%%configure" in code else ():
        try:
            document, _ = json.JSONDecoder().raw_decode(code[found.end() :].lstrip())
        except (ValueError, RecursionError):
            continue
        if not isinstance(document, dict):
            continue
        conf = document.get("conf")
        if isinstance(conf, dict):
            _set_all(state, conf)
        for key, value in find_settings(str(document.get("--conf", ""))):
            _set(state, key, value)


def _configure(call: Call) -> Value:
    """Call ``conf.set(key, value)``, ``builder.config(…)`` or ``SparkConf().setAll(…)``."""
    if call.name not in _SETTERS:
        return MISSING
    if call.name == "setAll":
        pairs = call.arg(0)
        pairs = list(pairs.items()) if isinstance(pairs, dict) else pairs
        for pair in pairs if isinstance(pairs, (list, tuple)) else ():
            if isinstance(pair, (list, tuple)) and pair:
                _set(call.state, pair[0], pair[-1])
    elif len(call.args) > 1 or "key" in call.kwargs:
        _set(call.state, call.arg(0, "key"), call.arg(1, "value"))
    elif "map" in call.kwargs:
        _set_all(call.state, call.mapping(None, "map"))
    return call.receiver


SPARK_CONF = Library(rules=(_configure,))
