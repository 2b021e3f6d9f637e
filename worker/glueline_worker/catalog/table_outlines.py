"""The outline of a listed table: its parts as slices of JSON, in the form that most tables have."""

from typing import NamedTuple

import msgspec
from msgspec import Raw

from glueline_worker.catalog.column_lists import StatedColumns, find_column_list

_NULL = Raw(b"null")
_Scalar = int | float | str | bool | None


class DescriptorOutline(msgspec.Struct, rename="pascal", gc=False):
    """A StorageDescriptor. What tables share stays JSON."""

    columns: Raw
    location: str | None = None
    input_format: Raw = _NULL
    output_format: Raw = _NULL
    compressed: Raw = _NULL
    number_of_buckets: Raw = _NULL
    serde_info: Raw = _NULL
    bucket_columns: Raw = _NULL
    sort_columns: Raw = _NULL
    parameters: Raw = _NULL
    additional_locations: Raw = _NULL


class TableOutline(msgspec.Struct, rename="pascal", gc=False):
    """A table of GetTables. What is read of it all the same is read from the whole answer."""

    name: str
    storage_descriptor: DescriptorOutline
    database_name: str | None = None
    catalog_id: str | None = None
    description: str | None = None
    owner: str | None = None
    table_type: str | None = None
    create_time: _Scalar = None
    update_time: _Scalar = None
    last_access_time: _Scalar = None
    retention: _Scalar = None
    version_id: str | None = None
    is_registered_with_lake_formation: bool | None = None
    partition_keys: Raw = _NULL
    parameters: Raw = _NULL
    view_original_text: Raw = _NULL
    view_definition: Raw = _NULL
    target_table: Raw = _NULL
    federated_table: Raw = _NULL

    @property
    def is_table(self) -> bool:
        """True for what is neither a view nor a link nor in another system."""
        others = (
            self.view_original_text,
            self.view_definition,
            self.target_table,
            self.federated_table,
        )
        return self.table_type != "VIRTUAL_VIEW" and all(each == _NULL for each in others)


class PlainColumns(NamedTuple):
    """The columns of a table and its partition keys, which are not among them."""

    columns: StatedColumns
    keys: StatedColumns

    @property
    def names_and_types(self) -> bytes:
        """Names with their types as a list in JSON, the partition keys last."""
        columns, keys = self.columns.names_and_types, self.keys.names_and_types
        return columns[:-1] + b"," + keys[1:] if len(self.keys) else columns

    @property
    def are_understood(self) -> bool:
        """True when all types are understood."""
        return self.columns.are_understood and self.keys.are_understood


_OUTLINE = msgspec.json.Decoder(TableOutline)


def read_outline(text: bytes) -> TableOutline | None:
    """Return the outline of a table's JSON; None where the table has another form."""
    try:
        return _OUTLINE.decode(text)
    except (ValueError, RecursionError):
        return None


def read_plain_columns(outline: TableOutline) -> PlainColumns | None:
    """Return the columns of a table; None where a closer look is needed.

    That is so for a view, a table whose writer keeps its columns elsewhere, and odd columns.
    """
    if not outline.is_table or _has_marks(outline):
        return None
    columns = find_column_list(bytes(outline.storage_descriptor.columns))
    keys = find_column_list(bytes(outline.partition_keys))
    if not columns or keys is None or not columns.keys.isdisjoint(keys.keys):
        return None
    return PlainColumns(columns, keys)


def _has_marks(outline: TableOutline) -> bool:
    """Tell whether an engine may keep the columns elsewhere."""
    storage = outline.storage_descriptor
    marks = b" ".join((storage.input_format, storage.serde_info, outline.parameters))
    return b"\\" in marks or b"spark." in marks or b"delta" in marks.lower()
