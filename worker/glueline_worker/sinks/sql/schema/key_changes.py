"""Change the first part of rows' keys: the place that a key names."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import TypeAdapter, ValidationError
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

from glueline.contract.records import AnyRecord, Record
from glueline_worker.sinks.object_names import KEY_LIMIT, stored_key

RECORD: TypeAdapter[Record] = TypeAdapter(AnyRecord)


def change_keys(
    connection: Connection,
    table: Table,
    rows: Sequence[ColumnElement[bool]],
    beginning: tuple[str, str],
    values: Mapping[str, Any],
) -> None:
    """Set ``values`` on rows and let their keys begin with the second of two texts.

    A row whose new key is taken is deleted: it is the same thing, known by the other row.
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
        changed = _long_key(row.key, row.record, beginning, values)
        mine = table.c.key == row.key
        if connection.scalar(select(literal(1)).where(exists().where(table.c.key == changed))):
            connection.execute(delete(table).where(mine))
        else:
            connection.execute(update(table).where(mine).values(key=changed, **values))


def _long_key(key: str, record: str, beginning: tuple[str, str], values: Mapping[str, Any]) -> str:
    """A key that is shortened, or has to be now: one that was is made anew from its record."""
    old, new = beginning
    if len(key) > KEY_LIMIT:
        try:
            known = RECORD.validate_json(record)
        except ValidationError:
            pass  # the next run writes the row anew and finds this one gone
        else:
            told = {name: value for name, value in values.items() if name == "catalog_id"}
            return stored_key(known.model_copy(update=told).key)
    return stored_key(new + key.removeprefix(old))
