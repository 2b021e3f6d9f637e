"""Tables inside a query that stands where a table's name is expected."""

import re
from functools import lru_cache

from glueline_worker.lineage.naming.text import split_name
from glueline_worker.lineage.sql import SqlReading, read_sql

_QUERY = re.compile(r"[(\s]*+(?:select|with)\b", re.IGNORECASE)
_ALIASED = re.compile(r"\s*+(\(.*\))\s*+(?:as\s++)?[\w\"`]*+\s*+", re.IGNORECASE | re.DOTALL)


def is_query(text: str) -> bool:
    """Tell whether ``text`` is SQL rather than a name."""
    return _QUERY.match(text) is not None or text.lstrip().startswith("(")


def find_query_tables(query: str, dialect: str) -> list[str] | None:
    """Return the dotted names of the tables in ``query``; None when it is not understood.

    Empty for a query of system tables, or of none.
    """
    aliased = _ALIASED.fullmatch(query)
    reading = _read(aliased[1] if aliased else query, dialect)
    tables = dict.fromkeys(
        _join_name(table) for found in reading.statements for table in found.reads
    )
    is_read = reading.statements and not reading.gaps and "{" not in query
    return list(tables) if tables or is_read else None


def find_final_tables(table: str, actions: str, dialect: str) -> list[str]:
    """Return the tables that SQL after a load moves ``table`` into: the load was only staging.

    Empty when the actions do not read the table.
    """
    staging = _make_key(split_name(table))
    found = [
        _join_name(statement.write)
        for statement in _read(actions, dialect).statements
        if statement.write is not None
        and not _can_be_same(_make_key(statement.write), staging)
        and any(_can_be_same(_make_key(name), staging) for name in statement.reads)
    ]
    return list(dict.fromkeys(found))


@lru_cache(maxsize=1_000)
def _read(text: str, dialect: str) -> SqlReading:
    return read_sql(text, dialect=dialect or "spark")


def _make_key(parts: tuple[str, ...]) -> tuple[str, ...]:
    """Return schema and table without case; the database may be missing."""
    return tuple(part.lower() for part in parts[-2:])


def _can_be_same(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Tell whether both can be one table: the schema may stand on one side only."""
    shared = min(len(one), len(other))
    return one[-shared:] == other[-shared:]


def _join_name(parts: tuple[str, ...]) -> str:
    return ".".join(f"`{part}`" if "." in part else part for part in parts)
