"""Files and buffers of plain Python: the data that flows through them."""

from __future__ import annotations

from dataclasses import dataclass

from glueline_worker.lineage.script.domain.alternatives import join_values
from glueline_worker.lineage.script.domain.call import Call
from glueline_worker.lineage.script.domain.library_object import LibraryObject
from glueline_worker.lineage.script.domain.state import State
from glueline_worker.lineage.script.domain.template_text import as_text
from glueline_worker.lineage.script.domain.values import (
    UNKNOWN,
    External,
    Frame,
    OneOf,
    Value,
)
from glueline_worker.lineage.script.models import datasets
from glueline_worker.lineage.script.models.library import Library
from glueline_worker.lineage.word_sets import split_words

_READ_METHODS = split_words("read readlines readline getvalue getbuffer readall iter_lines")
_WRITE_METHODS = split_words(
    "write writelines writerow writerows writestr writeheader "
    "append cell write_row write_column write_string write_number"
)
_REMOTE = ("s3://", "s3a://", "gs://", "hdfs://")
_NO_OPENING = split_words(
    "print info debug warning error exception log append "
    "exists isfile isdir getsize stat remove unlink rmtree makedirs mkdir chmod basename dirname "
    "splitext abspath realpath listdir glob"
)
_PASS_THROUGH = split_words("__enter__ rewind open create_sheet add_worksheet add_sheet")


@dataclass(eq=False)
class FileObject(LibraryObject):
    """A place that data is written to and read from: a buffer, an open file, a path."""

    content: Value = None
    path: Value = None
    """The file behind it, if there is one."""

    def list_contents(self) -> list[Value]:
        """List the data and the path, which may come from data as well."""
        return [self.content, self.path]


@dataclass(eq=False)
class Buffer(FileObject):
    """A buffer in memory, or an open file."""

    is_written: bool = False

    def get_attribute(self, name: str) -> Value:
        """Return the file's name; the active sheet of a workbook is the workbook."""
        if name == "name" and isinstance(self.path, str):
            return self.path
        return self if name == "active" else super().get_attribute(name)

    def get_item(self, key: Value) -> Value:
        """Return an item, of which nothing is known."""
        del key
        return UNKNOWN

    def get_element(self, label: str) -> Value:
        """Return any line, with the data of all of them."""
        content = self.content if isinstance(self.content, (list, tuple)) else [self.content]
        lines = [Frame(part.node, "rows", label) for part in content if isinstance(part, Frame)]
        return join_values(lines) if lines else External("line", label)

    def call(self, call: Call) -> Value:
        """Call a method of a buffer or an open file."""
        if call.name in _READ_METHODS:
            found = call.state.unite_frames(self.content)
            return Frame(found.node, "rows") if found else External("text")
        if call.name in _WRITE_METHODS:
            add_content(call.state, self, call.values)
            self._note_write(call.state)
        if call.name == "save" and call.args:  # a workbook, to a file or a buffer
            write_file(call.state, call.arg(0), self.content)
        return self if call.name in _PASS_THROUGH else None

    def _note_write(self, state: State) -> None:
        """Note a file on S3 as an output, even where no data is known to get into it."""
        is_remote = isinstance(self.path, str) and self.path.startswith(_REMOTE)
        if is_remote and not self.content and not self.is_written:
            state.change(self, is_written=True)
            state.write((), datasets.find_locations(state, self.path), "file")


def open_file(call: Call) -> Value:
    """Call ``open(path, mode)``, of Python, s3fs or smart_open."""
    path = as_path(call.arg(0, "file", "path", "uri"))
    mode = call.arg(1, "mode", default="r")
    if isinstance(path, LibraryObject):
        return path
    file_system = isinstance(call.receiver, External) and "s3fs" in call.receiver.path.lower()
    if isinstance(path, str) and "://" not in path and file_system:
        path = f"s3://{path}"
    reads = not (isinstance(mode, str) and ("w" in mode or "a" in mode or "x" in mode))
    return Buffer(_read_content(call.state, path) if reads else None, path)


def _read_content(state: State, path: Value) -> Value:
    if isinstance(path, str) and path in state.files:
        found = state.unite_frames(state.files[path])
        return state.files[path] if found is None else Frame(found.node, "rows")
    if isinstance(path, str) and path.startswith(_REMOTE):
        return mark_tentative(state, state.read(datasets.find_locations(state, path), "open"))
    return External("file")


