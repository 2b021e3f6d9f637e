"""s3fs, and fsspec's file system of S3: listings, copies and single objects."""

from __future__ import annotations

from glueline_worker.lineage.script.domain.alternatives import map_alternatives
from glueline_worker.lineage.script.domain.call import Call
from glueline_worker.lineage.script.domain.library_object import LibraryObject
from glueline_worker.lineage.script.domain.template_text import as_text
from glueline_worker.lineage.script.domain.values import MISSING, UNKNOWN, External, Frame, Value
from glueline_worker.lineage.script.models import datasets
from glueline_worker.lineage.script.models.library import Library
from glueline_worker.lineage.script.models.python import files

_FILE_SYSTEM = External("s3fs.S3FileSystem()")


def add_scheme_by_option(call: Call, path: Value, option: str = "filesystem") -> Value:
    """Return a path with ``s3://`` before it, where an argument is a file system of S3."""
    return add_scheme(path) if is_s3(call.arg(None, option)) else path


def is_s3(system: Value) -> bool:
    """Tell whether a value is a file system of S3: that of s3fs, fsspec or pyarrow."""
    path = system.path.lower() if isinstance(system, External) else ""
    return "s3fs" in path or "s3filesystem" in path


def add_scheme(path: Value) -> Value:
    """Return a path, or a list of paths, with ``s3://`` before it."""
    if isinstance(path, (list, tuple)):
        return [add_scheme(part) for part in path]
    if path is None or isinstance(path, (LibraryObject, Frame)):
        return path
    return map_alternatives(_prefix_path, path)


def _prefix_path(path: Value) -> Value:
    text = as_text(path)
    return text if "://" in text else f"s3://{text}"


def _find_file_system(call: Call) -> Value:
    """Call ``fsspec.filesystem(protocol)``."""
    return _FILE_SYSTEM if call.arg(0, "protocol") in ("s3", "s3a") else MISSING


def _split_url(call: Call) -> Value:
    """Call ``url_to_fs(url)``, or pyarrow's ``from_uri(uri)``: the file system, the path in it."""
    url = call.arg(0, "url", "uri")
    is_on_s3 = isinstance(url, str) and url.startswith("s3")
    return (_FILE_SYSTEM if is_on_s3 else UNKNOWN, url)


def _list(call: Call) -> Value:
    """Call ``glob(path)`` or a sibling; its paths have no scheme."""
    return [map_alternatives(lambda path: as_text(path).removeprefix("s3://"), call.arg(0, "path"))]


def _read(call: Call) -> Value:
    """Call ``cat(path)`` or a sibling: the content of an object."""
    found = datasets.find_locations(call.state, add_scheme(call.arg(0, "path")))
    return files.mark_tentative(call.state, call.state.read(found, call.name))


def _write(call: Call) -> Value:
    """Call ``pipe(path, content)`` or a sibling."""
    files.write_file(call.state, add_scheme(call.arg(0, "path")), call.arg(1, "value", "data"))
    return None


def _download(call: Call) -> Value:
    """Call ``get(remote, local)`` or a sibling."""
    found = datasets.find_locations(call.state, add_scheme(call.arg(0, "rpath")))
    frame = files.mark_tentative(call.state, call.state.read(found, call.name))
    files.write_file(call.state, call.arg(1, "lpath"), frame)
    return None


def _upload(call: Call) -> Value:
    """Call ``put(local, remote)`` or a sibling."""
    content = files.read_local(call.state, call.arg(0, "lpath"))
    files.write_file(call.state, add_scheme(call.arg(1, "rpath")), content)
    return None


def _copy(call: Call) -> Value:
    """Call ``copy(path, path)`` or a sibling."""
    found = datasets.find_locations(call.state, add_scheme(call.arg(0, "path1")))
    frame = call.state.read(found, call.name)
    files.write_file(call.state, add_scheme(call.arg(1, "path2")), frame)
    return None


_METHODS = {
    _list: ("glob", "ls", "find"),
    _read: ("cat", "cat_file", "read_bytes", "read_text"),
    _write: ("pipe", "pipe_file", "write_bytes", "write_text"),
    _download: ("get", "get_file", "download"),
    _upload: ("put", "put_file", "upload"),
    _copy: ("copy", "cp", "cp_file", "mv", "move", "rename"),
}

S3FS = Library(
    functions={
        "fsspec.filesystem": _find_file_system,
        "url_to_fs": _split_url,
        "FileSystem.from_uri": _split_url,
        **{f"S3FileSystem.{name}": method for method, names in _METHODS.items() for name in names},
    }
)
