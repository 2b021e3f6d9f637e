"""Lines of JSON as Arrow tables, and back.

Arrow's own reader of JSON knows no maps. The items of lists, such as columns, are made once for
each text: tables share most of their columns.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import msgspec
import orjson
import pyarrow as pa

_Convert = Callable[[Any], Any]
_FIELDS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_ITEMS = msgspec.json.Decoder(list[msgspec.Raw] | None)
_VALUE = msgspec.json.Decoder()
_LARGEST = 1 << 63
_NULL = msgspec.Raw(b"null")


def make_arrow_table(lines: bytes, schema: Any) -> Any:
    """Return the records in ``lines`` as a table. Fields that the schema lacks are left out."""
    rows = [_FIELDS.decode(line) for line in lines.splitlines()]
    columns = [_make_array([row.get(f.name, _NULL) for row in rows], f.type) for f in schema]
    return pa.Table.from_arrays(columns, schema=schema)


def make_json_lines(table: Any) -> bytes:
    """Return the rows of a table as lines, which ``make_arrow_table`` makes the same rows of."""
    converts = {field.name: _undo(field.type) for field in table.schema}
    lines = bytearray()
    for row in table.to_pylist():
        document = {name: converts[name](value) for name, value in row.items()}
        if document.get("raw") is not None:
            document["raw"] = orjson.Fragment(document["raw"])
        lines += orjson.dumps(document, option=orjson.OPT_UTC_Z) + b"\n"
    return bytes(lines)


def _make_array(values: Sequence[msgspec.Raw], kind: Any) -> Any:
    if pa.types.is_list(kind) and pa.types.is_struct(kind.value_type):
        return _make_list_array(values, kind)
    convert = _convert(kind)
    read = _read_text if pa.types.is_string(kind) else _VALUE.decode
    return pa.array([convert(read(value)) for value in values], kind)


def _read_text(value: msgspec.Raw) -> Any:
    """Return a text; an object, which may be any JSON, as it is written."""
    text = bytes(value)
    return text.decode() if text.startswith(b"{") else _VALUE.decode(text)


def _make_list_array(values: Sequence[msgspec.Raw], kind: Any) -> Any:
    numbers: dict[bytes, int] = {}
    positions: list[int] = []
    offsets: list[int | None] = []
    for value in values:
        items = _ITEMS.decode(value)
        offsets.append(None if items is None else len(positions))
        positions += [numbers.setdefault(bytes(item), len(numbers)) for item in items or ()]
    offsets.append(len(positions))
    convert = _convert(kind.value_type)
    known = pa.array([convert(_VALUE.decode(text)) for text in numbers], kind.value_type)
    items = known.take(pa.array(positions, pa.int64()))
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), items)


def _convert(kind: Any) -> _Convert:
    """Return what makes of JSON the value that Arrow takes for a type."""
    if pa.types.is_timestamp(kind):
        return _parse_time
    if pa.types.is_map(kind):
        return _list_entries
    if pa.types.is_list(kind):
        return _in_lists(_convert(kind.value_type))
    if pa.types.is_struct(kind):
        return _in_structs({field.name: _convert(field.type) for field in kind})
    return _limit if pa.types.is_integer(kind) else _same


def _undo(kind: Any) -> _Convert:
    """Return what makes JSON of the value that Arrow gives for a type."""
    if pa.types.is_map(kind):
        return _to_dict
    if pa.types.is_list(kind):
        return _in_lists(_undo(kind.value_type))
    if pa.types.is_struct(kind):
        return _in_structs({field.name: _undo(field.type) for field in kind})
    return _same


def _same(value: Any) -> Any:
    return value


def _limit(value: Any) -> Any:
    """Return a number; None for one beyond 64 bits, which AWS does not send."""
    return value if value is None or -_LARGEST <= value < _LARGEST else None


def _parse_time(value: Any) -> Any:
    return None if value is None else datetime.fromisoformat(value)


def _list_entries(value: Any) -> Any:
    return None if value is None else list(value.items())


def _to_dict(value: Any) -> Any:
    return None if value is None else dict(value)


def _in_lists(convert: _Convert) -> _Convert:
    if convert is _same:
        return _same
    return lambda value: None if value is None else [convert(item) for item in value]


def _in_structs(converts: dict[str, _Convert]) -> _Convert:
    def convert(value: Any) -> Any:
        if value is None:
            return None
        return {name: each(value.get(name)) for name, each in converts.items()}

    return convert
