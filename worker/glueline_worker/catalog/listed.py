"""The items of a listing: each is its JSON, which is decoded only when all of it is needed.

A catalogue that has not changed needs the names and hashes of its tables, and their columns for
lineage. Finding these in the JSON takes a quarter of the time of decoding it.
"""

import json
from collections.abc import Mapping
from typing import Any

import msgspec
import orjson
from msgspec import UNSET, Raw, UnsetType

_NULL = Raw(b"null")


def decode_json(text: bytes) -> Any:
    """Decode JSON; lone surrogates become ``?``. Raises ValueError for anything else."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return _decode_surrogates(text)


def _decode_surrogates(text: bytes) -> Any:
    try:
        found = json.loads(text)
        return orjson.loads(json.dumps(found, ensure_ascii=False).encode("utf-8", "replace"))
    except RecursionError:
        raise ValueError("the JSON is too deep") from None


class ListedItem:
    """One item of a listing."""

    __slots__ = ("_answer", "_json")

    def __init__(self, item: Raw | Mapping[str, Any]) -> None:
        """Keep the JSON, or an item that had to be decoded already."""
        self._answer: Mapping[str, Any] | None = None
        self._json: bytes | None = None
        if isinstance(item, Raw):
            self._json = bytes(item)
        else:
            self._answer = item

    @property
    def json(self) -> bytes | None:
        """The JSON as it came; None for an item that JSON cannot hold."""
        if self._json is None:
            try:
                self._json = orjson.dumps(self._answer)
            except (TypeError, ValueError):
                return None
        return self._json

    def decode(self) -> dict[str, Any]:
        """Return the whole item; raises ValueError if it is no JSON."""
        return dict(decode_json(self._json or b"{}") if self._answer is None else self._answer)


class _Column(msgspec.Struct, rename="pascal", forbid_unknown_fields=True, gc=False):
    name: str
    type: str
    comment: Raw = _NULL


class _Descriptor(msgspec.Struct, rename="pascal"):
    columns: list[_Column]
    input_format: Raw = _NULL
    serde_info: Raw = _NULL


class _Outline(msgspec.Struct, rename="pascal"):
    """What a listing shows of most tables, in the form in which it shows it.

    The columns have no parameters, which could say that Iceberg has retired one.
    """

    name: str
    storage_descriptor: _Descriptor
    partition_keys: list[_Column] | None = None
    parameters: Raw = _NULL
    view_original_text: Raw | UnsetType = UNSET


_OUTLINE = msgspec.json.Decoder(_Outline)
_PLACEHOLDERS = frozenset({"", "col", "dummy"})
"""The names of columns where the true ones are elsewhere, or have no name."""


class ListedTable(ListedItem):
    """One table of GetTables, or the one of GetTable."""

    __slots__ = ("_outline", "name")

    def __init__(self, item: Raw | Mapping[str, Any]) -> None:
        """Find the name: any other value becomes text, and a missing one an empty text."""
        super().__init__(item)
        try:
            self._outline: _Outline | None = _OUTLINE.decode(self.json or b"")
            self.name = self._outline.name
        except (ValueError, RecursionError):
            self._outline = None
            self.name = str(self.decode().get("Name", ""))

    @property
    def plain_name(self) -> str:
        """The name; empty where the item is of an odd form, and a closer look is needed."""
        return self._outline.name if self._outline else ""

    def find_plain_columns(self) -> list[str] | None:
        """Return the columns, partition keys last, as a list of names and types in turn.

        None where a closer look is needed: at a view, a table whose writer keeps its columns
        elsewhere, columns of an odd form.
        """
        outline = self._outline
        if outline is None or outline.view_original_text is not UNSET or _has_marks(outline):
            return None
        columns = [*outline.storage_descriptor.columns, *(outline.partition_keys or ())]
        names = {column.name.lower() for column in columns}
        if not columns or len(names) < len(columns) or not names.isdisjoint(_PLACEHOLDERS):
            return None
        return [text for column in columns for text in (column.name, column.type)]


def _has_marks(outline: _Outline) -> bool:
    """Tell whether an engine may keep the columns elsewhere."""
    storage = outline.storage_descriptor
    marks = b" ".join(map(bytes, (storage.input_format, storage.serde_info, outline.parameters)))
    return b"\\" in marks or b"spark." in marks or b"delta" in marks.lower()


class _PartitionOutline(msgspec.Struct, rename="pascal"):
    values: list[str]


_PARTITION_OUTLINE = msgspec.json.Decoder(_PartitionOutline)


class ListedPartition(ListedItem):
    """One partition of GetPartitions."""

    __slots__ = ()

    def find_plain_values(self) -> list[str] | None:
        """Return the values; None where a closer look is needed."""
        try:
            return _PARTITION_OUTLINE.decode(self.json or b"").values or None
        except (ValueError, RecursionError):
            return None
