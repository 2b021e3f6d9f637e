"""The parts of paths that are known only in part: keys of listings, URLs from arguments.

Of an argument that holds a whole URL, the parts are ``{arg:url:bucket}`` and ``{arg:url:key}``;
where a script puts both together again, that is the whole URL.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from glueline_worker.lineage.script.domain.library_object import LibraryObject
from glueline_worker.lineage.script.domain.values import ListedKey, Value
from glueline_worker.lineage.script.source.parser import CLOSE, OPEN

CONNECTION_URL = "glue-connection://"
"""Stands where a connection's URL would, when a script asks for it by the connection's name."""
TABLE_LOCATION = "glue-table://"
"""Stands where the location of a catalog table would."""
TABLE_END = "\ue101"
"""Ends the table's name in such a location, so that what a script adds is no part of it."""
_WHOLE = re.compile(f"{OPEN}((?:arg|env|workflow):[^{CLOSE}]*){CLOSE}|{TABLE_LOCATION}([^{OPEN}]*)")
_REJOINED = re.compile(
    f"(?:s3[an]?://)?{OPEN}([^{CLOSE}:]*:[^{CLOSE}]*):bucket{CLOSE}/+{OPEN}\\1:key{CLOSE}",
    re.IGNORECASE,
)
_BUCKET_END = f":bucket{CLOSE}/"
_TABLE = "table:"
_SCHEME_ENDS = ("://", "//", "s3://", "s3a://", "s3n://")
_KEY_STARTS = (1, 3)
"""Parts from which on a URL is its key, without and with a scheme."""
_BUCKET_AT = (0, 2)
_HOST_AT = (0, 1, 2)


@dataclass(eq=False, kw_only=True)
class PathParts(LibraryObject):
    """``path.split("/")``, of which the first parts may be known."""

    text: str
    label: str
    known: tuple[str, ...] = ()
    is_url: bool = False

    def get_item(self, key: Value) -> Value:
        """Return a part, or several."""
        if isinstance(key, slice):
            return self._cut(key.start or 0, key.stop)
        if not isinstance(key, int) or key < 0:
            return _make(self.label)
        if key < len(self.known):
            return self.known[key]
        if self.is_url and key in _BUCKET_AT:
            return _make(f"{self.label}:bucket")
        return _make(f"{self.label}:key" if self.is_url and key in _KEY_STARTS else self.label)

    def _cut(self, start: Value, stop: Value) -> Value:
        if not isinstance(start, int) or start < 0:
            return PathParts(text=_make(self.label), label=self.label)
        if isinstance(stop, int) and 0 <= stop <= len(self.known):
            return list(self.known[start:stop])
        if self.is_url:
            text = _make(f"{self.label}:key") if start in _KEY_STARTS else self.text
            return PathParts(text=text, label=self.label)
        rest = "/".join(self.text.split("/")[start:]) if start <= len(self.known) else ""
        text = ListedKey(rest or _make(self.label))
        return PathParts(text=text, label=self.label, known=self.known[start:])

    def get_element(self, label: str) -> Value:
        """Return any part."""
        del label
        return _make(self.label)


@dataclass(eq=False, kw_only=True)
class ConnectionParts(LibraryObject):
    """The parts of a connection's URL: the host stands for the connection, the rest is unknown."""

    text: str

    def get_item(self, key: Value) -> Value:
        """Return a part."""
        return self.text if key in _HOST_AT else _make("unknown")


def split_path(text: str, name: str, args: list[Value]) -> Value:  # noqa: PLR0911 - one for each kind
    """Call a method that splits ``text``; None where it is no path of which parts are unknown."""
    separator = args[0] if args else None
    if text.startswith(CONNECTION_URL):
        return ConnectionParts(text=text)
    if isinstance(text, ListedKey):
        return _split_key(text, name, separator, is_once=_is_once(name, args))
    label = find_url_label(text)
    if label is None:
        return None
    if separator in _SCHEME_ENDS:
        return ["s3", "://", text] if name == "partition" else ["s3", text]
    if separator != "/":
        return None
    if not _is_once(name, args):
        return PathParts(text=text, label=label, is_url=True)
    if name.startswith("r"):
        return _arrange(name, text, _make(label))
    return _arrange(name, *split_url_argument(label))


def find_url_label(text: str) -> str | None:
    """Return the label of a text that may be a whole URL, known only at run time."""
    if (whole := _WHOLE.fullmatch(text)) is None:
        return None
    if whole[2]:
        return f"{_TABLE}{whole[2].partition(TABLE_END)[0]}"
    return None if whole[1].endswith((":bucket", ":key")) else whole[1]


def split_url_argument(label: str) -> tuple[str, str]:
    """Return the bucket and the key of a URL that an argument holds."""
    return _make(f"{label}:bucket"), _make(f"{label}:key")


def rejoin_url(text: str) -> str:
    """Return the whole URL where its bucket and key stand beside one another."""
    if _BUCKET_END not in text:
        return text
    return _REJOINED.sub(_rejoin, text, count=1)


def _rejoin(found: re.Match[str]) -> str:
    if not found[1].startswith(_TABLE):
        return _make(found[1])
    return f"{TABLE_LOCATION}{found[1].removeprefix(_TABLE).rstrip('/')}{TABLE_END}/"


def _is_once(name: str, args: list[Value]) -> bool:
    """Tell whether there is one cut, into two parts."""
    return name.endswith("partition") or args[1:2] == [1]


def _split_key(text: ListedKey, name: str, separator: Value, *, is_once: bool) -> Value:
    label = text.rpartition(OPEN)[2].partition(CLOSE)[0]
    *known, _ = text.partition(OPEN)[0].split("/")
    if separator != "/":
        return _arrange(name, text, _make(label)) if is_once else [text, _make(label)]
    if not is_once:
        return PathParts(text=text, label=label, known=tuple(known))
    if name.startswith("r"):
        return _arrange(name, text, _make(label))
    if not known:
        return _arrange(name, _make(label), ListedKey(text))
    return _arrange(name, known[0], ListedKey(text[len(known[0]) + 1 :]))


def _arrange(name: str, first: str, second: str) -> list[str]:
    return [first, "/", second] if name.endswith("partition") else [first, second]


def _make(label: str) -> str:
    return f"{OPEN}{label}{CLOSE}"
