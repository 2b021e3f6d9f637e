"""Change the first part of the keys of rows, which names their place."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import DecodeError
from msgspec.structs import replace
from sqlalchemy import (
    ColumnElement,
    Connection,
    String,
    Table,
    Text,
    cast,
    delete,
    exists,
    func,
    literal,
    select,
    update,
)

from glueline.contract.records import parse_record
from glueline_worker.sinks.object_names import KEY_LIMIT, shorten_key


def change_key_prefix(
    connection: Connection,
    table: Table,
    rows: Sequence[ColumnElement[bool]],
    beginning: tuple[str, str],
    values: Mapping[str, Any],
) -> None:
    """Replace the beginning of the keys of rows by the second of two texts, and set ``values``.

    A row whose new key exists already is deleted: the other row is the same thing.
    """
    old, new = beginning
    key = literal(new, Text) + func.substr(table.c.key, len(old) + 1)
    is_long = func.length(table.c.key) > KEY_LIMIT + len(old) - len(new)
    text = cast(table.c.record, String).label("record")
    long = connection.execute(select(table.c.key, text).where(*rows, is_long)).all()
    other = table.alias()
    taken = exists().where(other.c.key == key)
    connection.execute(delete(table).where(*rows, ~is_long, taken))
    connection.execute(update(table).where(*rows, ~is_long).values(key=key, **values))
    for row in long:
        changed = _make_long_key(row.key, row.record, beginning, values)
        is_row = table.c.key == row.key
        if connection.scalar(select(literal(1)).where(exists().where(table.c.key == changed))):
            connection.execute(delete(table).where(is_row))
        else:
            connection.execute(update(table).where(is_row).values(key=changed, **values))


def _make_long_key(
    key: str, record: str, beginning: tuple[str, str], values: Mapping[str, Any]
) -> str:
    """Return the new key of a row whose key is shortened, or must be from now on.

    A shortened key does not hold its whole text, so it is made from the record.
    """
    old, new = beginning
    if len(key) > KEY_LIMIT:
        try:
            known = parse_record(record)
        except DecodeError:
            pass  # the next run writes the row again and marks this one as deleted
        else:
            changes = {name: value for name, value in values.items() if name == "catalog_id"}
            return shorten_key(replace(known, **changes).key)
    return shorten_key(new + key.removeprefix(old))
