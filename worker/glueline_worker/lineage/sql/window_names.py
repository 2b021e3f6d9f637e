"""How Spark prints windows in the names of columns: with the frame that they have."""

import re
from collections.abc import Callable

from glueline_worker.lineage.sql.name_cursor import NameCursor, Printed, UnknownNameError

_RUNNING = "RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW"
_WHOLE = "ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING"
_RANKED = "ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW"
_RANKS = frozenset({"row_number", "rank", "dense_rank", "percent_rank", "cume_dist", "ntile"})
_SHIFT = re.compile(r"(lag|lead)\(.*, (\d+), .*\)", re.DOTALL)


def read_window(
    cursor: NameCursor,
    found: Printed,
    read: Callable[[], Printed],
    read_bound: Callable[[], Printed],
) -> Printed:
    """Read what stands behind OVER; ``found`` is the function."""
    cursor.expect("(")
    parts: list[str] = []
    if cursor.accept("PARTITION BY") or cursor.accept("PARTITION", "BY"):
        keys = [read().text]
        while cursor.accept(","):
            keys.append(read().text)
        parts.append(f"PARTITION BY {', '.join(keys)}")
    order: list[str] = []
    if cursor.accept("ORDER BY") or cursor.accept("ORDER", "BY"):
        order.append(_read_order(cursor, read))
        while cursor.accept(","):
            order.append(_read_order(cursor, read))
        parts.append(f"ORDER BY {', '.join(order)}")
    kind = cursor.accept_any("ROWS", "RANGE")
    frame = _read_frame(cursor, kind, read_bound) if kind else _RUNNING if order else _WHOLE
    cursor.expect(")")
    parts.append(_fix_frame(found.text) or frame)
    return Printed(f"{found.text} OVER ({' '.join(parts)})")


def _fix_frame(function: str) -> str | None:
    """Return the frame of a function that has always the same one."""
    if function.partition("(")[0].lower() in _RANKS:
        return _RANKED
    shift = _SHIFT.fullmatch(function)
    if shift is None:
        return None
    rows = f"{'-' * (shift[1] == 'lag')}{shift[2]} FOLLOWING"
    return f"ROWS BETWEEN {rows} AND {rows}"


def _read_order(cursor: NameCursor, read: Callable[[], Printed]) -> str:
    key = read().text
    down = cursor.accept("DESC")
    cursor.accept("ASC")
    nulls = "LAST" if down else "FIRST"
    if cursor.accept("NULLS"):
        nulls = cursor.take().text.upper()
    return f"{key} {'DESC' if down else 'ASC'} NULLS {nulls}"


def _read_frame(cursor: NameCursor, kind: str, read_bound: Callable[[], Printed]) -> str:
    if not cursor.accept("BETWEEN"):
        return f"{kind} BETWEEN {_read_edge(cursor, kind, read_bound)} AND CURRENT ROW"
    first = _read_edge(cursor, kind, read_bound)
    cursor.expect("AND")
    return f"{kind} BETWEEN {first} AND {_read_edge(cursor, kind, read_bound)}"


def _read_edge(cursor: NameCursor, kind: str, read_bound: Callable[[], Printed]) -> str:
    if cursor.accept("CURRENT", "ROW"):
        return "CURRENT ROW"
    value = Printed("UNBOUNDED") if cursor.accept("UNBOUNDED") else read_bound()
    side = cursor.accept_any("PRECEDING", "FOLLOWING")
    if not side:
        raise UnknownNameError
    if kind == "RANGE" and side == "PRECEDING" and value.text.isdigit():
        return f"(- {value.text}) FOLLOWING"
    return f"{value.text} {side}"
