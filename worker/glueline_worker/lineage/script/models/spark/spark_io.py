"""Spark's readers and writers: ``spark.read…``, ``frame.write…``, ``writeTo``, Delta tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, TypeVar

from glueline.contract.lineage import Dataset
from glueline_worker.lineage.naming import is_metadata_table, split_name
from glueline_worker.lineage.script.domain.call import Call
from glueline_worker.lineage.script.domain.items import is_field
from glueline_worker.lineage.script.domain.library_object import LibraryObject
from glueline_worker.lineage.script.domain.state import State
from glueline_worker.lineage.script.domain.template_text import as_text, list_texts, render
from glueline_worker.lineage.script.domain.values import (
    MISSING,
    UNKNOWN,
    External,
    Frame,
    Value,
)
from glueline_worker.lineage.script.models import datasets, sql_engines
from glueline_worker.lineage.script.models.library import Library
from glueline_worker.lineage.script.models.spark import table_writes
from glueline_worker.lineage.word_sets import split_words

_SETTINGS = split_words(
    "schema mode partitionBy bucketBy sortBy outputMode trigger queryName clusterBy "
    "partitionedBy tableProperty using"
)
_TABLE_WRITES = split_words("append create createOrReplace replace overwrite overwritePartitions")


@dataclass(eq=False)
class SparkReader(LibraryObject):
    """``spark.read`` or ``spark.readStream``."""

    options: dict[str, Value] = field(default_factory=dict)
    format: Value = None

    def call(self, call: Call) -> Value:
        """Call a method of the reader."""
        if call.name == "__call__":
            return External("text")  # x.read(): x is a file, not a session
        if (changed := _configure(self, call)) is not None:
            return changed
        if call.name == "table":
            return read_spark_table(call.state, call.arg(0, "tableName", "name"))
        if call.name == "jdbc":
            return call.state.read(_find_by_jdbc(self, call), "jdbc")
        if call.name == "changes":
            return UNKNOWN
        return self._read(call)

    def _read(self, call: Call) -> Value:
        state = call.state
        path = call.arg(0, "path", "paths", default=self.options.get("path"))
        may_be_data = isinstance(path, Frame) and not is_field(path.label)
        if call.name not in {"load", "parquet", "orc"} and may_be_data:
            # spark.read.json(rdd): the data is there already.
            return state.transform(path, label=call.name)
        if len(call.args) > 1 and call.name in {"parquet", "orc"}:
            path = list(call.args)
        fmt = call.name if call.name != "load" else call.arg(1, "format", default=self.format)
        options = {**self.options, **call.kwargs}
        options.pop("path", None)
        if path is not None:
            options["paths" if isinstance(path, (list, tuple)) else "path"] = path
        found = datasets.find_by_options(state, fmt or "parquet", options, fmt)
        frame = state.read(found, "read")
        return _mark_metadata(state, frame, path) if fmt == "iceberg" else frame


def read_spark_table(state: State, name: Value) -> Frame:
    """Read a table, or a temporary view, by its name."""
    views = [sql_engines.find_view(state, option) for option in list_texts(name)]
    found = state.unite_frames(views)
    if found:
        return found
    frame = state.read(datasets.find_spark_tables(state, name), "table")
    return _mark_metadata(state, frame, name)


def _mark_metadata(state: State, frame: Frame, name: Value) -> Frame:
    """Let a read of a table's metadata count only where it gets somewhere."""
    if all(_is_metadata(state, text) for text in list_texts(name)):
        state.tentative.add(frame.node)
    return frame


def _is_metadata(state: State, name: str) -> bool:
    if name.count(".") < _METADATA_DOTS:
        return False
    return is_metadata_table(split_name(render(name)), state.context, state.catalogs)


_METADATA_DOTS = 2
"""The least dots in the name of a table's metadata, such as ``db.orders.snapshots``."""


