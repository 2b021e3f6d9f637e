"""Tables inside a query that stands where a table's name is expected."""

import re
from functools import lru_cache

from glueline_worker.lineage.naming.text import split_name
from glueline_worker.lineage.sql import SqlReading, read_sql

_QUERY = re.compile(r"[(\s]*+(?:select|with)\b", re.IGNORECASE)
_ALIASED = re.compile(r"\s*+(\(.*\))\s*+(?:as\s++)?[\w\"`]*+\s*+", re.IGNORECASE | re.DOTALL)


def is_query(text: str) -> bool:
    """Whether ``text`` is SQL rather than a name."""
    return _QUERY.match(text) is not None or text.lstrip().startswith("(")


def find_query_tables(query: str, dialect: str) -> list[str]:
    """The tables that ``query`` reads, each as a dotted name; empty when nobody can tell."""
    aliased = _ALIASED.fullmatch(query)
    reading = _read(aliased[1] if aliased else query, dialect)
    return list(
        dict.fromkeys(_dotted(table) for found in reading.statements for table in found.reads)
    )


def find_final_tables(table: str, actions: str, dialect: str) -> list[str]:
    """The tables that SQL run after a load moves ``table`` into: the load was only staging.

    Empty when the actions do not read the table.
    """
    staging = _key(split_name(table))
    found = [
        _dotted(statement.write)
        for statement in _read(actions, dialect).statements
        if statement.write is not None
        and not _same(_key(statement.write), staging)
        and any(_same(_key(name), staging) for name in statement.reads)
    ]
    return list(dict.fromkeys(found))


@lru_cache(maxsize=1_000)
def _read(text: str, dialect: str) -> SqlReading:
    return read_sql(text, dialect=dialect or "spark")


def _key(parts: tuple[str, ...]) -> tuple[str, ...]:
    """Schema and table without case: the database may or may not be written."""
    return tuple(part.lower() for part in parts[-2:])


def _same(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether both can be one table: the schema may stand on one side only."""
    shared = min(len(one), len(other))
    return one[-shared:] == other[-shared:]


def _dotted(parts: tuple[str, ...]) -> str:
    return ".".join(f"`{part}`" if "." in part else part for part in parts)
