"""Paths and URLs: ``os.path``, ``pathlib``, ``urlparse``."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from glueline_worker.lineage.script.domain.alternatives import map_alternatives
from glueline_worker.lineage.script.domain.call import Call
from glueline_worker.lineage.script.domain.library_object import LibraryObject
from glueline_worker.lineage.script.domain.path_parts import (
    CONNECTION_URL,
    find_url_label,
    split_url_argument,
)
from glueline_worker.lineage.script.domain.template_text import (
    as_text,
    get_label,
    has_placeholder,
    is_placeholder,
    list_texts,
    placeholder,
)
from glueline_worker.lineage.script.domain.values import (
    UNKNOWN,
    External,
    ListedKey,
    Value,
)
from glueline_worker.lineage.script.models.library import Library
from glueline_worker.lineage.script.models.python import files
from glueline_worker.lineage.script.models.python.files import FileObject


def _join_paths(call: Call) -> Value:
    return map_alternatives(_join_parts, *call.args)


def _join_parts(*parts: Value) -> str:
    found = ""
    for part in map(as_text, parts):
        if part.startswith("/") and not found.startswith("s3"):
            found = part
        elif not found or found.endswith("/"):
            found += part
        else:
            found += f"/{part}"
    return found


def _get_base_name(call: Call) -> Value:
    return map_alternatives(lambda path: as_text(path).rpartition("/")[2], call.arg(0))


def _get_directory(call: Call) -> Value:
    def cut(path: Value) -> Value:
        # The folder of a listed object is anywhere below the prefix.
        return path if isinstance(path, ListedKey) else as_text(path).rpartition("/")[0]

    return map_alternatives(cut, call.arg(0))


def _split_extension(call: Call) -> Value:
    path = list_texts(call.arg(0))[0]
    stem, dot, extension = path.rpartition(".")
    if dot and "/" not in extension:
        return (stem, dot + extension)
    return (path, UNKNOWN if has_placeholder(path.rpartition("/")[2]) else "")


@dataclass(eq=False, kw_only=True)
class SplitUrl(LibraryObject):
    """The parts of a URL, as ``urlparse`` finds them."""

    text: Value
    parts: Mapping[str, str]

    def get_attribute(self, name: str) -> Value:
        """Return a part of the URL."""
        return self.parts[name] if name in self.parts else super().get_attribute(name)

    def call(self, call: Call) -> Value:
        """Call a method of the URL."""
        return _call_path(self.text, call)


@dataclass(eq=False, kw_only=True)
class Path(FileObject):
    """A path of ``pathlib``."""

    operators = MappingProxyType({ast.Div: "joinpath"})
    text: str

    def get_attribute(self, name: str) -> Value:
        """Return the path's name or stem, or one of its methods."""
        last = self.text.rpartition("/")[2]
        if name == "name":
            return last
        if name == "stem":
            return last.rpartition(".")[0] or last
        return super().get_attribute(name)

    def call(self, call: Call) -> Value:
        """Call a method of the path."""
        return _call_path(self.text, call)


def _call_path(text: Value, call: Call) -> Value:
    """Call a method of a path or a split URL."""
    if call.name == "joinpath":
        return Path(text=_join_parts(text, *call.args))
    if call.name in {"geturl", "as_posix", "__str__", "resolve", "as_uri"}:
        return text
    if call.name == "open":
        return files.open_file(Call(call.reading, UNKNOWN, "open", [text, *call.args], call.kwargs))
    return UNKNOWN


def _split_url(call: Call) -> Value:
    def split(value: Value) -> Value:
        text = as_text(value)
        if find_url_label(text) is not None:
            return _split_argument(text)
        if CONNECTION_URL in text:
            host = text[text.index(CONNECTION_URL) :]
            parts = dict.fromkeys(("netloc", "hostname"), host)
            return SplitUrl(text=text, parts={**parts, "path": f"/{placeholder('unknown')}"})
        scheme, separator, rest = text.rpartition("://")
        host, slash, path = rest.partition("/")
        if not separator:
            return _split_argument(text)
        parts = {"scheme": scheme, "netloc": host, "hostname": host, "path": slash + path}
        return SplitUrl(text=text, parts=parts)

    return map_alternatives(split, call.arg(0))


def _split_argument(text: str) -> Value:
    """Split a URL that is known only at run time."""
    label = find_url_label(text) or (get_label(text) if is_placeholder(text) else None)
    if label is None:
        return External("url", "unknown") if has_placeholder(text) else UNKNOWN
    bucket, key = split_url_argument(label)
    parts = {"scheme": "s3", "netloc": bucket, "hostname": bucket, "path": f"/{key}"}
    return SplitUrl(text=text, parts=parts)


def _make_path(call: Call) -> Value:
    return Path(text=_join_parts(*call.args))


PATHLIB = Library(
    functions={
        "os.path.join": _join_paths,
        "path.join": _join_paths,
        "posixpath.join": _join_paths,
        "urljoin": _join_paths,
        "os.path.basename": _get_base_name,
        "path.basename": _get_base_name,
        "os.path.dirname": _get_directory,
        "os.path.splitext": _split_extension,
        "urlparse": _split_url,
        "urlsplit": _split_url,
        "Path": _make_path,
        "PurePath": _make_path,
        "PurePosixPath": _make_path,
    },
)
