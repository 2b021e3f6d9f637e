"""pyarrow: its tables, datasets and files."""

from __future__ import annotations

from dataclasses import dataclass

from glueline_worker.lineage.script.domain.call import Call
from glueline_worker.lineage.script.domain.library_object import LibraryObject
from glueline_worker.lineage.script.domain.values import UNKNOWN, Value
from glueline_worker.lineage.script.models.aws.s3fs import (
    add_scheme,
    add_scheme_by_option,
    is_s3,
)
from glueline_worker.lineage.script.models.library import Library
from glueline_worker.lineage.script.models.python import files
from glueline_worker.lineage.word_sets import split_words

_WRITES = split_words("write write_table write_batch write_dataset")


def _read(call: Call) -> Value:
    """Call ``dataset(source)``, ``ParquetDataset(path)`` or a sibling."""
    names = ("source", "path_or_paths", "input_file", "metadata_path")
    return files.read_file(call.state, add_scheme_by_option(call, call.arg(0, *names)))


def _write(call: Call) -> Value:
    """Call ``write_table(table, where)``, ``write_dataset(data, base_dir)`` or a sibling."""
    target = call.arg(1, "where", "root_path", "base_dir", "output_file", "dest")
    data = call.arg(0, "table", "data", "df")
    files.write_file(call.state, add_scheme_by_option(call, target), data)
    return None


def _open_stream(call: Call) -> Value:
    """Call ``open_output_stream(path)`` or a sibling of a file system of S3."""
    path = call.arg(0, "path")
    if not is_s3(call.receiver):
        return UNKNOWN
    place = add_scheme(path)
    if "output" in call.name:
        return files.Buffer(path=place)
    return files.Buffer(files.read_file(call.state, place), place)


def _wrap(call: Call) -> Value:
    """Call ``BufferReader(bytes)`` or ``BufferOutputStream()``: a buffer in memory."""
    return files.Buffer(call.state.unite_frames(call.values))


def _copy(call: Call) -> Value:
    """Call ``copy_files(source, destination)``."""
    source = add_scheme_by_option(call, call.arg(0, "source"), "source_filesystem")
    target = add_scheme_by_option(call, call.arg(1, "destination"), "destination_filesystem")
    files.write_file(call.state, target, files.read_file(call.state, source))
    return None


def _make_table(call: Call) -> Value:
    """Call ``table(data)``."""
    return call.state.transform(call.values, label=call.name)


@dataclass(eq=False)
class ArrowWriter(LibraryObject):
    """A ``ParquetWriter``, which writes tables to a file."""

    target: Value

    def call(self, call: Call) -> Value:
        """Call a method of the writer."""
        if call.name in _WRITES:
            files.write_file(call.state, self.target, call.values)
        return UNKNOWN


def _open_writer(call: Call) -> Value:
    """Call ``ParquetWriter(where, schema)`` or a sibling."""
    target = call.arg(0, "where", "path", "sink")
    return ArrowWriter(add_scheme_by_option(call, target))


def _convert(call: Call) -> Value:
    """Call ``Table.from_pandas(frame)``, which keeps the columns."""
    return call.state.unite_frames(call.arg(0, "df")) or UNKNOWN


PYARROW = Library(
    functions={
        "pyarrow.dataset.dataset": _read,
        "pyarrow.dataset.parquet_dataset": _read,
        "pyarrow.parquet.read_table": _read,
        "pyarrow.parquet.read_pandas": _read,
        "pyarrow.orc.read_table": _read,
        "pyarrow.feather.read_table": _read,
        "pyarrow.csv.read_csv": _read,
        "pyarrow.csv.open_csv": _read,
        "pyarrow.ipc.open_file": _read,
        "pyarrow.ipc.open_stream": _read,
        "pyarrow.json.read_json": _read,
        "ParquetDataset": _read,
        "ParquetFile": _read,
        "ORCFile": _read,
        "RecordBatchFileReader": _read,
        "RecordBatchStreamReader": _read,
        "pyarrow.dataset.write_dataset": _write,
        "pyarrow.csv.write_csv": _write,
        "pyarrow.feather.write_feather": _write,
        "write_table": _write,
        "write_to_dataset": _write,
        "ParquetWriter": _open_writer,
        "ORCWriter": _open_writer,
        "pyarrow.csv.CSVWriter": _open_writer,
        "pyarrow.ipc.new_file": _open_writer,
        "pyarrow.ipc.new_stream": _open_writer,
        "RecordBatchFileWriter": _open_writer,
        "RecordBatchStreamWriter": _open_writer,
        "pyarrow.BufferReader": _wrap,
        "pyarrow.BufferOutputStream": _wrap,
        "pyarrow.fs.copy_files": _copy,
        "open_output_stream": _open_stream,
        "open_input_stream": _open_stream,
        "open_input_file": _open_stream,
        "pyarrow.Table.from_pandas": _convert,
        "pyarrow.table": _make_table,
    }
)
