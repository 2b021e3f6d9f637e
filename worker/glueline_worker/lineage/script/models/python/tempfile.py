"""Temporary files and folders, which have names of their own here."""

from __future__ import annotations

from dataclasses import dataclass

from glueline_worker.lineage.script.domain.call import Call
from glueline_worker.lineage.script.domain.library_object import LibraryObject
from glueline_worker.lineage.script.domain.values import UNKNOWN, Value
from glueline_worker.lineage.script.models.library import Library
from glueline_worker.lineage.script.models.python import files

_FOLDER = "/tmp"  # noqa: S108 - a name in a script, never opened


@dataclass(eq=False)
class TemporaryFolder(LibraryObject):
    """A ``TemporaryDirectory``, or the path of one."""

    text: str

    def get_attribute(self, name: str) -> Value:
        """Return the folder's path, or one of its methods."""
        return self.text if name == "name" else super().get_attribute(name)


def _make_name(call: Call) -> str:
    """Make a name that no other call has: the reading has taken further steps by then."""
    suffix = call.arg(None, "suffix")
    return f"{_FOLDER}/{call.state.steps}{suffix if isinstance(suffix, str) else ''}"


TEMPFILE = Library(
    functions={
        "NamedTemporaryFile": lambda call: files.Buffer(path=_make_name(call)),
        "TemporaryDirectory": lambda call: TemporaryFolder(_make_name(call)),
        "tempfile.mkdtemp": _make_name,
        "tempfile.mkstemp": lambda call: (UNKNOWN, _make_name(call)),
        "tempfile.gettempdir": lambda _: _FOLDER,
    }
)
