"""pyarrow: its tables, datasets and files."""

from __future__ import annotations

from dataclasses import dataclass

from glueline_worker.lineage.script.domain.alternatives import map_alternatives
from glueline_worker.lineage.script.domain.call import Call
from glueline_worker.lineage.script.domain.library_object import LibraryObject
from glueline_worker.lineage.script.domain.template_text import as_text
from glueline_worker.lineage.script.domain.values import UNKNOWN, External, Value
from glueline_worker.lineage.script.models.library import Library
from glueline_worker.lineage.script.models.python import files
from glueline_worker.lineage.word_sets import split_words

_WRITES = split_words("write write_table write_batch write_dataset")


def _add_scheme(call: Call, path: Value) -> Value:
    """Return a path with ``s3://`` before it, where a file system of S3 is given for it."""
    system = call.arg(None, "filesystem")
    if not isinstance(system, External) or not _is_s3(system):
        return path
    if isinstance(path, (list, tuple)):
        return [_add_scheme(call, part) for part in path]
    return map_alternatives(_prefix_path, path)


def _is_s3(system: External) -> bool:
    path = system.path.lower()
    return "s3fs" in path or "s3filesystem" in path


def _prefix_path(path: Value) -> Value:
    text = as_text(path)
    return path if "://" in text or isinstance(path, LibraryObject) else f"s3://{text}"


def _read(call: Call) -> Value:
    """Call ``dataset(source)``, ``ParquetDataset(path)`` or a sibling."""
    names = ("source", "path_or_paths", "input_file", "metadata_path")
    return files.read_file(call.state, _add_scheme(call, call.arg(0, *names)))


def _write(call: Call) -> Value:
    """Call ``write_table(table, where)``, ``write_dataset(data, base_dir)`` or a sibling."""
    target = call.arg(1, "where", "root_path", "base_dir", "output_file", "dest")
    data = call.arg(0, "table", "data", "df")
    files.write_file(call.state, _add_scheme(call, target), data)
    return None


def _open_stream(call: Call) -> Value:
    """Call ``open_output_stream(path)`` or a sibling of a file system of S3."""
    path = call.arg(0, "path")
    if not _is_s3(call.receiver):
        return UNKNOWN
    place = map_alternatives(_prefix_path, path)
    if "output" in call.name:
        return files.Buffer(path=place)
    return files.Buffer(files.read_file(call.state, place), place)


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
    """Call ``ParquetWriter(where, schema)``."""
    target = call.arg(0, "where", "path")
    return ArrowWriter(_add_scheme(call, target))


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
        "pyarrow.json.read_json": _read,
        "ParquetDataset": _read,
        "ParquetFile": _read,
        "pyarrow.dataset.write_dataset": _write,
        "pyarrow.csv.write_csv": _write,
        "pyarrow.feather.write_feather": _write,
        "write_table": _write,
        "write_to_dataset": _write,
        "ParquetWriter": _open_writer,
        "open_output_stream": _open_stream,
        "open_input_stream": _open_stream,
        "open_input_file": _open_stream,
        "pyarrow.Table.from_pandas": _convert,
    }
)