def mark_tentative(state: State, frame: Frame) -> Frame:
    """Mark a read as one that counts only when its data gets somewhere."""
    state.tentative.add(frame.node)
    return Frame(frame.node, "rows")


def add_content(state: State, target: LibraryObject, value: Value) -> None:
    """Let ``value`` flow into a buffer or file."""
    frames = state.find_frames(value)
    if not frames or not isinstance(target, FileObject):
        return
    before = state.find_frames(target.content)
    fresh = [Frame(node, "rows") for node in frames if node not in before]
    state.change(target, content=[*(Frame(node, "rows") for node in before), *fresh])
    if fresh and isinstance(target.path, str):
        write_file(state, target.path, target.content)


def get_content(source: LibraryObject) -> Value:
    """Return what was written into a buffer or file; None for any other object."""
    return source.content if isinstance(source, FileObject) else None


def as_path(value: Value) -> Value:
    """Return the text of a ``Path`` on the disk, and any other value itself."""
    text = value.text if isinstance(value, FileObject) else None
    return text if datasets.is_local(text) else value


def read_file(state: State, source: Value) -> Value:
    """Return the frame in a file: on S3, on the disk, in a buffer or in a response."""
    source = as_path(source)
    if isinstance(source, LibraryObject):
        return state.unite_frames(get_content(source)) or state.transform((), label="buffer")
    if isinstance(source, Frame):
        return state.transform(source, label="read")
    if isinstance(source, (list, tuple)) and state.find_frames(source):
        return state.transform(source, label="read")
    if isinstance(source, str) and source in state.files:
        return state.unite_frames(state.files[source]) or state.transform(())
    if source is None or _is_from_memory(source) or datasets.is_local(source):
        return state.transform((), label="file")
    return state.read(datasets.find_locations(state, source), "read")


def _is_from_memory(source: Value) -> bool:
    """Tell whether the source is an object rather than a path: a response, a text in a buffer."""
    if isinstance(source, OneOf):
        return all(map(_is_from_memory, source.options))
    return isinstance(source, External) and source.label == "unknown" and "()" in source.path


def write_file(state: State, target: Value, value: Value) -> None:
    """Write ``value`` to a file: on S3, on the disk, or into a buffer."""
    target = as_path(target)
    if isinstance(target, LibraryObject):
        add_content(state, target, value)
    elif isinstance(target, str) and datasets.is_local(target):
        state.journal.touch(state.files)
        state.files[target] = value
    elif not (isinstance(target, External) and target.label == "unknown"):
        state.write(value, datasets.find_locations(state, target), "file")
        if isinstance(target, str):
            state.files[target] = value


def find_opened(call: Call) -> Frame | None:
    """Return the data that an unknown function finds in a file, such as ``parse("/tmp/a.xml")``."""
    first = as_path(call.args[0]) if call.args else None
    if not isinstance(first, str) or first not in call.state.files or call.name in _NO_OPENING:
        return None
    found = call.state.unite_frames(call.state.files[first])
    return None if found is None else Frame(found.node, "rows")


def read_local(state: State, path: Value) -> Value:
    """Return what was written to a file on the disk."""
    path = as_path(path)
    if isinstance(path, LibraryObject):
        return get_content(path)
    key = as_text(path) if path is not None else ""
    return state.files.get(key, UNKNOWN)


def _make_buffer(call: Call) -> Value:
    content = call.args[0] if call.args else None
    return Buffer(call.state.unite_frames(content))


def _wrap(call: Call) -> Value:
    """Call ``csv.writer(buffer)``, ``gzip.open(buffer)``, ``ZipFile(buffer)``: the same flow."""
    target = call.arg(0, "fileobj", "f", "file")
    if isinstance(target, (LibraryObject, Frame)):
        return target
    return open_file(call) if isinstance(target, str) else UNKNOWN


FILES = Library(
    functions={
        "open": open_file,
        "StringIO": _make_buffer,
        "BytesIO": _make_buffer,
        "Workbook": lambda call: Buffer(path=call.arg(0, "filename")),
        "TextIOWrapper": _wrap,
        "csv.writer": _wrap,
        "csv.reader": _wrap,
        "csv.DictReader": _wrap,
        "csv.DictWriter": _wrap,
        "DictWriter": _wrap,
        "DictReader": _wrap,
        "gzip.open": _wrap,
        "GzipFile": _wrap,
        "ZipFile": _wrap,
        "ExcelWriter": _wrap,
    }
)
