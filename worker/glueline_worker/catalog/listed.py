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

from glueline_worker.catalog.table_outlines import PlainColumns, read_outline, read_plain_columns


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


class ListedTable(ListedItem):
    """One table of GetTables, or the one of GetTable."""

    __slots__ = ("_columns", "name", "outline")

    def __init__(self, item: Raw | Mapping[str, Any]) -> None:
        """Find the name: any other value becomes text, and a missing one an empty text."""
        super().__init__(item)
        self._columns: PlainColumns | UnsetType | None = UNSET
        self.outline = read_outline(self.json or b"")
        """None for a table of an odd form."""
        self.name = self.outline.name if self.outline else str(self.decode().get("Name", ""))

    @property
    def plain_name(self) -> str:
        """The name; empty where the item is of an odd form, and a closer look is needed."""
        return self.outline.name if self.outline else ""

    def find_plain_columns(self) -> PlainColumns | None:
        """Return the columns; None where a closer look is needed."""
        if self._columns is UNSET:
            self._columns = read_plain_columns(self.outline) if self.outline else None
        return self._columns


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