@dataclass(eq=False)
class SparkWriter(LibraryObject):
    """``frame.write`` or ``frame.writeStream``."""

    frame: Value
    is_streaming: bool = False
    options: dict[str, Value] = field(default_factory=dict)
    format: Value = None

    def call(self, call: Call) -> Value:
        """Call a method of the writer."""
        if (changed := _configure(self, call)) is not None:
            return changed
        return self._methods.get(call.name, SparkWriter._write)(self, call)

    def _write(self, call: Call) -> Value:
        """Call ``save``, ``start``, ``parquet``, ``csv`` … ."""
        is_plain = call.name in {"save", "start"}
        options = {**self.options, **call.kwargs}
        fmt = call.arg(1 if is_plain else None, "format", default=self.format)
        if not is_plain:
            fmt = call.name
        path = call.arg(0, "path", default=self.options.get("path"))
        options.pop("path", None)
        if path is not None:
            options["path"] = path
        found = datasets.find_by_options(call.state, fmt or "parquet", options, fmt)
        if found or not self.is_streaming:
            call.state.write(self.frame, found, call.name)
        return External("query")

    def _write_table(self, call: Call) -> Value:
        found = datasets.find_spark_tables(call.state, call.arg(0, "name", "tableName"))
        path = call.arg(None, "path", default=self.options.get("path"))
        if path is not None and call.name != "insertInto":
            found += datasets.find_locations(call.state, path)
        if call.name == "insertInto":
            table_writes.insert_by_position(call.state, self.frame, found)
        else:
            call.state.write(self.frame, found, call.name)
        return External("query")

    def _write_jdbc(self, call: Call) -> Value:
        call.state.write(self.frame, _find_by_jdbc(self, call), "jdbc")
        return None

    def _write_batches(self, call: Call) -> Value:
        call.reading.call(call.arg(0, "func", "f"), [self.frame, External("batch")], {})
        return replace(self, format="noop")

    def _wait(self, call: Call) -> Value:
        del call
        return None

    _methods: ClassVar[dict[str, Callable[[SparkWriter, Call], Value]]] = {
        "saveAsTable": _write_table,
        "insertInto": _write_table,
        "toTable": _write_table,
        "jdbc": _write_jdbc,
        "foreachBatch": _write_batches,
        "foreach": _write_batches,
        "awaitTermination": _wait,
    }


_ReaderOrWriter = TypeVar("_ReaderOrWriter", SparkReader, SparkWriter)


def _configure(target: _ReaderOrWriter, call: Call) -> _ReaderOrWriter | None:
    """Return a reader or writer with one more setting; None for other methods."""
    if call.name == "format":
        return replace(target, format=call.arg(0, "source"))
    if call.name == "option":
        options = {**target.options, as_text(call.arg(0, "key")): call.arg(1, "value")}
        return replace(target, options=options)
    if call.name == "options":
        return replace(target, options={**target.options, **call.mapping(0), **call.kwargs})
    return target if call.name in _SETTINGS else None


def _find_by_jdbc(target: SparkReader | SparkWriter, call: Call) -> list[Dataset]:
    """Find the table of ``jdbc(url, table)``."""
    options: dict[str, Any] = {**target.options, "url": call.arg(0, "url")}
    if (table := call.arg(1, "table", "dbtable")) is not None:
        options["dbtable"] = table
    return datasets.find_by_options(call.state, "jdbc", options)


@dataclass(eq=False)
class UnknownWriter(LibraryObject):
    """``x.write`` where x may be a frame or not: only a frame's has methods."""

    owner: External

    def get_attribute(self, name: str) -> Value:
        """Return the writer itself."""
        del name
        return self

    def call(self, call: Call) -> Value:
        """Call ``x.write(…)``, or a method of a frame's writer."""
        if call.name == "__call__":
            return call.reading.call(self.owner.part("write"), call.args, call.kwargs)
        return SparkWriter(None).call(call)


@dataclass(eq=False)
class TableWriter(LibraryObject):
    """``frame.writeTo(table)``."""

    frame: Value
    table: Value

    def call(self, call: Call) -> Value:
        """Call a method of the writer."""
        if call.name not in _TABLE_WRITES:
            return self
        call.state.write(self.frame, datasets.find_spark_tables(call.state, self.table), call.name)
        return None


def _get_reader_or_writer(state: State, value: External, name: str) -> Value:
    """Return ``spark.read`` and the like."""
    del state
    if name in {"read", "readStream"}:
        return SparkReader()
    if name in {"write", "writeStream"} and "frame" not in value.path:
        return UnknownWriter(value)
    return MISSING


SPARK_IO = Library(
    attributes=(_get_reader_or_writer,),
    frame_methods={"writeTo": lambda call: TableWriter(call.receiver, call.arg(0, "table"))},
    frame_attributes={
        "write": lambda _, frame: SparkWriter(frame),
        "writeStream": lambda _, frame: SparkWriter(frame, is_streaming=True),
    },
)
