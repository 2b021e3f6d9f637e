"""Files and buffers of plain Python: what flows through them to a dataset."""

from __future__ import annotations

from glueline_worker.lineage.script.domain.state import State
from glueline_worker.lineage.script.domain.template_text import as_text
from glueline_worker.lineage.script.domain.values import (
    UNKNOWN,
    External,
    Frame,
    LibraryObject,
    OneOf,
    Value,
    name_set,
)
from glueline_worker.lineage.script.models import datasets
from glueline_worker.lineage.script.models.call import Call

_READS = name_set("read readlines readline getvalue getbuffer readall iter_lines")
_WRITES = name_set(
    "write writelines writerow writerows writestr writeheader "
    "append cell write_row write_column write_string write_number"
)
_SAME = name_set("__enter__ rewind open create_sheet add_worksheet add_sheet")


def buffer(content: Value = None, path: Value = None) -> LibraryObject:
    """A buffer in memory, or an open file at ``path``."""
    return LibraryObject("buffer", {"content": content, "path": path})


def open_file(call: Call) -> Value:
    """``open(path, mode)``, of Python, s3fs or smart_open."""
    path, mode = call.arg(0, "file", "path", "uri"), call.arg(1, "mode", default="r")
    if isinstance(path, LibraryObject):
        return path
    file_system = isinstance(call.receiver, External) and "s3fs" in call.receiver.path.lower()
    if isinstance(path, str) and "://" not in path and file_system:
        path = f"s3://{path}"
    reads = not (isinstance(mode, str) and ("w" in mode or "a" in mode or "x" in mode))
    return buffer(_content(call.state, path) if reads else None, path)


def _content(state: State, path: Value) -> Value:
    if isinstance(path, str) and path in state.files:
        return state.files[path]
    if isinstance(path, str) and path.startswith(("s3://", "s3a://", "gs://", "hdfs://")):
        return tentative(state, state.read(datasets.find_locations(state, path), "open"))
    return External("file")


def tentative(state: State, frame: Frame) -> Frame:
    """A read that counts only when its data gets somewhere."""
    state.tentative.add(frame.node)
    return Frame(frame.node, "rows")


def call_buffer(call: Call) -> Value:
    """A method of a buffer or an open file."""
    tool: LibraryObject = call.receiver
    if call.name in _READS:
        found = call.state.unite_frames(tool.data["content"])
        return Frame(found.node, "rows") if found else External("text")
    if call.name in _WRITES:
        put(call.state, tool, call.values)
    if call.name == "save" and call.args:  # a workbook, to a file or a buffer
        write(call.state, call.arg(0), tool.data["content"])
    return tool if call.name in _SAME else None


def put(state: State, tool: LibraryObject, value: Value) -> None:
    """Let ``value`` flow into a buffer or file."""
    frames = state.find_frames(value)
    if not frames:
        return
    state.journal.touch(tool.data)
    before = state.find_frames(tool.data["content"])
    fresh = [Frame(node, "rows") for node in frames if node not in before]
    tool.data["content"] = [*(Frame(node, "rows") for node in before), *fresh]
    path = tool.data.get("path")
    if fresh and isinstance(path, str):
        write(state, path, tool.data["content"])


def read(state: State, source: Value) -> Value:
    """The frame in a file: on S3, on the disk, in a buffer or in a response."""
    if isinstance(source, LibraryObject):
        return state.unite_frames(source.data.get("content")) or state.transform((), label="buffer")
    if isinstance(source, Frame):
        return state.transform(source, label="read")
    if isinstance(source, (list, tuple)) and state.find_frames(source):
        return state.transform(source, label="read")
    if isinstance(source, str) and source in state.files:
        return state.unite_frames(state.files[source]) or state.transform(())
    if source is None or _from_memory(source) or datasets.is_local(source):
        return state.transform((), label="file")
    return state.read(datasets.find_locations(state, source), "read")


def _from_memory(source: Value) -> bool:
    """Whether the source is an object rather than a path: a response, a text in a buffer."""
    if isinstance(source, OneOf):
        return all(map(_from_memory, source.options))
    return isinstance(source, External) and source.label == "unknown" and "()" in source.path


def write(state: State, target: Value, value: Value) -> None:
    """Write ``value`` to a file: on S3, on the disk, or into a buffer."""
    if isinstance(target, LibraryObject):
        put(state, target, value)
    elif isinstance(target, str) and datasets.is_local(target):
        state.journal.touch(state.files)
        state.files[target] = value
    elif not (isinstance(target, External) and target.label == "unknown"):
        state.write(value, datasets.find_locations(state, target), "file")
        if isinstance(target, str):
            state.files[target] = value


def local(state: State, path: Value) -> Value:
    """What was written to a file on the disk."""
    if isinstance(path, LibraryObject):
        return path.data.get("content")
    key = as_text(path) if path is not None else ""
    return state.files.get(key, UNKNOWN)
