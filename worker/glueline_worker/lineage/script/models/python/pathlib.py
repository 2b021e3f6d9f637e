"""Paths and URLs: ``os.path``, ``pathlib``, ``urlparse``."""

from __future__ import annotations

from collections.abc import Callable

from glueline_worker.lineage.script.domain.template_text import (
    as_text,
    has_placeholder,
    list_texts,
    map_alternatives,
)
from glueline_worker.lineage.script.domain.values import UNKNOWN, External, LibraryObject, Value
from glueline_worker.lineage.script.models import files
from glueline_worker.lineage.script.models.call import Call


def _path_join(call: Call) -> Value:
    return map_alternatives(_joined_path, *call.args)


def _joined_path(*parts: Value) -> Value:
    found = ""
    for part in map(as_text, parts):
        if part.startswith("/") and not found.startswith("s3"):
            found = part
        elif not found or found.endswith("/"):
            found += part
        else:
            found += f"/{part}"
    return found


def _base_name(call: Call) -> Value:
    return map_alternatives(lambda path: as_text(path).rpartition("/")[2], call.arg(0))


def _directory(call: Call) -> Value:
    return map_alternatives(lambda path: as_text(path).rpartition("/")[0], call.arg(0))


def _split_extension(call: Call) -> Value:
    path = list_texts(call.arg(0))[0]
    stem, dot, extension = path.rpartition(".")
    if dot and "/" not in extension:
        return (stem, dot + extension)
    return (path, UNKNOWN if has_placeholder(path.rpartition("/")[2]) else "")


def _split_url(call: Call) -> Value:
    def split(value: Value) -> Value:
        text = as_text(value)
        scheme, separator, rest = text.rpartition("://")
        host, slash, path = rest.partition("/")
        if not separator:
            return External("url", "unknown") if has_placeholder(text) else UNKNOWN
        parts = {"scheme": scheme, "netloc": host, "hostname": host, "path": slash + path}
        return LibraryObject("url", {**parts, "text": text})

    return map_alternatives(split, call.arg(0))


def _pure_path(call: Call) -> Value:
    text = _joined_path(*(_path_text(arg) for arg in call.args))
    return path_of(text)


def _path_text(value: Value) -> Value:
    return (
        value.data["text"] if isinstance(value, LibraryObject) and value.kind == "path" else value
    )


def path_of(text: Value) -> Value:
    """A ``pathlib`` path."""
    path = as_text(text)
    name = path.rpartition("/")[2]
    stem = name.rpartition(".")[0] or name
    return LibraryObject("path", {"text": path, "name": name, "stem": stem, "content": None})


def call_path(call: Call) -> Value:
    """A method of a path or a split URL."""
    tool: LibraryObject = call.receiver
    text = tool.data["text"]
    if call.name == "joinpath":
        return path_of(_joined_path(text, *call.args))
    if call.name in {"geturl", "as_posix", "__str__", "resolve", "as_uri"}:
        return text
    if call.name == "open":
        return files.open_file(Call(call.run, UNKNOWN, "open", [text, *call.args], call.kwargs))
    return UNKNOWN


FUNCTIONS: dict[str, Callable[[Call], Value]] = {
    "os.path.join": _path_join,
    "path.join": _path_join,
    "posixpath.join": _path_join,
    "urljoin": _path_join,
    "os.path.basename": _base_name,
    "path.basename": _base_name,
    "os.path.dirname": _directory,
    "os.path.splitext": _split_extension,
    "urlparse": _split_url,
    "urlsplit": _split_url,
    "Path": _pure_path,
    "PurePath": _pure_path,
    "PurePosixPath": _pure_path,
}
"""By the end of their path."""
