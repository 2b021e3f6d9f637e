"""Hudi's streamer (``HoodieStreamer``, once DeltaStreamer): a copy that its options describe."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from glueline_worker.lineage.script.domain.call import Call
from glueline_worker.lineage.script.domain.state import State
from glueline_worker.lineage.script.domain.template_text import as_text
from glueline_worker.lineage.script.domain.values import MISSING, UNKNOWN, Frame, Value
from glueline_worker.lineage.script.models import datasets, sql_engines
from glueline_worker.lineage.script.models.library import Library

_TARGET = "--target-base-path"
_CONF = "--hoodie-conf"
_PATHS = ("source.dfs.root", "source.hoodieincr.path", "source.hudi.path")
_SYNCS = ("--enable-sync", "--enable-hive-sync")
_PAIR = re.compile(r"\s*(?:--hoodie-conf[\s=]+)?([\w.\-]+)\s*=\s*(.*)", re.DOTALL)

_Options = Sequence[tuple[str, Value]]


def _read_list(items: Sequence[Value]) -> _Options:
    """Return the options of a command line; ``--key=value`` is one item."""
    found: list[tuple[str, Value]] = []
    for at, item in enumerate(items):
        if not isinstance(item, str) or not item.startswith("--"):
            continue
        key, equals, value = item.partition("=")
        after = items[at + 1] if at + 1 < len(items) else None
        is_flag = isinstance(after, str) and after.startswith("--")
        found.append((key, value if equals else None if is_flag else after))
    return found


def _read_conf(options: _Options) -> dict[str, Value]:
    """Return the settings of all ``--hoodie-conf``, several of which may stand in one text."""
    found: dict[str, Value] = {}
    for name, value in options:
        if name != _CONF or value is None:
            continue
        for text in as_text(value).split(_CONF):
            if pair := _PAIR.fullmatch(text):
                found[pair[1]] = pair[2].strip()
    return found


def _run(state: State, options: _Options) -> None:
    """Add the read and the write of a streamer."""
    conf, named = _read_conf(options), dict(options)
    if named.get(_TARGET) is None:
        return
    frame = state.unite_frames(list(_read_sources(state, conf)))
    if frame is None:
        state.warn("the options of Hudi's streamer name no source that is known")
    sync = str(conf.get("hoodie.datasource.hive_sync.enable", "")).lower() == "true"
    if not sync and not any(name in named for name in _SYNCS):
        conf = {key: value for key, value in conf.items() if "hive_sync" not in key}
    else:
        conf["hoodie.datasource.hive_sync.enable"] = "true"
    target = {**conf, "path": named[_TARGET]}
    if (table := named.get("--target-table")) is not None:
        target["hoodie.table.name"] = table
    state.write(frame, datasets.find_by_options(state, "hudi", _only_of_target(target)), "streamer")


def _only_of_target(options: dict[str, Value]) -> dict[str, Value]:
    return {
        key: value
        for key, value in options.items()
        if key == "path" or "hive_sync" in key or key in _TABLE_KEYS
    }


def _read_sources(state: State, conf: dict[str, Value]) -> Iterable[Frame]:
    def get(ending: str) -> Value:
        return next((value for key, value in conf.items() if key.endswith(ending)), None)

    for ending in _PATHS:
        if (path := get(ending)) is not None:
            yield state.read(datasets.find_locations(state, path), "streamer")
    if (topic := get("source.kafka.topic")) is not None:
        kafka = {"topic": topic, "bootstrap.servers": conf.get("bootstrap.servers", "{unknown}")}
        yield state.read(datasets.find_by_options(state, "kafka", kafka), "streamer")
    if (url := get("jdbc.url")) is not None and (table := get("jdbc.table.name")) is not None:
        jdbc = {"url": url, "dbtable": table}
        yield state.read(datasets.find_by_options(state, "jdbc", jdbc), "streamer")
    if (query := get("source.sql.sql.query")) is not None:
        yield sql_engines.run_spark_sql(state, query)


def find_streamer_arguments(state: State) -> None:
    """Run the streamer that the job's own arguments describe, if they do."""
    _run(state, [(f"--{key}", value) for key, value in state.context.arguments.items()])


def _run_main(call: Call) -> Value:
    """Call ``HoodieStreamer.main(options)`` or ``getConfig(options)``."""
    options = call.arg(0)
    if isinstance(options, (list, tuple)):
        _run(call.state, _read_list(options))
    else:
        find_streamer_arguments(call.state)
    return UNKNOWN


def _run_command(call: Call) -> Value:
    """Call any function with a command line that starts a streamer, such as ``spark-submit``."""
    for value in call.values:
        items = value.split() if isinstance(value, str) and _TARGET in value else value
        if isinstance(items, (list, tuple)) and _TARGET in items:
            _run(call.state, _read_list(items))
            return UNKNOWN
    return MISSING


_TABLE_KEYS = ("hoodie.table.name", "hoodie.database.name")
_STREAMERS = ("HoodieStreamer", "HoodieDeltaStreamer", "HoodieMultiTableStreamer")

HUDI_STREAMER = Library(
    functions={
        f"{streamer}.{name}": _run_main for streamer in _STREAMERS for name in ("main", "getConfig")
    },
    rules=(_run_command,),
)
