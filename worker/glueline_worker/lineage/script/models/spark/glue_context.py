"""GlueContext: DynamicFrame readers, writers, sources, sinks and batches."""

from __future__ import annotations

from dataclasses import dataclass

from glueline_worker.lineage.script.domain.call import Call
from glueline_worker.lineage.script.domain.library_object import LibraryObject
from glueline_worker.lineage.script.domain.path_parts import CONNECTION_URL
from glueline_worker.lineage.script.domain.template_text import list_texts
from glueline_worker.lineage.script.domain.values import External, Value
from glueline_worker.lineage.script.models import datasets
from glueline_worker.lineage.script.models.library import Handler, Library
from glueline_worker.lineage.word_sets import split_words


def _read_catalog(call: Call) -> Value:
    """Call ``create_dynamic_frame.from_catalog``."""
    found = datasets.find_tables(
        call.state,
        call.arg(0, "database", "name_space", "namespace"),
        call.arg(1, "table_name", "table", "tableName"),
        call.arg(6, "catalog_id", "catalogId"),
    )
    return call.state.read(found, "from_catalog")


def _read_options(call: Call) -> Value:
    """Call ``create_dynamic_frame.from_options``."""
    kind = call.arg(0, "connection_type", "connectionType")
    options = call.mapping(1, "connection_options", "connectionOptions", "options")
    options = _add_connection(call, options)
    found = datasets.find_by_options(call.state, kind, options, call.arg(2, "format"))
    return call.state.read(found, "from_options")


def _add_connection(call: Call, options: dict[str, Value]) -> dict[str, Value]:
    connection = call.arg(None, "connection_name", "connectionName")
    return {**options, "connectionName": connection} if connection is not None else options


def _read_rdd(call: Call) -> Value:
    """Call ``create_dynamic_frame.from_rdd``: the data is there already."""
    return call.state.transform(call.arg(0, "data"), label="from_rdd")


def _write_catalog(call: Call) -> Value:
    """Call ``write_dynamic_frame.from_catalog``."""
    frame = call.arg(0, "frame", "frame_or_dfc")
    found = datasets.find_tables(
        call.state,
        call.arg(1, "database", "name_space", "namespace"),
        call.arg(2, "table_name", "table", "tableName"),
        call.arg(6, "catalog_id", "catalogId"),
    )
    call.state.write(frame, found, "from_catalog")
    return frame


def _write_options(call: Call) -> Value:
    """Call ``write_dynamic_frame.from_options``."""
    frame = call.arg(0, "frame", "frame_or_dfc")
    kind = call.arg(1, "connection_type", "connectionType")
    options = call.mapping(2, "connection_options", "connectionOptions", "options")
    options = _add_connection(call, options)
    found = datasets.find_by_options(call.state, kind, options, call.arg(3, "format"))
    call.state.write(frame, found, "from_options")
    return frame


def _write_frame(call: Call) -> Value:
    """Call ``frame.write(connection_type, connection_options, format)`` of a DynamicFrame."""
    return _write_options(
        Call(call.reading, call.receiver, call.name, [call.receiver, *call.args], call.kwargs)
    )


def _write_jdbc(call: Call) -> Value:
    """Call ``write_dynamic_frame.from_jdbc_conf``."""
    frame = call.arg(0, "frame", "frame_or_dfc")
    connection = call.arg(1, "catalog_connection", "catalogConnection")
    options = call.mapping(2, "connection_options", "connectionOptions")
    found = datasets.find_by_connection(call.state, connection, options)
    call.state.write(frame, found, "from_jdbc_conf")
    return frame


@dataclass(eq=False)
class GlueSource(LibraryObject):
    """The source that ``getSource`` returns, and ``getFrame`` reads."""

    kind: Value
    options: dict[str, Value]
    format: Value

    def call(self, call: Call) -> Value:
        """Call a method of the source."""
        if call.name == "setFormat":
            call.state.change(self, format=call.arg(0, "format"))
        elif call.name in _SOURCE_READS:
            found = datasets.find_by_options(call.state, self.kind, self.options, self.format)
            return call.state.read(found, "getSource")
        return self


@dataclass(eq=False)
class GlueSink(LibraryObject):
    """The sink that ``getSink`` returns, and ``writeFrame`` writes to."""

    kind: Value
    options: dict[str, Value]
    format: Value = None
    tables: Value = ()

    def call(self, call: Call) -> Value:
        """Call a method of the sink."""
        if call.name == "setCatalogInfo":
            tables = datasets.find_tables(
                call.state,
                call.arg(0, "catalogDatabase"),
                call.arg(1, "catalogTableName"),
                call.arg(2, "catalogId", "catalog_id"),
            )
            call.state.change(self, tables=tables)
        elif call.name == "setFormat":
            call.state.change(self, format=call.arg(0, "format"))
        elif call.name in _SINK_WRITES:
            return self._write(call)
        return self

    def _write(self, call: Call) -> Value:
        frame = call.arg(0, "dynamic_frame", "frame", "dynamic_frame_or_dfc", "dataframe")
        found = datasets.find_by_options(call.state, self.kind, self.options, self.format)
        tables = self.tables if isinstance(self.tables, list) else ()
        call.state.write(frame, [*found, *tables], "getSink")
        return frame


_SOURCE_READS = split_words("getFrame getDynamicFrame getSampleFrame getDataFrame")
_SINK_WRITES = split_words("writeFrame write writeDynamicFrame writeDataFrame")


def _get_source(call: Call) -> Value:
    options = dict(call.kwargs)
    kind = options.pop("connection_type", None) or call.arg(0)
    return GlueSource(kind, options, options.pop("format", None))


def _get_sink(call: Call) -> Value:
    options = {**call.mapping(None, "options"), **call.kwargs}
    kind = options.pop("connection_type", None) or call.arg(0)
    return GlueSink(kind, options)


def _extract_connection(call: Call) -> Value:
    """Call ``extract_jdbc_conf``: an address that stands for the connection itself."""
    name = list_texts(call.arg(0, "connection_name", default="unknown"))[0]
    address = f"{CONNECTION_URL}{name}"
    return {
        "url": address,
        "fullUrl": address,
        "user": External("user"),
        "password": External("password"),
        "vendor": External("vendor"),
    }


def _follow_batch(call: Call) -> Value:
    """Call ``forEachBatch``: the function is given the frame."""
    function = call.arg(1, "batch_function")
    call.reading.call(function, [call.arg(0, "frame"), External("batch")], {})
    return None


_READS: dict[str, Handler] = {
    "from_catalog": _read_catalog,
    "from_options": _read_options,
    "from_rdd": _read_rdd,
}
_WRITES: dict[str, Handler] = {
    "from_catalog": _write_catalog,
    "from_options": _write_options,
    "from_jdbc_conf": _write_jdbc,
}
_READERS = (
    "create_dynamic_frame",
    "create_data_frame",
    "create_sample_dynamic_frame",
    "create_sample_data_frame",
    "DynamicFrameReader",
    "DataFrameReader",
)
_WRITERS = (
    "write_dynamic_frame",
    "write_data_frame",
    "write",
    "DynamicFrameWriter",
    "DataFrameWriter",
)

GLUE_CONTEXT = Library(
    functions={
        **{f"{reader}.{name}": handler for reader in _READERS for name, handler in _READS.items()},
        **{f"{reader}_{name}": handler for reader in _READERS for name, handler in _READS.items()},
        **{f"{writer}.{name}": handler for writer in _WRITERS for name, handler in _WRITES.items()},
        **{f"{writer}_{name}": handler for writer in _WRITERS for name, handler in _WRITES.items()},
        "getSource": _get_source,
        "getSink": _get_sink,
        "getSinkWithFormat": _get_sink,
        "extract_jdbc_conf": _extract_connection,
        "forEachBatch": _follow_batch,
    },
    frame_methods={"write": _write_frame},
)
